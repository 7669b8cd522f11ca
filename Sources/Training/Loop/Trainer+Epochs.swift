import Objectives
import Runs

/// What comes at the end of an epoch.
extension Trainer {
  /// Validates, where that is due, and closes the epoch; returns false, and leaves it open, when a rank wishes to stop
  /// before the validation is through.
  func finishEpoch() throws -> Bool {
    try settleCheckpoint()
    let epoch = state.epoch + 1
    communicator.occasion = "the validation of epoch \(epoch)"
    let isValidated = schedule.validateEvery > 0 && epoch % schedule.validateEvery == 0
    var validation: Evaluation?
    if isValidated {
      validation = try evaluator.evaluate(
        data.validation, values: judged.current.reading, keeping: keepsVerdicts ? .verdicts : .sums,
        shouldStop: shouldStop)
      if validation == nil { return false }
    }
    let samples = data.training.count - (state.skipped?.epochSamples ?? 0)
    let values = objective.values(of: Tally(counters: state.counters(objective.emptyTally.counters.count)))
    let metrics = EpochMetrics(
      epoch: epoch, loss: Float(state.epochLoss / Double(samples)), accuracy: values.value(of: .accuracy),
      validationLoss: validation.map { Float($0.loss) }, validationAccuracy: validation?.values.value(of: .accuracy),
      seconds: (epochStart.secondsUntilNow * 1000).rounded() / 1000, skippedSteps: state.skipped?.steps,
      others: values.others, validationOthers: validation?.values.others)
    watch(metrics)
    state.epoch = epoch
    state.epochLoss = 0
    state.clearCounters()
    state.skipped?.epochSamples = 0
    epochStart = .now
    try tell { [state, judged, step] recorder, observers in
      try recorder?.append(metrics)
      guard !observers.isEmpty else { return }
      let end = EpochEnd(
        verdicts: validation?.verdicts, values: judged.current.reading, state: state,
        makeProfile: { StepProfile(ofOneRank: step.profile()) })
      observers.forEach { $0.didFinish(metrics, end) }
    }
    try checkpoint()
    return true
  }

  /// Notes how the epoch did, and does what follows from it.
  private func watch(_ metrics: EpochMetrics) {
    let isBest = state.watch(metrics, for: experiment)
    if isBest { judged.keepAsBest() }
    step.scaleRates(by: state.rateFactor ?? 1)
    if state.hasStoppedEarly { judged.restoreBest() }
  }
}
