import Files
import Hosts
import Tensors

/// Where the samples of files are, once it is known what they are.
protocol SampleStore: Sendable {
  /// Writes a sample's numbers: shares of full light where they are stored in whole numbers.
  func load(_ index: Int, into numbers: MutableFloatBuffer)
  /// Hears that these samples are going to be loaded next, in about this order.
  func expect(_ indices: [Int])
  /// Makes sure of all samples loaded so far; see `Dataset.check`.
  func check() throws(FileError)
}

/// All samples decoded, one after the other, in memory that the host's processes share.
struct DecodedSamples: SampleStore {
  let layout: SampleLayout
  let memory: SharedMemory

  func load(_ index: Int, into numbers: MutableFloatBuffer) {
    let place = index * layout.bytes..<(index + 1) * layout.bytes
    layout.read(UnsafeRawBufferPointer(rebasing: memory.bytes[place]), into: numbers)
  }

  /// They are there.
  func expect(_ indices: [Int]) {}
  /// Nobody writes to them any more.
  func check() {}
}

/// All samples decoded, one after the other, at the start of a file that the host's processes have mapped.
struct CachedSamples: SampleStore {
  let layout: SampleLayout
  let file: MappedFile

  func load(_ index: Int, into numbers: MutableFloatBuffer) {
    file.withBytes { bytes in
      let place = index * layout.bytes..<(index + 1) * layout.bytes
      layout.read(UnsafeRawBufferPointer(rebasing: bytes[place]), into: numbers)
    }
  }

  /// The system reads ahead.
  func expect(_ indices: [Int]) {}
  /// Whether the file is whole.
  func check() throws(FileError) { try file.check() }
}

extension SampleLayout {
  /// Turns a stored sample into floats.
  func read(_ bytes: UnsafeRawBufferPointer, into numbers: MutableFloatBuffer) {
    switch element {
    case .uint8: Pixels.decode(bytes.bindMemory(to: UInt8.self), into: numbers)
    case .uint16: Pixels.decode(bytes.bindMemory(to: UInt16.self), into: numbers)
    case .float32: UnsafeMutableRawBufferPointer(numbers).copyMemory(from: bytes)
    }
  }
}
