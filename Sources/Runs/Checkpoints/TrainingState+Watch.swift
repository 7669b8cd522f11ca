extension TrainingState {
  /// Notes whether the epoch of `metrics` is the best so far; if many have not been, lowers the learning rate or ends the run.
  ///
  /// - Returns: whether it is the best.
  public mutating func watch(_ metrics: EpochMetrics, for experiment: Experiment) -> Bool {
    let monitor = Monitor(experiment)
    guard let value = monitor.value(of: metrics) else { return false }
    if monitor.isBetter(value, than: best) {
      best = Best(
        step: step, accuracy: metrics.validationAccuracy.map(Double.init),
        loss: metrics.validationLoss.map(Double.init), value: value)
      (epochsSinceBest, epochsOnPlateau) = (nil, nil)
      return true
    }
    epochsSinceBest = (epochsSinceBest ?? 0) + 1
    epochsOnPlateau = (epochsOnPlateau ?? 0) + 1
    if let factor = experiment.plateauFactor, epochsOnPlateau ?? 0 >= experiment.plateauPatience ?? 10 {
      rateFactor = max((rateFactor ?? 1) * factor, experiment.minRateShare)
      epochsOnPlateau = nil
    }
    if let patience = experiment.earlyStopping, epochsSinceBest ?? 0 >= patience { stoppedEarly = true }
    return false
  }
}
