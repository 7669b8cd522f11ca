import Glibc

/// How the learning rate changes with the step.
///
/// A number alone is a constant rate: `SGD(0.01)`.
public struct LearningRateSchedule: Sendable, Hashable, ExpressibleByFloatLiteral {
  /// How the rate changes behind the warm-up, where steps are counted anew.
  public enum Shape: Hashable, Sendable {
    /// Not at all.
    case constant
    /// See `timeDecay`.
    case timeDecay(Float)
    /// See `drops`.
    case drops(every: Int, factor: Float)
    /// See `cosine`.
    case cosine(steps: Int, final: Float)
    /// A rise from `start` times the rate up to it in the share `peak` of the steps, then a fall to 0.
    case triangle(steps: Int, start: Float, peak: Float)
    /// See `exponential`.
    case exponential(every: Int, factor: Float)
    /// See `polynomial`.
    case polynomial(steps: Int, end: Float, power: Float)
    /// See `points`.
    case points([Point], isLinear: Bool)
  }

  /// A rate at a step.
  public struct Point: Hashable, Codable, Sendable {
    /// The step, counted from 0.
    public let step: Int
    /// Its rate.
    public let rate: Float

    /// A rate at a step.
    public init(step: Int, rate: Float) {
      self.step = step
      self.rate = rate
    }
  }

  /// The highest rate: that of the first step behind the warm-up, or of a triangle's tip.
  public let rate: Float
  /// How many steps rise linearly to the rate before the schedule itself begins.
  public let warmUp: Int
  /// How the rate changes from then on.
  public let shape: Shape

  /// What every rate is multiplied by at last.
  public let scale: Float

  private init(_ rate: Float, _ shape: Shape, warmUp: Int = 0, scale: Float = 1) {
    self.rate = rate
    self.shape = shape
    self.warmUp = warmUp
    self.scale = scale
  }

  /// The same rate for ever.
  public init(floatLiteral rate: Float) { self.init(rate, .constant) }

  /// The same rate for ever.
  public static func constant(_ rate: Float) -> Self { Self(rate, .constant) }

  /// `rate / (1 + decay · step)`: Keras's `InverseTimeDecay` with a decay step of 1, the older `decay` argument of its SGD.
  public static func timeDecay(_ rate: Float, decay: Float) -> Self { Self(rate, .timeDecay(decay)) }

  /// `rate · factor^⌊step / every⌋`: Keras's `ExponentialDecay` as a staircase.
  public static func drops(_ rate: Float, every steps: Int, factor: Float) -> Self {
    precondition(steps > 0, "steps lie between two drops")
    return Self(rate, .drops(every: steps, factor: factor))
  }

  /// Half a cosine from the rate down to `final · rate` after `steps` steps (Loshchilov and Hutter, "SGDR", 2017), and no
  /// change from there on; Keras's `CosineDecay`, where `final` is `alpha`.
  public static func cosine(_ rate: Float, steps: Int, final: Float = 0) -> Self {
    precondition(steps > 0, "a cosine takes steps")
    return Self(rate, .cosine(steps: steps, final: final))
  }

  /// Linearly from 0 up to the rate in the middle of `steps` steps, and down to 0 (Smith, "Cyclical learning rates", 2017,
  /// with a single cycle).
  public static func triangular(_ rate: Float, steps: Int) -> Self {
    precondition(steps > 0, "a triangle takes steps")
    return Self(rate, .triangle(steps: steps, start: 0, peak: 0.5))
  }

  /// Linearly from a 25th of the rate up to it in the first 30 % of `steps` steps, and down to 0 in the rest (Smith and
  /// Topin, "Super-convergence", 2018, with the shares that PyTorch's `OneCycleLR` made usual).
  public static func oneCycle(_ rate: Float, steps: Int) -> Self {
    precondition(steps > 0, "a cycle takes steps")
    return Self(rate, .triangle(steps: steps, start: 0.04, peak: 0.3))
  }

  /// The same schedule behind `steps` steps of warm-up, the first at `rate / steps`, the last at the rate (Goyal et al.,
  /// "Accurate, large minibatch SGD", 2017).
  public func warmedUp(over steps: Int) -> Self {
    precondition(steps >= 0, "a warm-up does not end before it begins")
    return Self(rate, shape, warmUp: steps, scale: scale)
  }

  /// `rate · factor^(step / every)`: Keras's `ExponentialDecay` without a staircase.
  public static func exponential(_ rate: Float, every steps: Int, factor: Float) -> Self {
    precondition(steps > 0, "steps lie between two factors")
    return Self(rate, .exponential(every: steps, factor: factor))
  }

  /// `(rate - end) · (1 - step / steps)^power + end`, and `end` behind: Keras's `PolynomialDecay`.
  public static func polynomial(_ rate: Float, steps: Int, end: Float = 1e-4, power: Float = 1) -> Self {
    precondition(steps > 0, "a decay takes steps")
    return Self(rate, .polynomial(steps: steps, end: end, power: power))
  }

  /// The rates at some steps, in ascending order: each holds until the next or, with `isLinear`, leads to it in a straight line.
  public static func points(_ points: [Point], isLinear: Bool) -> Self {
    precondition(!points.isEmpty && zip(points, points.dropFirst()).allSatisfy { $0.step < $1.step }, "steps ascend")
    return Self(points.reduce(0) { max($0, $1.rate) }, .points(points, isLinear: isLinear))
  }

  /// The same with every rate multiplied.
  public func scaled(by factor: Float) -> Self { Self(rate, shape, warmUp: warmUp, scale: scale * factor) }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Float { scale == 1 ? unscaled(step) : scale * unscaled(step) }

  private func unscaled(_ step: Int) -> Float {
    if step < warmUp { return rate * (Float(step + 1) / Float(warmUp)) }
    let step = step - warmUp
    switch shape {
    case .constant: return rate
    case .timeDecay(let decay): return rate / (1 + decay * Float(step))
    case .drops(let every, let factor): return rate * Float(pow(Double(factor), Double(step / every)))
    case .cosine(let steps, let final):
      let way = Double(min(step, steps)) / Double(steps)
      return rate * Float((1 - Double(final)) * 0.5 * (1 + cos(.pi * way)) + Double(final))
    case .triangle(let steps, let start, let peak):
      let (way, tip) = (Double(min(step, steps)) / Double(steps), Double(peak))
      let share = way < tip ? Double(start) + (1 - Double(start)) * way / tip : (1 - way) / (1 - tip)
      return rate * Float(share)
    case .exponential(let every, let factor):
      return rate * Float(pow(Double(factor), Double(step) / Double(every)))
    case .polynomial(let steps, let end, let power):
      let left = 1 - Double(min(step, steps)) / Double(steps)
      return Float((Double(rate) - Double(end)) * pow(left, Double(power)) + Double(end))
    case .points(let points, let isLinear):
      guard let last = points.lastIndex(where: { $0.step <= step }) else { return points[0].rate }
      let (from, to) = (points[last], points[min(last + 1, points.count - 1)])
      guard isLinear, to.step > from.step else { return from.rate }
      let share = Double(step - from.step) / Double(to.step - from.step)
      return Float(Double(from.rate) + share * (Double(to.rate) - Double(from.rate)))
    }
  }
}
