import Kernels
import Tensors

/// Brings what is known of the data to mean 0 and variance 1, or, inverted, back: y = (x - μ) / √v, or y = μ + x·√v; the shape
/// stays. μ and v are given, or weights that nothing changes.
///
/// Parameters, where they are not given: `mean` and `variance`, of the extents of the axes that have one for each place, and
/// `count`, which Keras keeps beside them.
public struct Normalization: Layer {
  public static let stem = "normalization"
  /// The axes, 0 for the outermost, each place of which has a mean of its own; the last if nothing else is said.
  public let axes: [Int]?
  /// μ and v where they are given: one number, or one for each place.
  public let given: Given?
  /// Whether it goes back.
  public let isInverted: Bool

  /// What was given.
  public struct Given: Hashable, Sendable {
    /// μ.
    public let mean: [Float]
    /// v.
    public let variance: [Float]
    /// How the numbers were written where they go by several axes: the extents of lists within lists.
    public let extents: [Int]

    /// One number each, or one for each place.
    public init(mean: [Float], variance: [Float], extents: [Int]? = nil) {
      precondition(!mean.isEmpty && mean.count == variance.count, "there is a variance for each mean")
      (self.mean, self.variance, self.extents) = (mean, variance, extents ?? [mean.count])
    }
  }

  /// By what is given, or by weights.
  public init(axes: [Int]? = nil, given: Given? = nil, isInverted: Bool = false) {
    (self.axes, self.given, self.isInverted) = (axes, given, isInverted)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard axes(of: input).allSatisfy({ 0..<input.rank ~= $0 }) else {
      throw ShapeError("normalises along the axes \(axes(of: input)), got \(input)")
    }
    let places = count(input)
    if let given, given.mean.count != 1 && given.mean.count != places {
      throw ShapeError("has \(given.mean.count) means for \(places) places of \(input)")
    }
    return input
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    guard given == nil else { return [] }
    let shape = Shape(axes(of: input).map { input[$0] })
    return [
      ParameterSpecification(name: "mean", shape: shape, initializer: .zeros, role: .fixed),
      ParameterSpecification(name: "variance", shape: shape, initializer: .ones, role: .fixed),
      ParameterSpecification(name: "count", shape: [], initializer: .zeros, role: .fixed),
    ]
  }

  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// The factor and the level of each place.
  public func scratchCount(for input: Shape) -> Int { 2 * count(input) }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x·factor + level, where factor = 1/√v and level = -μ/√v, or √v and μ
    let (factor, level, broadcast) = (factors(x.shape, pass), levels(x.shape, pass), broadcast(x.shape))
    for n in 0..<x.samples {
      _ = y.sample(n).update(fromContentsOf: x.sample(n))
      if isInverted {
        broadcast.combine(y.sample(n), with: factor, .multiply)
        broadcast.combine(y.sample(n), with: level, .add)
      } else {
        broadcast.combine(y.sample(n), with: level, .subtract)
        broadcast.combine(y.sample(n), with: factor, .multiply)
      }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x·factor + level
    guard let dx else { return }
    let (factor, broadcast) = (factors(x.shape, pass), broadcast(x.shape))
    for n in 0..<dy.samples {
      _ = dx.sample(n).update(fromContentsOf: dy.sample(n))
      broadcast.combine(dx.sample(n), with: factor, .multiply)
    }
  }

  private func factors(_ input: Shape, _ pass: LayerPass) -> FloatBuffer {
    let places = pass.scratch.part(0..<count(input))
    for i in 0..<places.count {
      let variance = given.map { $0.variance[i % $0.variance.count] } ?? pass.parameter(1)[i]
      let deviation = max(variance.squareRoot(), 1e-7)
      places[i] = isInverted ? deviation : 1 / deviation
    }
    return places.reading
  }

  private func levels(_ input: Shape, _ pass: LayerPass) -> FloatBuffer {
    let places = pass.scratch.part(count(input)..<2 * count(input))
    for i in 0..<places.count { places[i] = given.map { $0.mean[i % $0.mean.count] } ?? pass.parameter(0)[i] }
    return places.reading
  }

  /// How many places have a mean of their own.
  private func count(_ input: Shape) -> Int { axes(of: input).reduce(1) { $0 * input[$1] } }

  private func broadcast(_ input: Shape) -> Broadcast {
    let axes = axes(of: input)
    return Broadcast(Shape(input.dimensions.indices.map { axes.contains($0) ? input[$0] : 1 }), to: input)
  }

  /// The axes of which each place has a mean of its own, outermost first.
  package func axes(of input: Shape) -> [Int] { axes?.sorted() ?? [input.rank - 1] }
}
