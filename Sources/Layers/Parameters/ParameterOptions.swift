/// What a layer's user may say of one of its parameters.
public struct ParameterOptions: Hashable, Sendable {
  /// How it starts.
  public var initializer: Initializer
  /// What large values cost; nil for nothing.
  public var regularizer: Regularizer?
  /// What it is brought back to after each step; nil for nothing.
  public var constraint: Constraint?

  /// Only how it starts, if nothing else is wished.
  public init(_ initializer: Initializer, regularizer: Regularizer? = nil, constraint: Constraint? = nil) {
    self.initializer = initializer
    self.regularizer = regularizer
    self.constraint = constraint
  }

  /// A kernel's standard.
  public static let kernel = ParameterOptions(.glorotUniform)
  /// A bias's standard.
  public static let bias = ParameterOptions(.zeros)
  /// A scale's standard.
  public static let ones = ParameterOptions(.ones)
}
