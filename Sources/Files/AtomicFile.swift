import Glibc

/// Replaces files so that a reader, or a crash at any moment, sees the old contents or the new, never a part.
public enum AtomicFile {
  /// Writes `path` anew: to a temporary file beside it, flushed to the disk, renamed, and its folder flushed.
  ///
  /// `body` hands the contents over in as many parts as it likes. Where it or a write fails, the temporary file is removed
  /// and what was at `path` stays.
  ///
  /// - Throws: `FileError` with the system's reason, or what `body` throws.
  public static func write(
    _ path: String, _ body: (_ part: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = "\(path).tmp.\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.system(temporary, "cannot be created") }
    do {
      defer { close(descriptor) }
      try body { bytes in try writeAll(bytes, to: descriptor, path: temporary) }
      guard fsync(descriptor) == 0 else { throw FileError.system(temporary, "cannot be flushed to the disk") }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = FileError.system(path, "cannot be replaced")
      unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Writes `path` anew with the UTF-8 bytes of `text`.
  public static func write(_ path: String, text: String) throws {
    let bytes = Array(text.utf8)
    try write(path) { part in try bytes.withUnsafeBytes(part) }
  }

  /// Points the symbolic link `path` at `target`, replacing an older link in one step.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func link(_ path: String, to target: String) throws(FileError) {
    let temporary = "\(path).tmp.\(getpid())"
    unlink(temporary)
    guard symlink(target, temporary) == 0 else { throw .system(temporary, "cannot be created") }
    guard rename(temporary, path) == 0 else { throw .system(path, "cannot be replaced") }
    try syncFolder(of: path)
  }

  /// Flushes the folder's entries, so that a rename outlives a power cut.
  private static func syncFolder(of path: String) throws(FileError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(folder, "cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system(folder, "cannot be flushed to the disk") }
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .system(path, "cannot be written") }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}
