import Tensors

/// Brings each place to mean 0 and variance 1 over its last axes, then to a learnt scale and level (Ba, Kiros and Hinton, "Layer
/// normalization", 2016); the shape stays.
///
/// Parameters, each of the shape of the axes that are normalised: `gamma` with `scale`, `beta` with `center`.
public struct LayerNormalization: SampleNormalizationLayer {
  public static let stem = "layer_normalization"
  /// How many of the last axes are normalised together.
  public let axes: Int
  public let epsilon: Float
  public let center: Bool
  public let scale: Bool
  public var gammaOptions = ParameterOptions.ones
  public var betaOptions = ParameterOptions.bias

  /// Keras's defaults.
  public init(axes: Int = 1, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true) {
    precondition(axes > 0 && epsilon > 0, "some axes are normalised, epsilon lies above 0")
    (self.axes, self.epsilon, self.center, self.scale) = (axes, epsilon, center, scale)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank >= axes else { throw ShapeError("normalises \(axes) axes, got \(input)") }
    return input
  }

  public func parts(of input: Shape) -> NormalizedParts {
    let shape = Shape(Array(input.dimensions.suffix(axes)))
    return NormalizedParts(count: shape.count, channels: shape.count, groups: 1, shape: shape)
  }
}
