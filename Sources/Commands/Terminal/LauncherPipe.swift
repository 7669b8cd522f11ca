import Collectives
import Glibc

/// The pipe behind mpirun.
///
/// mpirun reads what its ranks say and writes it to its own output, and where that is a pipe whose reader has gone (`| head`),
/// it ends the job. So a rank on mpirun's host writes into that pipe itself: mpirun has nothing to write then, and a rank
/// outlives readers.
enum LauncherPipe {
  /// Where lines go.
  enum Way {
    /// To the process's own output.
    case own
    /// Straight to the reader of mpirun's output, by this descriptor.
    case direct(Int32)
    /// Nowhere, for mpirun's output has no reader any more.
    case nowhere
  }

  /// What makes mpirun do more with lines than to pass them on.
  private static let treatments = ["tag_output", "timestamp_output", "output_filename", "xml_output", "xml_file"]

  /// The way of what goes to `descriptor`, the standard output or error.
  static func way(of descriptor: Int32) -> Way {
    guard getenv("OMPI_COMM_WORLD_SIZE") != nil, !treatments.contains(where: { getenv("OMPI_MCA_orte_\($0)") != nil }),
      let launcher = Ancestors.processes().first(where: isLauncher), reads(launcher, descriptor)
    else { return .own }
    let path = "/proc/\(launcher)/fd/\(descriptor)"
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return .own }
    // Without O_NONBLOCK this would wait for a reader, and with it a full pipe would lose lines.
    let pipe = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    guard pipe >= 0 else { return errno == ENXIO ? .nowhere : .own }
    guard fcntl(pipe, F_SETFL, O_WRONLY) == 0 else {
      close(pipe)
      return .own
    }
    return .direct(pipe)
  }

  /// Whether the launcher itself reads what goes to `descriptor`, by a terminal or a pipe that it made for the rank: a script in
  /// between may have sent it elsewhere.
  private static func reads(_ launcher: pid_t, _ descriptor: Int32) -> Bool {
    if isatty(descriptor) == 1 { return true }
    var (own, other) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, own.st_mode & S_IFMT == S_IFIFO else { return false }
    return (0..<1024).contains { stat("/proc/\(launcher)/fd/\($0)", &other) == 0 && other.st_ino == own.st_ino }
  }

  private static func isLauncher(_ process: pid_t) -> Bool {
    let program = Ancestors.program(of: process)
    return MPICommunicator.openMPILaunchers.contains { program.hasSuffix("/\($0)") }
  }
}
