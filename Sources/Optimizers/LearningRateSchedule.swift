import Glibc

/// How the learning rate changes with the step.
///
/// A number alone is a constant rate: `SGD(0.01)`.
public struct LearningRateSchedule: Sendable, Hashable, ExpressibleByFloatLiteral {
  private enum Shape: Hashable {
    case constant
    case timeDecay(Float)
    case drops(every: Int, factor: Float)
    case cosine(steps: Int, final: Float)
    case triangle(steps: Int, start: Float, peak: Float)
  }

  /// The highest rate: that of the first step behind the warm-up, or of a triangle's tip.
  public let rate: Float
  /// How many steps rise linearly to the rate before the schedule itself begins.
  public let warmUp: Int
  private let shape: Shape

  private init(_ rate: Float, _ shape: Shape, warmUp: Int = 0) {
    self.rate = rate
    self.shape = shape
    self.warmUp = warmUp
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
    return Self(rate, shape, warmUp: steps)
  }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Float {
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
    }
  }
}
