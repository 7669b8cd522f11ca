import Tensors

/// Brings each group of neighbouring channels of a sample to mean 0 and variance 1, then each channel to a learnt scale and
/// level (Wu and He, "Group normalization", 2018); the shape stays.
///
/// Parameters, each (C,): `gamma` with `scale`, `beta` with `center`.
public struct GroupNormalization: SampleNormalizationLayer {
  public static let stem = "group_normalization"
  /// How many groups there are; nil for one for each channel, which is instance normalisation.
  public let groups: Int?
  public let epsilon: Float
  public let center: Bool
  public let scale: Bool
  public var gammaOptions = ParameterOptions.ones
  public var betaOptions = ParameterOptions.bias

  /// Keras's defaults.
  public init(groups: Int? = 32, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true) {
    precondition((groups ?? 1) > 0 && epsilon > 0, "there are groups, epsilon lies above 0")
    (self.groups, self.epsilon, self.center, self.scale) = (groups, epsilon, center, scale)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank >= 1 else { throw ShapeError("takes (…, channels), got \(input)") }
    if let groups, input[input.rank - 1] % groups != 0 {
      throw ShapeError("takes channels in \(groups) groups of one size, got \(input)")
    }
    return input
  }

  public func parts(of input: Shape) -> NormalizedParts {
    let channels = input[input.rank - 1]
    return NormalizedParts(count: input.count, channels: channels, groups: groups ?? channels, shape: [channels])
  }
}
