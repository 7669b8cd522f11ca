import Files
import Glibc

/// The right to write to a run's folder, as long as it lives; the system takes it back when the process ends, however it
/// does. Two processes in one folder, such as a run and its resumption, would spoil each other's files.
public final class RunLock {
  private let descriptor: Int32

  /// Takes the lock of the folder at `path`. A file system that knows no locks is no obstacle.
  ///
  /// - Throws: `FileError` when another process has it, or the folder cannot be opened.
  init(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, "cannot be opened") }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      close(descriptor)
      throw FileError(.failed, path, "another process is writing to this run: wait until it has ended")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
