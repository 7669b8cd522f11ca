import Tensors

/// Which channels the filters of a kernel read.
public enum FilterReach: Hashable, Sendable {
  /// All: the kernel is (taps…, channels, filters).
  case all
  /// Each those of its group, of which there are so many: (taps…, channels of a group, filters of all groups).
  case groups(Int)
  /// Each one: (taps…, channels, filters of a channel).
  case single
}

/// One tensor that a layer learns or keeps.
public struct ParameterSpecification: Sendable {
  /// What a training step does with a tensor.
  public enum Role: Hashable, Sendable {
    /// It has a gradient, which the optimizer follows.
    case weight
    /// It is the running average of a statistic. In the place of its gradient each slice leaves the slice's statistic times
    /// its share of the global batch, so that the sum over all slices is the batch's weighted mean, and a step makes of it
    /// `value = momentum · value + (1 - momentum) · sum`. No optimizer, decay or regularizer touches it.
    case average(momentum: Float)
    /// It stays as it is, and has no gradient: a constant, or a parameter of a layer that does not learn.
    case fixed
  }

  /// Keras's name within the layer: `kernel`, `bias`.
  public let name: String
  /// Its extents.
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer
  /// What a step does with it.
  public private(set) var role: Role
  /// What large values cost; nil for nothing.
  public let regularizer: Regularizer?
  /// What it is brought back to after each step; nil for nothing.
  public let constraint: Constraint?
  /// Which channels its filters read, where it is the kernel of a convolution.
  public private(set) var reach = FilterReach.all

  /// Describes a tensor.
  public init(
    name: String, shape: Shape, initializer: Initializer, role: Role = .weight, regularizer: Regularizer? = nil,
    constraint: Constraint? = nil
  ) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
    self.regularizer = regularizer
    self.constraint = constraint
  }

  /// Describes a weight of which a layer's user has said something.
  public init(name: String, shape: Shape, _ options: ParameterOptions) {
    self.init(
      name: name, shape: shape, initializer: options.initializer, regularizer: options.regularizer,
      constraint: options.constraint)
  }

  /// The same with another role.
  public func with(role: Role) -> ParameterSpecification {
    var other = self
    other.role = role
    return other
  }

  /// The same with filters that read other channels.
  func reading(_ reach: FilterReach) -> ParameterSpecification {
    var other = self
    other.reach = reach
    return other
  }

  /// The same in a layer that does not learn: large values cost nothing either.
  public var fixed: ParameterSpecification {
    ParameterSpecification(name: name, shape: shape, initializer: initializer, role: .fixed).reading(reach)
  }
}
