import Optimizers

/// The rules that turn gradients into steps.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with decoupled weight decay.
  case adamw
  /// Adam with Nesterov's momentum.
  case nadam
  /// RMSprop.
  case rmsprop
  /// Adagrad.
  case adagrad
  /// Lion.
  case lion
  /// Adam with the largest gradient for a norm.
  case adamax
  /// Adadelta.
  case adadelta

  /// Whether it is Adam or a relative that keeps both running means.
  public var hasMeans: Bool { [.adam, .adamw, .nadam, .adamax].contains(self) }
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
  /// rate · factor^(step / steps).
  case exponential
  /// Down to an end along a power of what is left of the way.
  case polynomial
  /// Rates that hold from a step on.
  case piecewise
  /// Rates at steps, in straight lines between, from a file.
  case file

  /// Whether it ends after a number of steps.
  public var hasLength: Bool { [.cosine, .triangular, .oneCycle, .polynomial].contains(self) }
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
  public var rule: any Optimizer { rule(scaledBy: 1) }

  /// The names of all that is kept for each weight besides itself: by the rule, and `ema` and `best` where they are.
  public var stateNames: [String] {
    rule.stateNames + (ema == nil ? [] : [Self.emaState]) + (keepsBest ? [Self.bestState] : [])
  }

  /// The running mean of the weights.
  public static let emaState = "ema"
  /// The weights of the best validation.
  public static let bestState = "best"

  /// Whether the weights of the best validation are kept to be put back in the end.
  public var keepsBest: Bool { earlyStopping != nil && restoresBest }

  /// The same with every learning rate multiplied.
  public func rule(scaledBy factor: Float) -> any Optimizer {
    let rates = rates.scaled(by: factor)
    return switch optimizer {
    case .sgd: SGD(rates, momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay)
    case .adam, .adamw:
      Adam(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isAmsgrad: amsgrad)
    case .nadam: Nadam(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    case .rmsprop:
      RMSprop(
        rates, rho: rho, momentum: momentum, epsilon: epsilon, isCentered: centered, weightDecay: weightDecay)
    case .adagrad:
      Adagrad(rates, initialAccumulator: initialAccumulator, epsilon: epsilon, weightDecay: weightDecay)
    case .adamax: Adamax(rates, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    case .adadelta: Adadelta(rates, rho: rho, epsilon: epsilon, weightDecay: weightDecay)
    case .lion: Lion(rates, beta1: beta1, beta2: beta2, weightDecay: weightDecay)
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
      case .exponential: .exponential(learningRate, every: dropEvery ?? .max, factor: dropFactor)
      case .polynomial: .polynomial(learningRate, steps: steps, end: endRate, power: power)
      case .piecewise, .file: .points(ratePoints ?? [.init(step: 0, rate: learningRate)], isLinear: schedule == .file)
      }
    return shape.warmedUp(over: warmUp)
  }
}
