import Files
import Tensors

/// An array whose first axis counts samples, in a `.npy` file or in an `.npz` archive of them.
///
/// A file is mapped, so that all processes of a host share its pages; what was in an archive takes its size in every process.
struct NumPyArray: Sendable {
  /// The file, and the array in it, as the user named them.
  let path: String
  /// What it holds.
  let header: NumPyHeader
  /// What tells these bytes from others, header and all.
  let digest: String
  private let contents: Contents
  /// How many elements lie between two neighbours along each axis.
  private let strides: [Int]

  private enum Contents: Sendable {
    case mapped(MappedFile)
    case unpacked([UInt8])
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
  init(_ bytes: [UInt8], path: String) throws(FileError) {
    // The typed failure is carried around an older function that does not know of it.
    let header = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try NumPyHeader(bytes, path: path) }
    }
    let digest = bytes.withUnsafeBytes { Digest.of($0, .xxh3) }
    self.init(path, try header.get(), digest, .unpacked(bytes))
  }

  private init(_ path: String, _ header: NumPyHeader, _ digest: String, _ contents: Contents) {
    (self.path, self.header, self.digest, self.contents) = (path, header, digest, contents)
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
  /// The extents of one of them, which may be a single number: `[]`.
  var sample: [Int] { Array(header.extents.dropFirst()) }

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
    withBytes { bytes in
      let first = header.end + index * strides[0] * MemoryLayout<Bits>.size
      for place in floats.indices {
        let offset = first + self.offset(place) * MemoryLayout<Bits>.size
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
        floats[place] = value(header.isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
      }
    }
  }

  /// How many elements behind the first of its sample the one at `place` lies.
  @inline(__always)
  private func offset(_ place: Int) -> Int {
    guard header.isColumnMajor else { return place }
    var (rest, offset) = (place, 0)
    for axis in (1..<header.extents.count).reversed() {
      offset += rest % header.extents[axis] * strides[axis]
      rest /= header.extents[axis]
    }
    return offset
  }

  private func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch contents {
    case .mapped(let file): file.withBytes(body)
    case .unpacked(let bytes): bytes.withUnsafeBytes(body)
    }
  }
}
