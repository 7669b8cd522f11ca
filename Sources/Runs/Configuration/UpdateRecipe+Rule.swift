import Optimizers

extension UpdateRecipe {
  /// Changes the rule, and all of its numbers, to Keras's defaults: for all but SGD a learning rate of 0.001, and for AdamW a
  /// weight decay of 0.004 beside it. The learning rate's schedule stays.
  public mutating func adopt(rule kind: OptimizerKind) {
    var next = UpdateRecipe()
    next.optimizer = kind
    if kind != .sgd { (next.learningRate, next.momentum) = (0.001, 0) }
    switch kind {
    case .adamw: next.weightDecay = 0.004
    case .lion: next.beta2 = 0.99
    case .adadelta: next.rho = 0.95
    case .muon: (next.momentum, next.nesterov) = (0.95, true)
    case .sgd, .adam, .nadam, .rmsprop, .adagrad, .adamax: break
    }
    (next.schedule, next.warmUp, next.scheduleSteps) = (schedule, warmUp, scheduleSteps)
    (next.decay, next.dropEvery, next.dropFactor) = (decay, dropEvery, dropFactor)
    (next.endRate, next.power, next.ratePoints) = (endRate, power, ratePoints)
    self = next
  }

  /// The same with the schedule that goes with the rule: Keras's time decay for SGD, a constant rate for all others.
  public mutating func adopt(_ kind: OptimizerKind) {
    adopt(rule: kind)
    schedule = kind == .sgd ? UpdateRecipe().schedule : .constant
  }

  /// The optimiser that the numbers describe.
  public var rule: any Optimizer { rule(scaledBy: 1) }

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
    case .muon:
      Muon(
        rates, momentum: momentum, isNesterov: nesterov, steps: newtonSchulz, scale: muonScale, rescales: rescale,
        weightDecay: weightDecay)
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
