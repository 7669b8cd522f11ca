import Optimizers
import Runs
import Training

extension UpdateRecipe {
  /// Describes `rule`, so that `rule` gives it back.
  ///
  /// - Throws: `UsageError` for one that a run's configuration has no words for.
  mutating func adopt(_ rule: any Optimizer) throws(UsageError) {
    switch rule {
    case let rule as SGD:
      optimizer = .sgd
      (momentum, nesterov, weightDecay) = (rule.momentum, rule.isNesterov, rule.weightDecay)
    case let rule as Adam:
      optimizer = rule.weightDecay > 0 ? .adamw : .adam
      (beta1, beta2, epsilon, weightDecay) = (rule.beta1, rule.beta2, rule.epsilon, rule.weightDecay)
      amsgrad = rule.isAmsgrad
    case let rule as Nadam:
      optimizer = .nadam
      (beta1, beta2, epsilon, weightDecay) = (rule.beta1, rule.beta2, rule.epsilon, rule.weightDecay)
    case let rule as RMSprop:
      optimizer = .rmsprop
      (rho, momentum, epsilon, centered) = (rule.rho, rule.momentum, rule.epsilon, rule.isCentered)
      weightDecay = rule.weightDecay
    case let rule as Adagrad:
      optimizer = .adagrad
      (initialAccumulator, epsilon, weightDecay) = (rule.initialAccumulator, rule.epsilon, rule.weightDecay)
    case let rule as Adamax:
      optimizer = .adamax
      (beta1, beta2, epsilon, weightDecay) = (rule.beta1, rule.beta2, rule.epsilon, rule.weightDecay)
    case let rule as Adadelta:
      optimizer = .adadelta
      (rho, epsilon, weightDecay) = (rule.rho, rule.epsilon, rule.weightDecay)
    case let rule as Lion:
      optimizer = .lion
      (beta1, beta2, weightDecay) = (rule.beta1, rule.beta2, rule.weightDecay)
    case let rule as Muon:
      optimizer = .muon
      (momentum, nesterov, newtonSchulz) = (rule.momentum, rule.isNesterov, rule.steps)
      (muonScale, rescale, weightDecay) = (rule.scale, rule.rescales, rule.weightDecay)
    default: throw UsageError("\(type(of: rule)) is no optimizer that a run can be resumed with: take one of ours")
    }
    let rates = rule.schedule
    guard rates.scale == 1 else {
      throw UsageError("a schedule that is scaled is not kept in a run: scale its rates instead")
    }
    (learningRate, warmUp) = (rates.rate, rates.warmUp)
    switch rates.shape {
    case .constant: schedule = .constant
    case .timeDecay(let decay): (schedule, self.decay) = (.time, decay)
    case .drops(let steps, let factor): (schedule, dropEvery, dropFactor) = (.step, steps, factor)
    case .cosine(let steps, 0): (schedule, scheduleSteps) = (.cosine, steps + warmUp)
    case .cosine(_, let final):
      throw UsageError("a cosine that ends at \(final) of the rate is not supported, expected one that ends at 0")
    case .exponential(let steps, let factor): (schedule, dropEvery, dropFactor) = (.exponential, steps, factor)
    case .polynomial(let steps, let end, let power):
      (schedule, scheduleSteps, endRate, self.power) = (.polynomial, steps + warmUp, end, power)
    case .points(let points, let isLinear): (schedule, ratePoints) = (isLinear ? .file : .piecewise, points)
    case .triangle(let steps, let start, _):
      (schedule, scheduleSteps) = (start == 0 ? .triangular : .oneCycle, steps + warmUp)
    }
  }
}

extension ParameterRule {
  /// Lets the parameters whose names `match` describes, such as `*/bias`, learn by a rule of their own.
  ///
  /// - Parameters:
  ///   - match: patterns of names, in which `*` stands for any characters.
  ///   - rule: the optimizer.
  ///   - step: the step, counted from 0, from which on they stay as they are; nil for never.
  /// - Throws: `UsageError` for an optimizer of your own.
  public init(_ match: String..., by rule: any Optimizer, frozenFrom step: Int? = nil) throws(UsageError) {
    var recipe = UpdateRecipe()
    try recipe.adopt(rule)
    self.init(match, recipe, frozenFrom: step)
  }
}
