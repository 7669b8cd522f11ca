import Files
import Glibc
import Synchronization

/// What the user reads, unbuffered: each text in one write, so that lines of several ranks never mix.
enum Output {
  /// A line on standard output.
  static func line(_ text: String = "") { write(text + "\n", to: STDOUT_FILENO) }

  /// A text on standard output, as it stands.
  static func text(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// A text on standard error, as it stands.
  static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Draws `text`, as far as it goes into a line, over the one that was drawn before; an empty one clears it. For terminals only.
  ///
  /// Under mpirun the two streams are pipes, and what comes through one overtakes what comes through the other. So where
  /// `launch/mpirun` says that the standard output is on the terminal as well, a line that is drawn goes the way of those that stay.
  static func redraw(_ text: String) {
    write("\r\u{1B}[K\(text.prefix(progressWidth))", to: isOutputShown ? STDOUT_FILENO : STDERR_FILENO)
  }

  private static let isOutputShown = getenv("CNN_DIST_TERMINAL_OUTPUT").map { String(cString: $0) == "1" } ?? false

  /// Gives the process the standard input, output and error that it was started without, from and to nowhere. Otherwise the
  /// next files or connections to be opened would take their numbers, and our lines would end up in them.
  static func fillStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is taken, which is this one. Without a /dev, a folder cannot be written to either.
      if open("/dev/null", O_RDWR) < 0 { _ = open("/", O_RDONLY | O_DIRECTORY) }
    }
  }

  /// Makes writing to a closed pipe, or beyond the size that a file may have (`ulimit -f`), an error instead of a deadly signal.
  static func outliveRefusals() {
    for deadly in [SIGPIPE, SIGXFSZ] { signal(deadly, SIG_IGN) }
  }

  private static let outputWay = LauncherPipe.way(of: STDOUT_FILENO)
  private static let errorWay = LauncherPipe.way(of: STDERR_FILENO)

  /// Why the standard output did not take what it was given first; 0 where it took all.
  private static let refusal = Mutex<Int32>(0)

  /// Makes sure that all went to the standard output that was meant for it, or for a reader that has gone away.
  ///
  /// - Throws: `FileError` with the system's reason.
  static func check() throws(FileError) {
    let code = refusal.withLock { $0 }
    if code != 0 { throw .system("standard output", "what was asked for is not all there", code: code) }
  }

  /// A reader that has gone away is no reason to stop training, so what cannot be written is dropped. One that pauses is
  /// waited for.
  private static func write(_ text: String, to stream: Int32) {
    let descriptor: Int32
    switch stream == STDOUT_FILENO ? outputWay : errorWay {
    case .own: descriptor = stream
    case .direct(let pipe): descriptor = pipe
    case .nowhere: return
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let code = errno
        if stream == STDOUT_FILENO && code != EPIPE { refusal.withLock { $0 = $0 == 0 ? code : $0 } }
        return
      }
      rest = rest.dropFirst(written)
    }
  }
}

extension Output {
  /// How many characters a line of the terminal has that the standard output goes to; 80 where it goes to none.
  static var width: Int { columns(of: STDOUT_FILENO) }

  /// How many of them a line of progress may have. Under mpirun no rank sees the terminal, so `launch/mpirun` says how wide it is.
  static var progressWidth: Int {
    let told = getenv("CNN_DIST_TERMINAL").flatMap { Int(String(cString: $0)) } ?? 0
    // In the last column the cursor would be in the next line.
    return (told > 1 ? told : columns(of: STDERR_FILENO)) - 1
  }

  private static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}
