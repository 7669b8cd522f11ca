import Kernels
import Tensors

/// y = x where x > 0, else α·x with a learnt α (He et al., "Delving deep into rectifiers", 2015); the shape stays.
///
/// Parameters: `alpha`, of the input's shape, but with an extent of 1 on shared axes.
public struct PReLU: FunctionLayer {
  public static let stem = "p_re_lu"
  /// The axes, 0 for the outermost, along which all elements have one α.
  public let sharedAxes: [Int]
  /// What is said of α.
  public var alphaOptions = ParameterOptions(.zeros)

  /// With an α for each element, or one along each of `sharedAxes`.
  public init(sharedAxes: [Int] = []) {
    self.sharedAxes = sharedAxes
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard sharedAxes.allSatisfy({ 0..<input.rank ~= $0 }) else {
      throw ShapeError("shares along the axes \(sharedAxes), got \(input)")
    }
    return input
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    [ParameterSpecification(name: "alpha", shape: alphaShape(input), alphaOptions)]
  }

  /// α of every element of a sample, a sample of products, and their sums.
  public func scratchCount(for input: Shape) -> Int { 2 * input.count + alphaShape(input).count }

  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x where x > 0, else α·x
    let alpha = spreadAlpha(x.shape, pass)
    for n in 0..<x.samples {
      let (x, y) = (x.sample(n), y.sample(n))
      for i in 0..<x.count { y[i] = x[i] > 0 ? x[i] : alpha[i] * x[i] }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x where x > 0, else α·x; at 0 itself Keras's gradient is 0, since its two halves are rectifiers
    guard let dx else { return }
    let alpha = spreadAlpha(x.shape, pass)
    for n in 0..<x.samples {
      let (x, dy, dx) = (x.sample(n), dy.sample(n), dx.sample(n))
      for i in 0..<x.count { dx[i] = x[i] > 0 ? dy[i] : x[i] == 0 ? 0 : alpha[i] * dy[i] }
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: α·x where x ≤ 0, so dα = Σ dy·x over those that share it
    let (count, dalpha) = (x.shape.count, pass.gradient(0))
    let (products, sums) = (
      pass.scratch.part(count..<2 * count), pass.scratch.part(2 * count..<2 * count + dalpha.count)
    )
    let broadcast = Broadcast(alphaShape(x.shape), to: x.shape)
    if !pass.accumulates { dalpha.update(repeating: 0) }
    for n in 0..<x.samples {
      let (x, dy) = (x.sample(n), dy.sample(n))
      for i in 0..<count { products[i] = x[i] > 0 ? 0 : dy[i] * x[i] }
      broadcast.reduce(products.reading, into: sums, factor: 1)
      for i in 0..<dalpha.count { dalpha[i] += sums[i] }
    }
  }

  private func alphaShape(_ input: Shape) -> Shape {
    Shape(input.dimensions.enumerated().map { sharedAxes.contains($0) ? 1 : $1 })
  }

  private func spreadAlpha(_ input: Shape, _ pass: LayerPass) -> FloatBuffer {
    let all = pass.scratch.part(0..<input.count)
    Broadcast(alphaShape(input), to: input).combine(all, with: pass.parameter(0), .replace)
    return all.reading
  }
}
