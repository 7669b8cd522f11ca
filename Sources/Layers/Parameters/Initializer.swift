import Glibc
import Tensors

/// How a parameter starts, as Keras's initializers of these names do. What is drawn depends on the seed and on the
/// parameter's place in the model.
///
/// Glorot's (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010) have
/// variance 2 / (fan in + fan out), He's (He et al., "Delving deep into rectifiers", 2015) 2 / fan in, LeCun's ("Efficient
/// backprop", 1998) 1 / fan in: all are scalings of variance.
public enum Initializer: Hashable, Sendable {
  /// All zero.
  case zeros
  /// All one.
  case ones
  /// All the same.
  case constant(Float)
  /// Mean 0, variance `scale` / fan.
  case varianceScaling(Float, Fan, Distribution)
  /// Normal.
  case randomNormal(mean: Float, deviation: Float)
  /// Normal, drawn again beyond two standard deviations.
  case truncatedNormal(mean: Float, deviation: Float)
  /// Uniform from `least` to `most`.
  case randomUniform(Float, Float)
  /// `gain` times a matrix (product of all axes but the last, last) with orthonormal rows or columns, whichever are fewer (Saxe,
  /// McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014).
  case orthogonal(gain: Float)
  /// `gain` times the identity: for tensors of two axes.
  case identity(gain: Float)
  /// The first filters of a convolution, as many as there are input channels, each pass their channel on; the others are
  /// uniform in ±1 / √(fan in), as PyTorch draws them (Zagoruyko and Komodakis, "DiracNets", 2017).
  case dirac
  /// The filters of a convolution that reads the samples decorrelate their patches: see `Whitening`. Where no samples are at
  /// hand, as Glorot's.
  case whitening(Whitening)

  /// By what a variance is divided: how many inputs or outputs one element of a kernel sees.
  public enum Fan: String, Hashable, Sendable, CaseIterable {
    /// The inputs.
    case fanIn = "fan_in"
    /// The outputs.
    case fanOut = "fan_out"
    /// The mean of both.
    case average = "fan_avg"
  }

  /// What is drawn.
  public enum Distribution: String, Hashable, Sendable, CaseIterable {
    /// In ±√(3 · variance).
    case uniform
    /// Cut off at two standard deviations, and widened to the variance again.
    case truncatedNormal = "truncated_normal"
    /// Not cut off.
    case untruncatedNormal = "untruncated_normal"
  }

  /// Uniform in ±sqrt(6 / (fan in + fan out)).
  public static let glorotUniform = Initializer.varianceScaling(1, .average, .uniform)
  /// Normal, cut off, of variance 2 / (fan in + fan out).
  public static let glorotNormal = Initializer.varianceScaling(1, .average, .truncatedNormal)
  /// Uniform in ±sqrt(6 / fan in).
  public static let heUniform = Initializer.varianceScaling(2, .fanIn, .uniform)
  /// Normal, cut off, of variance 2 / fan in.
  public static let heNormal = Initializer.varianceScaling(2, .fanIn, .truncatedNormal)
  /// Uniform in ±sqrt(3 / fan in).
  public static let lecunUniform = Initializer.varianceScaling(1, .fanIn, .uniform)
  /// Normal, cut off, of variance 1 / fan in.
  public static let lecunNormal = Initializer.varianceScaling(1, .fanIn, .truncatedNormal)

  /// Fills `values`, a tensor of `shape`, with draws that depend on the seed and on `parameter`, its place in the model.
  ///
  /// - Parameters:
  ///   - values: the tensor's.
  ///   - shape: its extents.
  ///   - reach: which channels its filters read, where it is a kernel.
  ///   - seed: the experiment's.
  ///   - parameter: the tensor's place in the model.
  public func fill(
    _ values: MutableFloatBuffer, shape: Shape, reach: FilterReach = .all, seed: UInt64, parameter: Int
  ) {
    let draws = ParameterDraws(RandomKey(seed: seed, purpose: .initialization(parameter: parameter)))
    switch self {
    case .zeros: values.update(repeating: 0)
    case .ones: values.update(repeating: 1)
    case .constant(let value): values.update(repeating: value)
    case .varianceScaling(let scale, let fan, let distribution):
      let (fanIn, fanOut) = Self.fans(shape)
      // Glorot's and He's as they always were, to the last bit.
      let (numerator, fans) =
        switch fan {
        case .fanIn: (scale, fanIn)
        case .fanOut: (scale, fanOut)
        case .average: (2 * scale, fanIn + fanOut)
        }
      switch distribution {
      case .uniform: draws.fillUniform(values, limit: (3 * numerator / Float(fans)).squareRoot())
      case .truncatedNormal:
        let deviation = (Double(numerator) / Double(fans)).squareRoot() / ParameterDraws.truncatedDeviation
        draws.fillNormal(values, deviation: deviation, bound: 2)
      case .untruncatedNormal: draws.fillNormal(values, deviation: (Double(numerator) / Double(fans)).squareRoot())
      }
    case .randomNormal(let mean, let deviation):
      draws.fillNormal(values, mean: Double(mean), deviation: Double(deviation))
    case .truncatedNormal(let mean, let deviation):
      draws.fillNormal(values, mean: Double(mean), deviation: Double(deviation), bound: 2)
    case .randomUniform(let least, let most):
      draws.fillUniform(values, limit: 1)
      for i in 0..<values.count { values[i] = least + (most - least) * (0.5 * (values[i] + 1)) }
    case .orthogonal(let gain): draws.fillOrthogonal(values, shape: shape, gain: Double(gain))
    case .identity(let gain):
      values.update(repeating: 0)
      let columns = shape[shape.rank - 1]
      for row in 0..<min(columns, values.count / columns) { values[row * columns + row] = gain }
    case .dirac:
      Self.diracRest.fill(values, shape: shape, seed: seed, parameter: parameter)
      Self.placeIdentities(values, shape, reach)
    case .whitening: Self.glorotUniform.fill(values, shape: shape, seed: seed, parameter: parameter)
    }
  }

  /// What the filters of `dirac` are that are no identities.
  private static let diracRest = Initializer.varianceScaling(1 / 3, .fanIn, .uniform)

  /// Makes the first filters of each group of a kernel 1 at the middle tap of their channel, and 0 elsewhere.
  private static func placeIdentities(_ values: MutableFloatBuffer, _ shape: Shape, _ reach: FilterReach) {
    let (first, last) = (shape[shape.rank - 2], shape[shape.rank - 1])
    // However a kernel is written, its numbers lie as (taps…, channels of a group, filters of all groups).
    let (groups, inputs, filters) =
      switch reach {
      case .all: (1, first, last)
      case .groups(let groups): (groups, first, last)
      case .single: (first, 1, first * last)
      }
    let middle = shape.dimensions.dropLast(2).reduce(0) { $0 * $1 + $1 / 2 }
    for group in 0..<groups {
      for channel in 0..<min(inputs, filters / groups) {
        let filter = group * (filters / groups) + channel
        for place in stride(from: filter, to: values.count, by: filters) { values[place] = 0 }
        values[(middle * inputs + channel) * filters + filter] = 1
      }
    }
  }

  /// How many inputs and outputs one element of a kernel (taps…, in, out) sees, as Keras counts them.
  static func fans(_ shape: Shape) -> (in: Int, out: Int) {
    guard shape.rank >= 2 else { return (shape.count, shape.count) }
    let taps = shape.dimensions.dropLast(2).reduce(1, *)
    return (taps * shape[shape.rank - 2], taps * shape[shape.rank - 1])
  }

  /// Why it cannot be for a tensor of `shape`; nil where it can.
  public func flaw(for shape: Shape) -> String? {
    switch self {
    case .identity where shape.rank != 2: "the identity is a matrix, not \(shape)"
    case .dirac where shape.rank < 3: "filters that are identities have taps, channels and filters, not \(shape)"
    case .whitening(let whitening): whitening.flaw(for: shape)
    case .orthogonal where shape.rank < 2: "an orthogonal matrix has two axes or more, not \(shape)"
    default: nil
    }
  }
}
