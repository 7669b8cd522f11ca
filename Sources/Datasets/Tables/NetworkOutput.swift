import Tensors

/// What a network gives for a sample, as far as it says what the numbers are that a table has for targets.
public struct NetworkOutput: Sendable {
  /// The shape of a sample's outputs.
  public let shape: Shape
  /// Whether a single output says how sure the network is of the second of two classes; else it is a value of its own.
  public let isBinary: Bool

  /// Outputs of that shape.
  public init(_ shape: Shape, isBinary: Bool = false) {
    (self.shape, self.isBinary) = (shape, isBinary)
  }
}
