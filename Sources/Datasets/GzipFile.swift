import CArchive
import Files

/// A gzip file (RFC 1952) of one member, unpacked with libarchive.
enum GzipFile {
  /// Returns what `file` unpacks to, at most `limit` bytes.
  ///
  /// libarchive does not compare the checksum at the file's end with what it has unpacked, so that is done here.
  ///
  /// - Throws: `FileError`, malformed, with the byte of the unpacked contents where the trouble is: no gzip file, one that
  ///   is cut short or damaged, or one that unpacks to more than `limit` bytes.
  static func unpack(_ file: MappedFile, limit: Int) throws(FileError) -> [UInt8] {
    try file.withBytes { packed throws(FileError) in
      guard packed.count >= 18, packed[0] == 0x1F, packed[1] == 0x8B else {
        throw FileError(
          .malformed, file.path, offset: 0, "is no gzip file: found \(packed.count) bytes that do not start with 1f 8b")
      }
      let contents = try inflate(packed, path: file.path, limit: limit)
      let checksum = word(packed, at: packed.count - 8)
      let length = word(packed, at: packed.count - 4)
      let found = contents.withUnsafeBytes(CRC32.of)
      guard found == checksum, UInt32(truncatingIfNeeded: contents.count) == length else {
        throw FileError(
          .malformed, file.path, offset: packed.count - 8,
          "the \(contents.count) bytes that it unpacks to do not have the checksum at its end: the file is damaged; "
            + "get it again")
      }
      return contents
    }
  }

  private static func inflate(
    _ packed: UnsafeRawBufferPointer, path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    guard let archive = archive_read_new() else { throw FileError(.failed, path, "libarchive cannot be started") }
    defer { archive_read_free(archive) }
    archive_read_support_filter_gzip(archive)
    archive_read_support_format_raw(archive)
    var contents: [UInt8] = []
    func failure() -> FileError {
      let reason = archive_error_string(archive).map(String.init(cString:)) ?? "it cannot be read"
      return FileError(
        .malformed, path, offset: contents.count,
        "cannot be unpacked beyond this byte of its contents (\(reason)): the file is cut short or damaged; get it again"
      )
    }
    var entry: OpaquePointer?
    guard archive_read_open_memory(archive, packed.baseAddress, packed.count) == ARCHIVE_OK,
      archive_read_next_header(archive, &entry) == ARCHIVE_OK
    else { throw failure() }

    let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { part.deallocate() }
    while true {
      let count = archive_read_data(archive, part.baseAddress, part.count)
      if count == 0 { return contents }
      guard count > 0 else { throw failure() }
      guard contents.count + count <= limit else {
        throw FileError(
          .malformed, path, offset: limit, "unpacks to more than \(limit) bytes, which is no data set of ours")
      }
      contents.append(contentsOf: UnsafeRawBufferPointer(rebasing: part[..<count]))
    }
  }

  /// Four bytes, the lowest first.
  private static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
