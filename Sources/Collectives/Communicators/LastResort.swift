import Glibc

/// What ends processes that nobody else would: small scripts that a rank leaves behind when it ends, and that end by themselves
/// within the tenth of a second where all is well.
enum LastResort {
  /// More than a process has open.
  private static let descriptors: Int32 = 4096

  /// Ends this host's launcher, with all that it started here, if it still runs in a few seconds.
  ///
  /// MPI_Abort has the launcher end all ranks, for which mpirun may need two seconds. But where a host can no longer be reached,
  /// mpirun waits for its daemon there, and that daemon for mpirun, both without an end.
  static func endLauncher() {
    guard let launcher else { return }
    run(
      """
      exe=$(readlink /proc/$1/exe) looks=0
      while [ $looks -lt 25 ]; do
        sleep 0.1
        [ -n "$exe" ] && [ "$(readlink /proc/$1/exe)" = "$exe" ] || exit 0
        looks=$((looks + 1))
      done
      kill -KILL $(cat /proc/$1/task/$1/children) $1
      """, ["\(launcher)"])
  }

  /// Ends what is left of this job's ranks on this host if they still run after `duration`, and soon after them the launcher, where
  /// it is there for this job alone.
  ///
  /// A rank that is stopped after MPI_Finalize is missed by no other, and its launcher waits for it without an end; so do launchers
  /// for a host that is lost just then.
  static func endRanks(after duration: Duration, withLauncher isOwn: Bool) {
    guard let launcher, let job = getenv("PMIX_NAMESPACE") else { return }
    run(
      """
      exe=$(readlink /proc/$1/exe) end=$(($(date +%s) + $4)) last=$(($(date +%s) + $4 + 2))
      while :; do
        sleep 0.1
        left=
        for process in $(cat /proc/$1/task/$1/children); do
          [ "$(readlink /proc/$process/exe)" = "$2" ] || continue
          tr '\\0' '\\n' </proc/$process/environ | grep -qxF "PMIX_NAMESPACE=$3" && left="$left $process"
        done
        now=$(date +%s)
        if [ -n "$left" ]; then
          [ $now -lt $end ] || kill -KILL $left
        else
          [ "$5" = own ] && [ -n "$exe" ] && [ "$(readlink /proc/$1/exe)" = "$exe" ] || exit 0
        fi
        [ $now -lt $last ] || break
      done
      [ "$5" != own ] || kill -KILL $1
      """,
      [
        "\(launcher)", Ancestors.program(of: getpid()), String(cString: job), "\(max(1, Int(duration / .seconds(1))))",
        isOwn ? "own" : "shared",
      ])
  }

  /// What has started this rank on this host.
  private static var launcher: pid_t? {
    Ancestors.processes().first { process in
      let program = Ancestors.program(of: process)
      return MPICommunicator.openMPIProcesses.contains { program.hasSuffix("/\($0)") }
    }
  }

  /// Starts a script, whose errors nobody reads. Where that cannot be, nothing is done.
  private static func run(_ script: String, _ words: [String]) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // It holds nothing open that others wait to see closed. This process ends too, and starts no other.
    for descriptor in STDIN_FILENO...STDERR_FILENO {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    for descriptor in STDERR_FILENO + 1..<descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The launcher ends the groups of its ranks.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let line = ["sh", "-c", script, "sh"] + words
    let arguments = line.map { strdup($0) } + [nil]
    defer { for word in arguments { free(word) } }
    var process: pid_t = 0
    _ = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environ)
  }
}
