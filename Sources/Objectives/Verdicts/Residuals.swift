/// What lies between one output of a network that answers with numbers and its target, over all samples.
public struct Residuals: Equatable, Codable, Sendable {
  /// The mean of output minus target.
  public let mean: Double
  /// The mean of its magnitude.
  public let meanAbsolute: Double
  /// The root of the mean of its square.
  public let rootMeanSquare: Double
  /// The share of the targets' variance that the outputs explain; nil where all targets are the same.
  public let rSquared: Double?
  /// A few samples: target and output of each, evenly taken from all.
  public let points: [Point]

  /// What was to be said of a sample, and what was said.
  public struct Point: Equatable, Codable, Sendable {
    /// The target.
    public let target: Double
    /// The output.
    public let output: Double
  }

  /// How many samples are kept as points.
  private static let mostPoints = 500

  /// Sums up pairs of output and target, at least one.
  init(_ pairs: [Point]) {
    let count = Double(pairs.count)
    let errors = pairs.map { $0.output - $0.target }
    let square = errors.reduce(0) { $0 + $1 * $1 } / count
    let middle = pairs.reduce(0) { $0 + $1.target } / count
    let variance = pairs.reduce(0) { $0 + ($1.target - middle) * ($1.target - middle) } / count
    mean = errors.reduce(0, +) / count
    meanAbsolute = errors.reduce(0) { $0 + abs($1) } / count
    rootMeanSquare = square.squareRoot()
    rSquared = variance > 0 ? 1 - square / variance : nil
    let kept = min(pairs.count, Self.mostPoints)
    points = (0..<kept).map { pairs[$0 * pairs.count / kept] }
  }
}
