import Collectives
import Runs
import Sweeps
import Training

/// Trains a group's part of a rung.
struct TrialRunner {
  /// What a rank tells of it: results from the rank that speaks for its group, an end from any.
  struct Report: Codable {
    /// The trials that it has trained, failed ones too.
    var results: [TrialResult] = []
    /// Why it left off before all were trained; nil where it did not.
    var end: TrialResult.Failure?
  }

  private let plan: SweepPlan
  private let folder: SweepFolder
  private let group: World
  private let isQuiet: Bool

  /// For the ranks of `group`.
  init(_ plan: SweepPlan, _ folder: SweepFolder, in group: World, isQuiet: Bool) {
    self.plan = plan
    self.folder = folder
    self.group = group
    self.isQuiet = isQuiet
  }

  /// Trains `trials`, this group's, until `epochs` are done, or until it cannot go on. A trial that fails by itself is one
  /// result among the others.
  ///
  /// - Throws: what is this rank's own failure, which the others cannot know of.
  func train(_ trials: [Int], to epochs: Int) throws -> Report {
    var report = Report()
    for trial in trials {
      do {
        let result = try train(trial, to: epochs)
        if group.isSpeaker {
          report.results.append(result)
          SweepConsole.show(result, plan.trials[trial - 1], isQuiet: isQuiet)
        }
      } catch let error where error is Stopped || (error as? SharedFailure)?.exitCode == .stopped {
        let reason = "stopped, with checkpoints of what was begun: run the same command again to go on"
        report.end = TrialResult.Failure(code: ExitCode.stopped.rawValue, reason: reason)
        break
      } catch let error as SharedFailure {
        report.end = TrialResult.Failure(code: error.exitCode.rawValue, reason: "\(Trial.name(trial)): \(error)")
        break
      }
    }
    return report
  }

  /// What can be wrong with one trial and not with another.
  private static let ownFailures: [ExitCode] = [.usage, .badData, .missingInput]

  private func train(_ trial: Int, to epochs: Int) throws -> TrialResult {
    let (communicator, run) = (group.communicator, folder.run(trial))
    let isBegun = try communicator.share(group.isSpeaker ? run.holdsRun : nil)
    let command = isBegun ? try plan.goingOn(in: run) : try plan.beginning(plan.trials[trial - 1], in: run)
    var failure: TrialResult.Failure?
    do {
      try TrainingSession(command, in: group, pausingAfter: epochs).run()
    } catch let error as SharedFailure where Self.ownFailures.contains(error.exitCode) {
      failure = TrialResult.Failure(code: error.exitCode.rawValue, reason: error.description)
    }
    let result: TrialResult? = try communicator.together { [failure] in
      group.isSpeaker ? try communicator.aside { try self.result(of: trial, after: epochs, failure) } : nil
    }
    return try communicator.share(result)
  }

  private func result(of trial: Int, after epochs: Int, _ failure: TrialResult.Failure?) throws -> TrialResult {
    if let failure {
      return try folder.fail(trial, failure, isFinal: failure.code == ExitCode.badData.rawValue)
    }
    if let result = try folder.result(of: trial, after: epochs) { return result }
    let reason = "\(folder.run(trial).path)/metrics.jsonl does not tell of its epochs"
    return try folder.fail(
      trial, TrialResult.Failure(code: ExitCode.badData.rawValue, reason: reason), isFinal: false)
  }
}
