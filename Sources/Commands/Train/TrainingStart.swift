import Datasets
import Runs
import Training

/// What every rank needs to know of the `TrainingPlan` to begin.
struct TrainingStart: Codable {
  var experiment: Experiment
  let schedule: Schedule
  /// Where the run stands.
  var state: TrainingState
  /// What its copies in the memory of hosts are called; nil where there are none.
  let shadow: String?
  let isFromFile: Bool
  let movedScheduleEnd: Int?

  init(_ plan: TrainingPlan) {
    experiment = plan.experiment
    schedule = plan.schedule
    state = plan.checkpoint?.state ?? TrainingState()
    shadow = plan.shadow
    isFromFile = plan.checkpoint != nil || plan.weights != nil
    movedScheduleEnd = plan.movedScheduleEnd
  }

  /// Where the run is to end.
  func lastStep(samples: Int) -> Int {
    schedule.lastStep(of: BatchPlan(samples: samples, batchSize: experiment.batchSize))
  }

  /// Ends a learning-rate schedule where the run is to end, unless it has an end already. That may only be moved where the
  /// run would go on without a rate.
  mutating func setScheduleLength(samples: Int) throws(UsageError) {
    guard experiment.hasScheduleLength else { return }
    let steps = lastStep(samples: samples)
    if let before = movedScheduleEnd, let moved = experiment.scheduleSteps {
      guard steps > before else {
        throw UsageError(
          "the schedule ends at step \(before), and the run at step \(steps): --schedule-steps moves its end only where the run "
            + "is to go on beyond it, with --epochs or --steps")
      }
      guard moved > state.step else {
        throw UsageError("--schedule-steps \(moved) lies behind the run, which has done \(state.step) steps")
      }
    }
    // A run of no steps leaves it to what goes on with it.
    guard experiment.scheduleSteps == nil, steps > 0 else { return }
    let warmUps = [experiment.update] + (experiment.parameterRules ?? []).map(\.update)
    for update in warmUps where update.schedule.hasLength && update.warmUp >= steps {
      throw UsageError("--warm-up \(update.warmUp) leaves nothing of a run of \(steps) steps to the schedule")
    }
    experiment.scheduleSteps = steps
  }

  /// What to tell of a schedule that ends before the run does, and of slow weights that never move.
  func notices(samples: Int) -> [String] {
    let steps = lastStep(samples: samples)
    var notices: [String] = []
    if let notice = notice(of: experiment.update, for: nil, of: steps) { notices.append(notice) }
    // Rules whose schedule ends with the others' are spoken of with these, and one that says where it ends is meant so.
    let rules = experiment.update.schedule.hasLength ? [] : experiment.parameterRules ?? []
    for rule in rules where rule.update.scheduleSteps == nil && rule.frozenFrom == nil {
      if let notice = notice(of: rule.update, for: rule.match.joined(separator: ","), of: steps) {
        notices.append(notice)
      }
    }
    if let lookahead = experiment.lookahead, lookahead.every > steps, steps > 0 {
      notices.append(
        "--lookahead \(lookahead.every) lies beyond the run's \(steps) steps: its slow weights, which are judged, stay as they began"
      )
    }
    return notices
  }

  /// What to tell of the schedule of all parameters, or of those that `patterns` describe, where it ends before `steps`.
  private func notice(of update: UpdateRecipe, for patterns: String?, of steps: Int) -> String? {
    guard update.schedule.hasLength, let end = experiment.scheduleSteps, end < steps, state.step < steps else {
      return nil
    }
    var ended = update
    ended.scheduleSteps = end
    let rate = ended.rule.schedule.rate(at: end)
    return "the \(update.schedule.rawValue) schedule\(patterns.map { " of \($0)" } ?? "") "
      + "\(end > state.step ? "ends" : "has ended") at step \(end), the run ends at step \(steps): the steps between have a learning "
      + "rate of \(rate == 0 ? "0" : "\(rate)"); --schedule-steps \(steps) would end them together"
  }
}
