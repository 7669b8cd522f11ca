import Glibc

/// An open file or folder, closed when the object goes.
public final class OpenFile: Sendable {
  /// The file as the user named it.
  public let path: String
  /// What the system calls it; ours alone.
  public let descriptor: Int32

  /// Opens `path` with the flags of open(2); a new file gets what the umask leaves of `mode`.
  ///
  /// - Throws: `FileError` with the system's reason, missing where nothing is there.
  public init(_ path: String, _ flags: Int32, mode: mode_t = 0o666) throws(FileError) {
    self.path = path
    descriptor = try Self.open(path, flags, mode: mode)
  }

  /// Takes an open file over, which `path` stands for in errors.
  public init(_ path: String, owning descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Opens `path`, whatever signal comes, in no child's hands, and never as standard input, output or error: where those
  /// were closed, a line meant for the user would end up in the file.
  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) throws(FileError) -> Int32 {
    var opened: Int32
    repeat { opened = Glibc.open(path, flags | O_CLOEXEC, mode) } while opened < 0 && errno == EINTR
    guard opened >= 0 else { throw .system(path, "cannot be opened") }
    guard opened <= STDERR_FILENO else { return opened }
    let moved = fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    let code = errno
    close(opened)
    guard moved >= 0 else { throw .system(path, "cannot be opened", code: code) }
    return moved
  }

  /// What the system says of the file now.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func status() throws(FileError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "cannot be examined") }
    return status
  }

  /// Fills `target` with the file's bytes from `offset` on; returns how many there were.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func read(into target: UnsafeMutableRawBufferPointer, at offset: Int = 0) throws(FileError) -> Int {
    var done = 0
    while done < target.count {
      let count = pread(descriptor, target.baseAddress?.advanced(by: done), target.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(path, "cannot be read") }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `bytes` to `descriptor`, where it stands; `path` is for the error.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .system(path, "cannot be written", code: written == 0 ? ENOSPC : errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Flushes what was written to `descriptor` to the disk. A file system that cannot be asked to is no obstacle; one that
  /// fails is, but for `isOptional`.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func flush(_ descriptor: Int32, path: String, isOptional: Bool = false) throws(FileError) {
    var status: Int32
    repeat { status = fsync(descriptor) } while status != 0 && errno == EINTR
    guard status != 0 else { return }
    let error = FileError.system(path, "cannot be flushed to the disk")
    guard isOptional || FileError.isRefusal(errno) else { throw error }
    Remark.make(.flushing, "\(error): what was written last may be lost in a power cut")
  }
}
