import Files

/// A NIfTI file in memory, gzipped or not, whose header fits to its size.
struct NIfTIFile {
  /// What it says of itself.
  let header: NIfTIHeader
  private let path: String
  private let bytes: UnsafeRawBufferPointer
  private let isPacked: Bool

  /// Deflate packs no more than this many bytes into one.
  private static let ratio = 1032
  /// How much may follow the voxels in a packed file before it is no volume of ours.
  private static let trailer = 1 << 20

  /// Reads the header of `bytes`, which must outlive this.
  ///
  /// - Throws: `FileError`, malformed, as `NIfTIHeader`, for a file that cannot hold the voxels of which it speaks, and for one
  ///   that cannot be unpacked up to its header's end.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    (self.bytes, self.path) = (bytes, path)
    isPacked = GzipReader.isPacked(bytes)
    if isPacked {
      let start = UnsafeMutableRawBufferPointer.allocate(byteCount: NIfTIHeader.longest, alignment: 8)
      defer { start.deallocate() }
      var reader = try GzipReader(bytes, path: path)
      let count = try reader.read(into: start)
      header = try NIfTIHeader(UnsafeRawBufferPointer(rebasing: start[..<count]), path: path)
    } else {
      header = try NIfTIHeader(bytes, path: path)
    }
    guard header.offset <= bytes.count * (isPacked ? Self.ratio : 1) - header.voxelBytes else {
      throw tooShort(bytes.count, isPacked ? "packed bytes" : "bytes")
    }
  }

  /// Calls `body` with the voxels as they are stored.
  ///
  /// - Returns: whether the file goes on behind them.
  /// - Throws: `FileError`, malformed, for a packed file that is cut short or damaged; what `body` throws.
  func withVoxels(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) -> Bool {
    let end = header.offset + header.voxelBytes
    guard isPacked else {
      try body(UnsafeRawBufferPointer(rebasing: bytes[header.offset..<end]))
      return bytes.count > end
    }
    let contents = UnsafeMutableRawBufferPointer.allocate(byteCount: end, alignment: 8)
    defer { contents.deallocate() }
    var reader = try GzipReader(bytes, path: path)
    let count = try reader.read(into: contents)
    guard count == end else { throw tooShort(count, "bytes when unpacked") }
    // To the end, where the checksum is.
    let trailer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.trailer, alignment: 8)
    defer { trailer.deallocate() }
    let more = try reader.read(into: trailer)
    guard more < Self.trailer else {
      throw FileError(.malformed, path, offset: end, "goes on for \(Self.trailer) bytes and more behind its voxels")
    }
    try body(UnsafeRawBufferPointer(rebasing: contents[header.offset...]))
    return more > 0
  }

  private func tooShort(_ count: Int, _ unit: String) -> FileError {
    FileError(
      .malformed, path,
      "has \(count) \(unit), expected \(header.voxelBytes) of voxels from byte \(header.offset) on: it is cut short, or its "
        + "header is damaged; get it again")
  }
}
