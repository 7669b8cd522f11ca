import CZlib
import Files

/// A gzip file (RFC 1952), unpacked with zlib, which compares length and checksum with those at the file's end.
enum GzipFile {
  /// Returns what the file at `path` unpacks to, at most `limit` bytes.
  ///
  /// - Throws: `FileError`: missing; malformed, with the byte of the unpacked contents where the trouble is, for no gzip
  ///   file, one that is cut short or damaged, or one that unpacks to more than `limit` bytes.
  static func unpack(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    guard let file = gzopen(path, "rb") else { throw .system(path, "cannot be opened") }
    defer { gzclose_r(file) }
    gzbuffer(file, 1 << 18)
    guard gzdirect(file) == 0 else {
      throw FileError(.malformed, path, offset: 0, "is no gzip file: it does not start with 1f 8b")
    }
    var contents: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Int(gzread(file, &part, UInt32(part.count)))
      var code: Int32 = 0
      let reason = gzerror(file, &code).map(String.init(cString:)) ?? ""
      // A file that is cut short reads as if it ended there; only the code tells.
      guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
        throw FileError(
          .malformed, path, offset: contents.count,
          "cannot be unpacked beyond this byte of its contents (\(reason)): the file is cut short or damaged; get it again"
        )
      }
      if count == 0 { return contents }
      guard contents.count + count <= limit else {
        throw FileError(
          .malformed, path, offset: limit, "unpacks to more than \(limit) bytes, which is no data set of ours")
      }
      contents.append(contentsOf: part[..<count])
    }
  }
}
