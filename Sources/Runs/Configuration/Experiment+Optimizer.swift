import Optimizers

/// The rules that turn gradients into steps.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with decoupled weight decay.
  case adamw
  /// Hinton's running mean of squares.
  case rmsprop
  /// Adam with Nesterov's momentum.
  case nadam
  /// Adam by the largest gradient of late.
  case adamax
  /// The sum of all squares.
  case adagrad
  /// Steps as large as steps have been.
  case adadelta
  /// Signs alone.
  case lion

  /// Whether it has a number or a choice, by the option that sets it.
  public func has(_ option: String) -> Bool {
    switch option {
    case "--momentum": self == .sgd || self == .rmsprop
    case "--nesterov": self == .sgd
    case "--beta1", "--beta2": [.adam, .adamw, .nadam, .adamax, .lion].contains(self)
    case "--epsilon": self != .sgd && self != .lion
    case "--rho": self == .rmsprop || self == .adadelta
    case "--centered": self == .rmsprop
    case "--amsgrad": self == .adam || self == .adamw
    default: true
    }
  }
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
  /// Changes the rule, and what depends on it, to Keras's defaults: for all but SGD a constant learning rate of 0.001, and for
  /// AdamW a weight decay of 0.004 beside it.
  public mutating func adopt(_ kind: OptimizerKind) {
    let recipe = Experiment()
    optimizer = kind
    learningRate = kind == .sgd ? recipe.learningRate : 0.001
    schedule = kind == .sgd ? recipe.schedule : .constant
    weightDecay = kind == .adamw ? 0.004 : 0
    momentum = kind == .sgd ? recipe.momentum : 0
    beta2 = kind == .lion ? 0.99 : recipe.beta2
    rho = kind == .adadelta ? 0.95 : recipe.rho
  }

  /// The optimiser that the numbers describe.
  public var rule: any Optimizer {
    switch optimizer {
    case .sgd: SGD(rates, momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay)
    case .adam, .adamw:
      Adam(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: amsgrad)
    case .rmsprop:
      RMSprop(
        rates, rho: rho, momentum: momentum, isCentered: centered, epsilon: epsilon, weightDecay: weightDecay)
    case .nadam: Nadam(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    case .adamax: Adamax(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    case .adagrad: Adagrad(rates, epsilon: epsilon, weightDecay: weightDecay)
    case .adadelta: Adadelta(rates, rho: rho, epsilon: epsilon, weightDecay: weightDecay)
    case .lion: Lion(rates, beta1: beta1, beta2: beta2, weightDecay: weightDecay)
    }
  }

  /// What is done to large gradients; nil for nothing. Of several, the first that Keras would take.
  public var clipping: Clipping? {
    clipNormEach.map { .normOfEach($0) } ?? clipNorm.map { .norm($0) } ?? clipValue.map { .value($0) }
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
