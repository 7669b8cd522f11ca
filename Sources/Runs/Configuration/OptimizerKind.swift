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
  /// Momentum made orthogonal.
  case muon

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
