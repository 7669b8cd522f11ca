import Optimizers

/// The rules that turn gradients into steps.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with decoupled weight decay.
  case adamw
}

/// The ways in which the learning rate changes.
public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
  /// It does not.
  case constant
  /// Keras's time decay: rate / (1 + decay · step).
  case time
  /// Drops every so many steps.
  case step
  /// Half a cosine down to 0.
  case cosine
  /// Up to the middle, and down to 0.
  case triangular
  /// Up for 30 % of the way from a 25th, and down to 0.
  case oneCycle = "one-cycle"

  /// Whether it ends after a number of steps.
  public var hasLength: Bool { self == .cosine || self == .triangular || self == .oneCycle }
}

extension Experiment {
  /// Changes the rule, and what depends on it, to Keras's defaults: for Adam a constant learning rate of 0.001, and for
  /// AdamW a weight decay of 0.004 beside it.
  public mutating func adopt(_ kind: OptimizerKind) {
    let recipe = Experiment()
    optimizer = kind
    learningRate = kind == .sgd ? recipe.learningRate : 0.001
    schedule = kind == .sgd ? recipe.schedule : .constant
    weightDecay = kind == .adamw ? 0.004 : 0
  }

  /// The optimiser that the numbers describe.
  public var rule: any Optimizer {
    switch optimizer {
    case .sgd: SGD(rates, momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay)
    case .adam, .adamw: Adam(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }
  }

  /// The schedule that the numbers describe. One that ends has its length by the time that training begins.
  private var rates: LearningRateSchedule {
    let steps = max(1, (scheduleSteps ?? 1) - warmUp)
    let shape: LearningRateSchedule =
      switch schedule {
      case .constant: .constant(learningRate)
      case .time: .timeDecay(learningRate, decay: decay)
      case .step: .drops(learningRate, every: dropEvery ?? .max, factor: dropFactor)
      case .cosine: .cosine(learningRate, steps: steps)
      case .triangular: .triangular(learningRate, steps: steps)
      case .oneCycle: .oneCycle(learningRate, steps: steps)
      }
    return shape.warmedUp(over: warmUp)
  }
}
