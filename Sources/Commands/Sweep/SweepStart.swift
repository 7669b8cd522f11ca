import Runs
import Sweeps

/// What rank 0 found in a sweep's file and folder, and every rank has to know.
struct SweepStart: Codable {
  /// The text of the file.
  let text: String
  /// The sweep's folder.
  let folder: String
  /// The digests of the files that options name.
  let files: [String: String]

  /// Reads and checks what `command` names, and makes it the sweep's, unless it is a dry one.
  ///
  /// - Throws: `UsageError`, before anything is trained, for all that `train` would refuse before it reads data.
  static func make(_ command: SweepCommand) throws -> (start: SweepStart, lock: RunLock?) {
    let path = command.file
    let text = try OptionsFile.text(path, of: "search")
    let plan = try SweepPlan(text, path: path, machine: command.machine)
    let folder = SweepFolder(command.run ?? "runs/sweep-\(TrainingSession.timestamp())")
    try plan.check(goingOnWith: command.run == nil ? nil : try folder.begun()) { Program.complain(UsageError($0)) }
    let start = SweepStart(text: text, folder: folder.path, files: try plan.digests())
    guard !command.isDry else { return (start, nil) }
    let lock = try folder.open()
    try folder.save(plan.search, files: start.files, version: Program.version)
    return (start, lock)
  }
}
