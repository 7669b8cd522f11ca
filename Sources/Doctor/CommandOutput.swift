import FoundationEssentials
import Glibc

/// What a program says when it is asked.
enum CommandOutput {
  /// The first 4 kB of what `program` writes on its standard output when it is started with `arguments`; nil where it cannot
  /// be started, or says nothing within two seconds.
  static func text(_ program: String, _ arguments: [String]) -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    let words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, program, &actions, nil, words, environ)
    close(ends[1])
    guard status == 0 else { return nil }
    defer {
      kill(process, SIGKILL)
      while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    let start = ContinuousClock.now
    while text.count < 4096, start.duration(to: .now) < .seconds(2) {
      var poll = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 200) > 0 else { continue }
      let count = read(ends[0], &chunk, chunk.count)
      guard count > 0 else { break }
      text += chunk[..<count]
    }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }

  /// The file that `name` starts, by the PATH of `environment`; nil for none.
  static func path(of name: String, _ environment: [String: String]) -> String? {
    (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }
}
