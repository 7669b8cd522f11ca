import Files
import Hosts
import Tensors

/// An array whose first axis counts samples, in a `.npy` file or in an `.npz` archive of them.
///
/// A file is mapped, so that all processes of a host share its pages; what was in an archive lies in memory that they share.
struct NumPyArray: Sendable {
  /// The file, and the array in it, as the user named them.
  let path: String
  /// What it holds.
  let header: NumPyHeader
  /// What tells these bytes from others, header and all.
  let digest: String
  private let contents: Contents
  /// The extents of one sample, which may be a single number: `[]`.
  let sample: [Int]
  private let sampleCount: Int
  /// How many elements lie between two neighbours along each axis.
  private let strides: [Int]

  private enum Contents: Sendable {
    case mapped(MappedFile)
    case unpacked(SharedMemory)
    case held([UInt8])
  }

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError`: missing; malformed as `NumPyHeader` says.
  init(_ path: String) throws(FileError) {
    let file = try MappedFile(path)
    let digest = try file.sealed()
    let header = try file.withBytes { bytes throws(FileError) in try NumPyHeader(bytes, path: path) }
    self.init(path, header, digest, .mapped(file))
  }

  /// Takes what was in an archive.
  ///
  /// - Throws: `FileError`, malformed as `NumPyHeader` says.
  init(_ memory: SharedMemory, path: String) throws(FileError) {
    let bytes = UnsafeRawBufferPointer(memory.bytes)
    self.init(path, try NumPyHeader(bytes, path: path), Digest.of(bytes, .xxh3), .unpacked(memory))
  }

  /// Takes bytes that this process alone has.
  ///
  /// - Throws: `FileError`, malformed as `NumPyHeader` says.
  init(held bytes: [UInt8], path: String) throws(FileError) {
    let header = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try NumPyHeader(bytes, path: path) }
    }
    self.init(path, try header.get(), bytes.withUnsafeBytes { Digest.of($0, .xxh3) }, .held(bytes))
  }

  private init(_ path: String, _ header: NumPyHeader, _ digest: String, _ contents: Contents) {
    (self.path, self.header, self.digest, self.contents) = (path, header, digest, contents)
    sample = Array(header.extents.dropFirst())
    sampleCount = sample.reduce(1, *)
    var strides: [Int] = []
    var stride = 1
    for extent in header.isColumnMajor ? header.extents : header.extents.reversed() {
      strides.append(stride)
      stride *= extent
    }
    self.strides = header.isColumnMajor ? strides : strides.reversed()
  }

  /// How many samples there are.
  var count: Int { header.extents[0] }

  /// The same numbers as a single sample.
  var asOneSample: NumPyArray { NumPyArray(path, header.asOneSample, digest, contents) }

  /// Looks whether the file is as it was; what was unpacked is ours.
  func check() throws(FileError) {
    if case .mapped(let file) = contents { try file.check() }
  }

  /// Writes the numbers of a sample, the last axis fastest, each rounded to the nearest float.
  func load(_ index: Int, into floats: MutableFloatBuffer) {
    precondition(0..<count ~= index, "sample \(index) of \(count)")
    switch header.element {
    case .bool: load(index, into: floats) { (bits: UInt8) in bits == 0 ? 0 : 1 }
    case .uint8: load(index, into: floats) { (bits: UInt8) in Float(bits) }
    case .int8: load(index, into: floats) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
    case .uint16: load(index, into: floats) { (bits: UInt16) in Float(bits) }
    case .int16: load(index, into: floats) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case .uint32: load(index, into: floats) { (bits: UInt32) in Float(bits) }
    case .int32: load(index, into: floats) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case .uint64: load(index, into: floats) { (bits: UInt64) in Float(bits) }
    case .int64: load(index, into: floats) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    case .float16: load(index, into: floats) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .float32: load(index, into: floats) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float64: load(index, into: floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    }
  }

  @inline(__always)
  private func load<Bits: FixedWidthInteger>(
    _ index: Int, into floats: MutableFloatBuffer, _ value: (Bits) -> Float
  ) {
    guard let target = floats.baseAddress else { return }
    let (size, places) = (MemoryLayout<Bits>.size, 0..<sampleCount)
    precondition(floats.count == sampleCount, "\(floats.count) floats are no sample of \(sample)")
    withBytes { bytes in
      guard let start = bytes.baseAddress?.advanced(by: header.end + index * strides[0] * size) else { return }
      // The order of bytes is asked for once, so that each loop is one of vectors.
      if header.isColumnMajor {
        forEachOffset { place, offset in
          let bits = start.loadUnaligned(fromByteOffset: offset * size, as: Bits.self)
          target[place] = value(header.isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
        }
      } else if header.isBigEndian {
        for place in places {
          target[place] = value(Bits(bigEndian: start.loadUnaligned(fromByteOffset: place * size, as: Bits.self)))
        }
      } else {
        for place in places {
          target[place] = value(Bits(littleEndian: start.loadUnaligned(fromByteOffset: place * size, as: Bits.self)))
        }
      }
    }
  }

  /// Visits the places of a sample in order, and how many elements behind its first one each lies.
  @inline(__always)
  private func forEachOffset(_ body: (_ place: Int, _ offset: Int) -> Void) {
    guard let last = sample.indices.last else { return body(0, 0) }
    let (run, stride) = (sample[last], strides[last + 1])
    var counters = [Int](repeating: 0, count: last)
    var (place, offset) = (0, 0)
    while place < sampleCount {
      for step in 0..<run { body(place + step, offset + step * stride) }
      place += run
      // As an odometer: the axis before the last goes on, and where it is at its end, the one before that.
      var axis = last - 1
      while axis >= 0 {
        counters[axis] += 1
        offset += strides[axis + 1]
        if counters[axis] < sample[axis] { break }
        offset -= sample[axis] * strides[axis + 1]
        counters[axis] = 0
        axis -= 1
      }
    }
  }

  /// Calls `body` with the bytes of the array, header and all.
  @inline(__always)
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch contents {
    case .mapped(let file): file.withBytes(body)
    case .unpacked(let memory): body(UnsafeRawBufferPointer(memory.bytes))
    case .held(let bytes): bytes.withUnsafeBytes(body)
    }
  }
}
