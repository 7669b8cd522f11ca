import FoundationEssentials
import Glibc
import Testing

/// A command that was started. Whatever a test does, neither it nor its children outlive the object.
final class Running {
  /// The process itself; under mpirun that is mpirun.
  let process: pid_t
  private let outputPath: String
  private let errorPath: String
  private var code: Int32?

  init(_ words: [String], _ environment: [String], folder: String, output: String, error: String) throws {
    (outputPath, errorPath) = (output, error)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, error)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The test runner ignores SIGPIPE, and its threads block most signals; a user's shell does neither.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let words = ["env", "-C", folder] + words  // becomes the command, once it is in the folder
    var (arguments, variables) = (words.map { strdup($0) } + [nil], environment.map { strdup($0) } + [nil])
    defer { (arguments + variables).forEach { free($0) } }
    let status = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, &variables)
    try #require(status == 0, "\(words[0]) cannot be started: \(String(cString: strerror(status)))")
    self.process = process
  }

  deinit { kill() }

  /// Waits until it ends; one that does not is killed, and the test fails.
  func wait(_ timeout: Duration) throws -> Program.Outcome {
    let start = ContinuousClock.now
    while code == nil {
      guard start.duration(to: .now) < timeout else {
        kill()
        Issue.record("no end after \(timeout): \(try text(outputPath)) \(try text(errorPath))")
        break
      }
      reap(WNOHANG)
      if code == nil { usleep(5000) }
    }
    return Program.Outcome(code: code ?? -1, output: try text(outputPath), error: try text(errorPath))
  }

  /// Whether it has not ended yet.
  var isRunning: Bool {
    if code == nil { reap(WNOHANG) }
    return code == nil
  }

  /// What it has written on standard output so far.
  func output() throws -> String { try text(outputPath) }

  /// Kills it and all that it started with SIGKILL. mpirun gives each rank a group of its own, so the group is not enough.
  func kill() {
    guard code == nil else { return }
    // A stopped parent starts no more children while they are looked for.
    Glibc.kill(process, SIGSTOP)
    for descendant in descendants() { Glibc.kill(descendant, SIGKILL) }
    Glibc.kill(-process, SIGKILL)
    reap(0)
  }

  /// The processes that run the program itself: the ranks.
  func ranks() -> [pid_t] {
    descendants().filter { process in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"))?.hasSuffix("/cnn-dist")
        == true
    }
  }

  /// Whether a process still does something: one that has ended stays in the table until its parent, or the system's first
  /// process, takes note.
  static func isAlive(_ process: pid_t) -> Bool {
    guard let data = try? Data(contentsOf: URL(filePath: "/proc/\(process)/stat")) else { return false }
    let state = String(decoding: data, as: UTF8.self).split(separator: ")").last?.first { $0 != " " }
    return state.map { !"ZX".contains($0) } ?? false
  }

  private func reap(_ options: Int32) {
    var status: Int32 = 0
    guard waitpid(process, &status, options) == process else { return }
    let signal = status & 0x7F
    code = signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  private func descendants() -> [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
    var children: [pid_t: [pid_t]] = [:]
    for candidate in all {
      // `PID (name) state PARENT …`, where a name may hold anything.
      guard let data = try? Data(contentsOf: URL(filePath: "/proc/\(candidate)/stat")),
        let rest = String(decoding: data, as: UTF8.self).split(separator: ")").last,
        let parent = rest.split(separator: " ").dropFirst().first.flatMap({ pid_t($0) })
      else { continue }
      children[parent, default: []].append(candidate)
    }
    var found = children[process] ?? []
    var index = 0
    while index < found.count {
      found += children[found[index]] ?? []
      index += 1
    }
    return found
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
