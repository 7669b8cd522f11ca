import Glibc

/// A file in which the kernel tells of itself, below /proc or /sys: it has no size, and can only be read.
package enum SystemFile {
  /// The text of the file at `path`, or the beginning of it, at least `limit` bytes of a longer one; nil where there is none.
  package static func text(_ path: String, limit: Int = 1 << 20) -> String? {
    guard let file = try? OpenFile(path, O_RDONLY) else { return nil }
    return text(of: file.descriptor, limit: limit)
  }

  /// The same of a file that is open, from where it stands.
  package static func text(of file: Int32, limit: Int = 1 << 20) -> String? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
