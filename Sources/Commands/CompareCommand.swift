import Files
import Runs
import Training

/// `cnn-dist compare`: where two runs part, by their journals.
struct CompareCommand: Command {
  static let name = "compare"
  static let summary = "Names the first step and tensor at which two runs part."
  static let positionals = "RUN_A RUN_B"
  static let positionalCompletion = Completion.folders
  static let options = [
    Option("--steps", "N", "compare the first N steps only, so that a run may be shorter than the other")
  ]
  static let examples = [
    Example("cnn-dist compare runs/first runs/second", "two runs of one experiment, each with --journal")
  ]
  static let notes = """
    Both runs must have been trained with --journal. Exits 0 when they have the same steps, and in each every gradient
    and every value is the same to the last bit; 1 when they differ, also when one has steps that the other lacks.
    """

  private let runs: [RunFolder]
  private let last: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 2 else {
      throw UsageError("compare takes two run folders: cnn-dist compare RUN_A RUN_B")
    }
    runs = arguments.positionals.map(RunFolder.init)
    last = try arguments.integer("--steps", in: 1...Schedule.counts.upperBound)
  }

  func run(in world: World) throws {
    let (ours, theirs) = (try runs[0].loadExisting(), try runs[1].loadExisting())
    // Said first, because they explain what follows.
    for difference in ours.differences(from: theirs) { Output.line("the runs are of two kinds: \(difference)") }

    let comparison = try JournalComparison(try journal(of: runs[0]), try journal(of: runs[1]), through: last)
    if let difference = comparison.difference {
      Output.line("\(runs[0].path) and \(runs[1].path) part at step \(difference.step): \(difference)")
      Output.line("\(difference.quantity)s that differ at this step: \(difference.names.joined(separator: ", "))")
    } else if !comparison.common.isEmpty {
      Output.line("\(comparison.common.asSteps): every gradient and every value is the same")
    }
    for (run, steps) in [(runs[0], comparison.onlyOurs), (runs[1], comparison.onlyTheirs)] {
      for steps in steps { Output.line("\(steps.asSteps): only in \(run.path)") }
    }
    if !comparison.isSame { throw DifferenceFound() }
  }

  private func journal(of run: RunFolder) throws(FileError) -> Journal {
    guard let journal = try run.journal() else {
      throw FileError(
        .missing, run.path, "this run has no journal: train it again with --journal, into another --run folder")
    }
    return journal
  }
}

extension RunConfiguration {
  /// What may make the numbers of two runs differ, as `field: ours, not theirs`.
  fileprivate func differences(from other: RunConfiguration) -> [String] {
    let others = [("openblas", openblas, other.openblas), ("version", version, other.version)]
    return experiment.differences(from: other.experiment)
      + others.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1), not \($0.2)" }
  }
}

extension Range<Int> {
  /// `step 4`, or `steps 1 to 6`.
  fileprivate var asSteps: String {
    count == 1 ? "step \(lowerBound)" : "steps \(lowerBound) to \(upperBound - 1)"
  }
}
