import FoundationEssentials
import Glibc
import Testing

/// All tests that run the built program, one after the other: each may take every core.
@Suite(.serialized) enum ProgramTests {}

/// Those of them that wait far more than they compute, for deadlines, schedulers, hosts, starts of MPI and disks: one after the
/// other too, beside the others.
@Suite(.serialized) enum PatientTests {}

/// The built program, run in a new folder that goes with the object.
final class Program {
  /// How one run ended, and all that it wrote.
  struct Outcome {
    /// The exit code; 128 + n where signal n ended it, as a shell has it.
    let code: Int32
    let output: String
    let error: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
    /// What the program itself said on standard error: mpirun adds words of its own. That a small batch does not feed all
    /// cores of a large machine is left out.
    var complaints: [String] {
      error.split(separator: "\n").filter { $0.hasPrefix("cnn-dist: ") && !$0.hasSuffix(" would feed them all") }
        .map { String($0.dropFirst(10)) }
    }
  }

  /// Where the program is: `$CNN_DIST_BINARY`, or beside the test bundle.
  static let binary: String = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let beside = own.flatMap { path in path.lastIndex(of: "/").map { "\(path[..<$0])/cnn-dist" } }
    let path = environment["CNN_DIST_BINARY"] ?? beside ?? "cnn-dist"
    precondition(
      access(path, X_OK) == 0,
      "there is no program at \(path): build it with `swift build -c release`, or set CNN_DIST_BINARY")
    return path
  }()

  /// Ours without what mpirun or a user's settings left in it.
  private static let environment = ProcessInfo.processInfo.environment.filter { variable in
    !["OMPI_", "PMIX_", "PMI_", "SLURM_", "CNN_DIST_DATA", "CNN_DIST_TERMINAL"].contains { variable.key.hasPrefix($0) }
  }

  /// The folder in which it runs.
  let folder: String
  private var runs = 0

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "commands-tests-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs the program with `arguments`, split at spaces, under `mpirun` with so many ranks, or without it for nil.
  func callAsFunction(
    _ arguments: String, ranks: Int? = nil, environment: [String: String] = [:], timeout: Duration = .seconds(120)
  ) throws -> Outcome {
    let words = [Self.binary] + arguments.split(separator: " ").map(String.init)
    return try start(ranks.map { Self.mpirun + ["-np", "\($0)"] + words } ?? words, environment: environment)
      .wait(timeout)
  }

  /// Runs a script, in which `$cnn` is the program, `$mpirun` the launcher and `$launch` the folder of our scripts.
  func shell(_ script: String, timeout: Duration = .seconds(120)) throws -> Outcome {
    try start(
      ["bash", "-c", script],
      environment: [
        "cnn": Self.binary, "CNN_DIST_BINARY": Self.binary, "mpirun": Self.mpirun.joined(separator: " "),
        "launch": Self.scripts,
      ]
    ).wait(timeout)
  }

  static let mpirun = ["mpirun", "--oversubscribe"]
  /// The folder `launch` of this checkout.
  static let scripts = "\(#filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined())/launch"

  /// Starts a command in the folder.
  func start(_ words: [String], environment: [String: String] = [:]) throws -> Running {
    runs += 1
    let (output, error) = ("\(folder)/.output-\(runs)", "\(folder)/.error-\(runs)")
    let root = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    let variables = Self.environment.merging(root) { $1 }.merging(environment) { $1 }
    return try Running(words, variables.map { "\($0)=\($1)" }, folder: folder, output: output, error: error)
  }

  // MARK: - Files

  /// The file `name` as text.
  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
  }

  /// Every file below `name` with its size and time of change: equal for a folder that nobody touched.
  func inventory(_ name: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(name)").sorted().map { path in
      var status = stat()
      lstat("\(folder)/\(name)/\(path)", &status)
      return "\(path) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
  }

  /// Flips a bit of the file `name`, counted from its end.
  func damage(_ name: String, fromEnd: Int = 1) throws {
    let url = URL(filePath: "\(folder)/\(name)")
    var data = try Data(contentsOf: url)
    data[data.count - fromEnd] ^= 1
    try data.write(to: url)
  }

  /// The names in the folder `name`.
  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted()
  }

  /// Where the link `name` points.
  func link(_ name: String) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
  }
}
