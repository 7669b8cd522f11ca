import Files

/// An array of bytes in the IDX format of LeCun, Cortes and Burges (described at http://yann.lecun.com/exdb/mnist): two zero
/// bytes, the type of the elements, the number of axes, each extent in four bytes with the highest first, and the elements.
///
/// A plain file is mapped; one whose name ends in `.gz` is unpacked to memory once.
struct IDXFile: Sendable {
  /// The file as the user named it.
  let path: String
  /// The extent of each axis, all at least 1.
  let extents: [Int]
  private let contents: FileContents

  /// No file of such a data set is larger when unpacked: 1 GiB.
  private static let limit = 1 << 30
  /// What stands for unsigned bytes in the header.
  private static let unsignedBytes: UInt8 = 8

  /// Looks whether a mapped file is as it was; what was unpacked is ours.
  ///
  /// - Throws: `FileError` when it was cut off, has changed or cannot be read any more.
  func check() throws(FileError) { try contents.check() }

  /// Opens the file at `path`, which must hold unsigned bytes along `rank` axes.
  ///
  /// - Throws: `FileError`: missing; malformed for what cannot be unpacked, another type or rank, an empty axis, or
  ///   another length than the header says. Offsets count in the unpacked file.
  init(_ path: String, rank: Int) throws(FileError) {
    let contents = try FileContents(path, limit: Self.limit)
    if case .mapped(let file) = contents { _ = try file.sealed() }
    self.path = path
    self.contents = contents
    extents = try contents.withBytes { bytes throws(FileError) in
      try Self.readHeader(bytes, path: path, rank: rank)
    }
  }

  /// Calls `body` with the elements, which must not leave it.
  func withElements<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try contents.withBytes { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[headerBytes...]))
    }
  }

  /// Where the elements begin.
  var headerBytes: Int { 4 + 4 * extents.count }

  private static func readHeader(
    _ bytes: UnsafeRawBufferPointer, path: String, rank: Int
  ) throws(FileError) -> [Int] {
    let headerBytes = 4 + 4 * rank
    guard bytes.count >= headerBytes else {
      throw FileError(
        .malformed, path, offset: bytes.count,
        "ends within its header: found \(bytes.count) bytes, expected \(headerBytes)")
    }
    let expected: [UInt8] = [0, 0, unsignedBytes, UInt8(rank)]
    guard bytes[..<4].elementsEqual(expected) else {
      throw FileError(
        .malformed, path, offset: 0,
        "found magic number \(hexadecimal(Array(bytes[..<4]))), expected \(hexadecimal(expected)): "
          + "unsigned bytes along \(rank == 1 ? "1 axis" : "\(rank) axes")")
    }
    let extents = (0..<rank).map { axis in
      Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * axis, as: UInt32.self)))
    }
    if let axis = extents.firstIndex(of: 0) {
      throw FileError(.malformed, path, offset: 4 + 4 * axis, "axis \(axis) has 0 elements, expected at least 1")
    }
    // Extents of 32 bits may have a product of more than 64: then no file has that many bytes.
    let elements = extents.reduce(Int?(1)) { product, extent in
      let result = product?.multipliedReportingOverflow(by: extent)
      return result.flatMap { $0.overflow ? nil : $0.partialValue }
    }
    guard elements == bytes.count - headerBytes else {
      let product = extents.map(String.init).joined(separator: " × ")
      throw FileError(
        .malformed, path, offset: min(bytes.count, elements.map { headerBytes + min($0, bytes.count) } ?? bytes.count),
        "found \(bytes.count) bytes, expected \(headerBytes) + \(product) as its header says")
    }
    return extents
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
