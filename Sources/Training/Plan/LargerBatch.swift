import Runs

/// What has to follow when a batch is made larger, in words: more samples a step make fewer steps, and each is to go farther.
public enum LargerBatch {
  /// The learning rate that goes with a batch `factor` times as large.
  ///
  /// SGD's grows with the batch (Goyal et al., "Accurate, large minibatch SGD", 2017). Where an optimiser divides by the root of
  /// the squares' mean, the rate grows with the root (Malladi et al., "On the SDEs and scaling rules for adaptive gradient
  /// algorithms", 2022).
  public static func learningRate(_ experiment: Experiment, factor: Int) -> Float {
    experiment.learningRate * (isLinear(experiment) ? Float(factor) : Float(factor).squareRoot())
  }

  /// Whether the rate grows with the batch itself.
  public static func isLinear(_ experiment: Experiment) -> Bool { experiment.update.optimizer == .sgd }

  /// The sentences that go with a batch `factor` times that of `experiment`, in training on `samples` samples.
  public static func advice(_ experiment: Experiment, factor: Int, samples: Int) -> [String] {
    let batch = min(experiment.batchSize, samples)
    let larger = batch * factor
    guard larger <= samples else { return ["there are only \(samples) samples: a step can take no more"] }
    let steps = (samples - 1) / larger + 1
    var sentences = [
      "--learning-rate \(learningRate(experiment, factor: factor).description) "
        + (isLinear(experiment) ? "(it grows with the batch)" : "(it grows with the batch's root)"),
      "--warm-up \(max(1, min(5 * steps, 2000))), that is some epochs, before the rate is that high",
    ]
    if experiment.schedule == .time && experiment.decay > 0 {
      sentences.append("--decay \((experiment.decay * Float(factor)).description), as it counts steps")
    } else if experiment.schedule != .constant {
      sentences.append("steps that the schedule names are to be divided by \(factor)")
    }
    sentences.append("\(steps) step\(steps == 1 ? "" : "s") an epoch: check that accuracy keeps up")
    return sentences
  }
}
