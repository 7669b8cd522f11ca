import Files
import KerasFiles
import Models
import Runs
import Sweeps

/// A sweep's file, understood as command lines of `train`.
struct SweepPlan {
  /// What is looked for.
  let search: Search
  /// All trials, by their numbers.
  let trials: [Trial]
  /// The file, for messages.
  private let path: String
  /// What all trials have, by flags.
  private let common: GivenOptions
  /// What this rank's machine has to do with it, by flags.
  private let machine: [String: String]

  /// Reads the text of the file at `path`; what is said of `machine` wins over it.
  ///
  /// - Throws: `UsageError` naming the field, and the nearest known name where it is none.
  init(_ text: String, path: String, machine: [String: String]) throws(UsageError) {
    self.path = path
    search = try Search(text, path: path)
    trials = search.trials
    common = try Self.flags(search.common, of: "\(path): train")
    self.machine = machine
  }

  private static func flags(_ options: [String: JSONValue], of source: String) throws(UsageError) -> GivenOptions {
    let text: String
    do {
      text = try JSONValue.object(options).document()
    } catch {
      throw UsageError("\(source): \(error)")
    }
    return try OptionsFile(text, source: source).given(for: TrainCommand.options, of: TrainCommand.name)
  }

  // MARK: - Command lines

  /// The command that begins a trial as a run in `folder`: what a user would type to train to the end without a sweep.
  ///
  /// - Throws: `UsageError` for a value that its option does not take.
  func beginning(_ trial: Trial, in folder: RunFolder) throws(UsageError) -> TrainCommand {
    try command(try options(of: trial).replaced(by: end), in: folder)
  }

  /// The command that goes on with a run which has begun. The run knows its options.
  func goingOn(in folder: RunFolder) throws(UsageError) -> TrainCommand {
    let place = common.only(["--data", "--cache", "--threads", "--memory"])
    return try command(place.replaced(by: end).replaced(by: GivenOptions(["--resume": ""])), in: folder)
  }

  /// The compute threads of each rank; nil for its share of the cores.
  var threads: Int? { get throws(UsageError) { try goingOn(in: RunFolder("")).threads } }

  private var end: GivenOptions { GivenOptions(["--epochs": "\(search.epochs)"]) }

  private func command(_ options: GivenOptions, in folder: RunFolder) throws(UsageError) -> TrainCommand {
    let here = machine.merging(["--run": folder.path]) { $1 }
    return try TrainCommand(Arguments(options.replaced(by: GivenOptions(here))))
  }

  private func options(of trial: Trial) throws(UsageError) -> GivenOptions {
    try common.replaced(by: Self.flags(trial.values, of: "\(path): \(trial.name)"))
  }

  // MARK: - Checks

  /// Looks at every trial as `train` would before it reads the data.
  ///
  /// - Parameters:
  ///   - begun: what this goes on with; nil for nothing.
  ///   - notice: hears, once, of each thing in a model's compilation that is left out.
  /// - Throws: `UsageError` naming the trial, and the option that it cannot have; `FileError` for a file that is missing or broken.
  func check(goingOnWith begun: Search?, notice: (String) -> Void) throws {
    var notices: Set<String> = []
    // Networks of many trials are read once.
    var files: [String: ModelFile] = [:]
    func open(_ path: String) throws -> ModelFile {
      if let file = files[path] { return file }
      let file = try ModelFile(path)
      files[path] = file
      return file
    }
    for trial in trials {
      _ = try options(of: trial)  // whose errors name the trial by themselves
      do {
        let run = try beginning(trial, in: RunFolder(trial.name)).makeRun(opening: open) { sentence in
          if notices.insert(sentence).inserted { notice(sentence) }
        }
        try checkResults(run.experiment, run.schedule)
        if let begun, begun.epochs != search.epochs, run.experiment.hasScheduleLength,
          run.experiment.scheduleSteps == nil
        {
          throw UsageError(
            "its \(run.experiment.schedule.rawValue) schedule ends with the \(begun.epochs) epochs that the sweep was begun "
              + "with: more epochs are another sweep, for another --run folder")
        }
      } catch let error as UsageError {
        let values = trial.values.isEmpty ? "" : " (\(trial.words))"
        throw UsageError("\(path): \(trial.name)\(values): \(error)")
      }
    }
  }

  /// Makes sure that there will be numbers to compare.
  private func checkResults(_ experiment: Experiment, _ schedule: Schedule) throws(UsageError) {
    guard experiment.monitor?.hasPrefix("val_") ?? true else { return }
    guard schedule.validateEvery > 0 else {
      throw UsageError("--validate-every 0 leaves nothing to compare trials by: validate, or take the monitor loss")
    }
    guard let first = search.rungs.first, schedule.validateEvery <= first else {
      throw UsageError(
        "--validate-every \(schedule.validateEvery) leaves nothing to compare trials by after the first "
          + "\(search.rungs.first ?? 0): validate earlier, or train them longer")
    }
  }

  /// The options that name files; rules may stand there themselves.
  private static let files = ["--model", "--weights", "--rates-file", ParameterRuleOptions.option.flag]

  /// The digests of all files that options name, by their paths: a change would make one sweep of two.
  ///
  /// - Throws: `FileError` where one cannot be read.
  func digests() throws -> [String: String] {
    var digests: [String: String] = [:]
    for trial in trials {
      for (flag, value) in try options(of: trial).values
      where Self.files.contains(flag) && !ParameterRuleOptions.isList(value) {
        guard flag != "--model" || !BuiltInModels.names.contains(value), digests[value] == nil else { continue }
        digests[value] = try MappedFile(value).sealed()
      }
    }
    return digests
  }
}
