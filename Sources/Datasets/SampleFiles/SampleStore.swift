import Files
import Hosts
import Tensors

/// Where the samples of files are, once it is known what they are.
protocol SampleStore: Sendable {
  /// Writes a sample's numbers: shares of full light where they are stored in whole numbers.
  func load(_ index: Int, into numbers: MutableFloatBuffer)
  /// XXH3 of a sample as it is stored; nil where none is.
  func digest(of index: Int) -> String?
  /// Hears that these samples are going to be loaded next, in about this order; asks for them where that is of use.
  func expect(_ indices: () -> [Int])
  /// Makes sure of all samples loaded so far; see `Dataset.check`.
  func check() throws(FileError)
}

/// All samples decoded, one after the other.
protocol StoredSamples: SampleStore {
  /// What they are.
  var layout: SampleLayout { get }
  /// Calls `body` with all of them.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result
}

extension StoredSamples {
  private func withSample<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withBytes { body(UnsafeRawBufferPointer(rebasing: $0[index * layout.bytes..<(index + 1) * layout.bytes])) }
  }

  func load(_ index: Int, into numbers: MutableFloatBuffer) { withSample(index) { layout.read($0, into: numbers) } }
  func digest(of index: Int) -> String? { withSample(index) { Digest.of($0, .xxh3) } }
  /// They are there.
  func expect(_ indices: () -> [Int]) {}
}

/// Samples in memory that the host's processes share.
struct DecodedSamples: StoredSamples {
  let layout: SampleLayout
  let memory: SharedMemory

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(memory.bytes))
  }

  /// Nobody writes to them any more.
  func check() {}
}

/// Samples at the start of a file that the host's processes have mapped.
struct CachedSamples: StoredSamples {
  let layout: SampleLayout
  let file: MappedFile

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { file.withBytes(body) }

  /// Whether the file is what it was.
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
