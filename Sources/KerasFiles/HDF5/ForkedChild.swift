internal import CHDF5
import Files
import Glibc
import Synchronization

/// A child process that reads a file for us and may crash over it without harm.
///
/// It is a copy of this process with one thread, so it sees the same memory, and must use nothing that another thread may
/// have held at that moment; glibc makes sure of `malloc`. It prints nothing, leaves no core file, and its time and memory are
/// bounded. It is gone, at the latest, with this object.
package final class ForkedChild {
  private let path: String
  private let process: pid_t
  private let output: Int32

  private let silence: Int32

  /// A pipe whose end another child had inherited would not end with its writer; and a child that begins while a thread is
  /// inside HDF5's library would find the library as that thread leaves it: see `HDF5Image`.
  static let starting = Mutex(())

  /// Starts the child, which calls `body` with the pipe's end that it writes to, and ends.
  ///
  /// - Parameters:
  ///   - path: the file, for errors.
  ///   - count: how many bytes are read and made; time and memory are bounded by them.
  ///   - silence: how long the child may write nothing, in ms: a page of the file may come from a slow disk.
  /// - Throws: `FileError`, failed, where no process can be started.
  package init(
    reading path: String, bytes count: Int, silence: Int32 = 60_000, _ body: (Int32) -> Void
  ) throws(FileError) {
    (self.path, self.silence) = (path, silence)
    let mostMemory = rlim_t(clamping: 2 * count + 1 << 28)
    let mostSeconds = rlim_t(5 + count >> 23)  // 8 MB/s
    let (process, output) = try Self.starting.withLock { _ throws(FileError) -> (pid_t, Int32) in
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw FileError.system(path, "no pipe to a process that reads it") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      let process = cnn_fork()
      if process == 0 {
        Self.confine(memory: mostMemory, seconds: mostSeconds)
        body(ends[1])
        _exit(0)
      }
      let code = errno
      close(ends[1])
      guard process > 0 else {
        close(ends[0])
        throw FileError(
          .failed, path, "no process can be started to read it: \(String(cString: strerror(code)))")
      }
      return (process, ends[0])
    }
    (self.process, self.output) = (process, output)
  }

  deinit {
    close(output)
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
  }

  /// Fills `target` with what the child writes next.
  ///
  /// - Throws: `FileError`, malformed where the child ends before, or says nothing for long.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    var done = 0
    while done < target.count {
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, silence)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { throw FileError(.malformed, path, "HDF5's library hangs on it: it is damaged") }
      let count = Glibc.read(output, target.baseAddress.map { $0 + done }, target.count - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(.malformed, path, "HDF5's library breaks down on it: it is damaged") }
      done += count
    }
  }

  /// Reads the next `count` bytes of what the child writes.
  ///
  /// - Throws: as `read`.
  package func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { bytes in
      Result { () throws(FileError) in try read(into: bytes) }
    }.get()
    return bytes
  }

  /// The child wrote what it never does.
  var isConfused: FileError { FileError(.malformed, path, "HDF5's library goes astray on it: it is damaged") }

  // MARK: - In the child

  private static func confine(memory: rlim_t, seconds: rlim_t) {
    // The handlers of this program and of MPI would print.
    for number in [SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGXCPU] { signal(number, SIG_DFL) }
    let nowhere = open("/dev/null", O_WRONLY)
    if nowhere >= 0 {
      dup2(nowhere, STDOUT_FILENO)
      dup2(nowhere, STDERR_FILENO)
    }
    limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
    limit(__rlimit_resource_t(RLIMIT_CPU.rawValue), to: seconds)
    // The first number is the pages that the process has already.
    var text = [CChar](repeating: 0, count: 64)
    let statistics = open("/proc/self/statm", O_RDONLY)
    if statistics >= 0, Glibc.read(statistics, &text, text.count - 1) > 0 {
      limit(
        __rlimit_resource_t(RLIMIT_AS.rawValue), to: memory + rlim_t(strtoul(text, nil, 10)) * rlim_t(getpagesize()))
    }
  }

  private static func limit(_ resource: __rlimit_resource_t, to value: rlim_t) {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    // Both: the signal at the softer limit may be blocked here.
    limit.rlim_max = min(value, limit.rlim_max)
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }

  /// Writes bytes to the pipe; ends the child where nobody reads them any more.
  package static func write(_ bytes: UnsafeRawBufferPointer, to output: Int32) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(output, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { _exit(1) }
      done += count
    }
  }
}
