import Glibc

/// Replaces files so that a reader, or a crash at any moment, sees the old contents or the new, never a part.
public enum AtomicFile {
  /// Writes `path` anew: to a temporary file beside it, flushed to the disk, renamed, and its folder flushed.
  ///
  /// Where anything fails, the temporary file is removed and what was at `path` stays.
  ///
  /// - Parameters:
  ///   - path: the file that is replaced, or begun.
  ///   - willReplace: called when the contents are on the disk and the file at `path` is still what it was.
  ///   - body: hands the contents over in as many parts as it likes.
  /// - Throws: `FileError` with the system's reason, or what `willReplace` and `body` throw.
  public static func write(
    _ path: String, willReplace: () throws -> Void = {},
    _ body: (_ part: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = temporaryName(for: path)
    let descriptor: Int32
    do {
      descriptor = try OpenFile.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
    } catch {
      throw FileError(error.kind, path, error.message)
    }
    do {
      do {
        try body { bytes in try OpenFile.write(bytes, to: descriptor, path: path) }
        try OpenFile.flush(descriptor, path: path)
      } catch {
        close(descriptor)
        throw error
      }
      // Network file systems may keep a full disk or an exhausted quota to themselves until here.
      guard close(descriptor) == 0 || errno == EINTR else { throw FileError.system(path, "cannot be written") }
      try willReplace()
      try move(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
    try flushFolder(of: path)
  }

  /// Writes `path` anew with the UTF-8 bytes of `text`.
  public static func write(_ path: String, text: String) throws {
    let bytes = Array(text.utf8)
    try write(path) { part in try bytes.withUnsafeBytes(part) }
  }

  /// A name beside `path` that no other process takes, on whatever host: process numbers are not enough where a folder is
  /// shared.
  package static func temporaryName(for path: String, token: UInt64 = .random(in: .min ... .max)) -> String {
    "\(path).tmp.\(String(token, radix: 36))"
  }

  /// Whether `name` is that of a temporary file beside a file whose name begins with one of `stems`: a process that was killed may
  /// have left it.
  package static func isTemporary(_ name: String, of stems: [String]) -> Bool {
    name.contains(".tmp.") && stems.contains(where: name.hasPrefix)
  }

  /// Renames `temporary` to `path`.
  package static func move(_ temporary: String, to path: String) throws(FileError) {
    guard rename(temporary, path) == 0 else { throw .system(path, "cannot be replaced") }
  }

  /// Flushes the folder's entries, so that a rename outlives a power cut. Not every file system does that for folders, and
  /// the file itself is on the disk.
  static func flushFolder(of path: String) throws(FileError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let opened = Result { () throws(FileError) in try OpenFile(folder, O_RDONLY | O_DIRECTORY) }
    guard case .success(let file) = opened else { return }  // a folder that may be written to, but not read
    try OpenFile.flush(file.descriptor, path: folder, isOptional: true)
  }
}
