import Layers
import Tensors
import Testing

/// The central-difference check of a layer: of the input and of every parameter, element by element,
///
///     dL/dθ ≈ (L(θ + h) - L(θ - h)) / ((θ + h) - (θ - h)),   L = Σ y·r
///
/// for a fixed r, |r| ≤ 1, with forward in float32 and L, quotient and comparison in Double.
///
/// Most layers are linear in each single element as long as no kink of ReLU or max lies within h, so that the quotient has
/// no truncation error. Given whole numbers and h = 1/16, float32 computes them without rounding too: then gradient and
/// quotient are the same number, and the tolerance is 0. The defaults are made for that.
///
/// Of a curved layer, the quotient q(h) has the truncation error c·h² + O(h⁴) and q(2h) four times as much, so that
/// |q(2h) - q(h)| / 3 is the error of q(h) itself up to O(h⁴). Half of the difference is allowed, and the `rounding` of L,
/// which the quotient divides by h: n outputs of size Z with K rounded operations on the way to each make up at most
/// n·K·u·Z, u = 2^-24.
struct GradientCheck {
  let layer: any Layer
  let input: Shape
  var samples = 3
  /// (samples, input…).
  let x: [Float]
  /// In the order of the layer's specifications.
  var parameters: [[Float]] = []
  /// What the random draws of training depend on, sample by sample; nil for inference.
  var drawnSamples: [Int32]?
  var step: Float = 1 / 16
  /// How far rounding may move L.
  var rounding = 0.0
  /// Whether the layer is curved in single elements.
  var isCurved = false

  /// Compares every gradient; failures point at the caller.
  func run(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let output = try layer.outputShape(for: input)
    let r = wholeNumbers(samples * output.count, upTo: 1, seed: 99)
    let analytic = backward(output, r, wantsInput: true)
    for (tensor, gradient) in analytic.enumerated() where !isAverage(tensor) {
      var tellsMuch = false
      for i in gradient.indices {
        let quotient = quotient(tensor, i, step, output, r)
        let truncation = isCurved ? abs(self.quotient(tensor, i, 2 * step, output, r) - quotient) / 2 : 0
        let tolerance = rounding / Double(step) + truncation
        tellsMuch = tellsMuch || abs(gradient[i]) > 4 * Float(tolerance)
        guard abs(Double(gradient[i]) - quotient) > tolerance || gradient[i].isNaN else { continue }
        Issue.record(
          "\(name(tensor))[\(i)]: backward gives \(gradient[i]), the difference quotient \(quotient)",
          sourceLocation: sourceLocation)
        break  // one wrong element of a tensor is seldom alone
      }
      #expect(tellsMuch, "\(name(tensor)) lies within its tolerance of 0", sourceLocation: sourceLocation)
    }
    let alone = backward(output, r, wantsInput: false)
    #expect(
      alone.dropFirst() == analytic.dropFirst(), "without dx the parameters' gradients differ",
      sourceLocation: sourceLocation)
  }

  /// The input and the parameters: everything that has a gradient.
  private var tensors: [[Float]] { [x] + parameters }

  /// Whether a tensor is no weight, so that what stands in its gradient's place is no gradient.
  private func isAverage(_ tensor: Int) -> Bool {
    tensor > 0 && layer.parameters(for: input)[tensor - 1].role != .weight
  }

  private func name(_ tensor: Int) -> String {
    tensor == 0 ? "dx" : "d\(layer.parameters(for: input)[tensor - 1].name)"
  }

  private func quotient(_ tensor: Int, _ i: Int, _ step: Float, _ output: Shape, _ r: [Float]) -> Double {
    let (up, down) = (moved(tensor, i, by: step), moved(tensor, i, by: -step))
    return (loss(up.tensors, output, r) - loss(down.tensors, output, r)) / (up.value - down.value)
  }

  private func moved(_ tensor: Int, _ i: Int, by step: Float) -> (tensors: [[Float]], value: Double) {
    var moved = tensors
    moved[tensor][i] += step
    return (moved, Double(moved[tensor][i]))
  }

  private func loss(_ tensors: [[Float]], _ output: Shape, _ r: [Float]) -> Double {
    zip(forward(tensors, output).floats, r).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  private func forward(_ tensors: [[Float]], _ output: Shape) -> FloatStorage {
    let (x, y) = (FloatStorage(tensors[0]), FloatStorage(nan: samples * output.count))
    withPass(tensors, kept: kept(), gradients: nil) { layer.forward(x: view(x, input), y: view(y, output), in: $0) }
    return y
  }

  /// The gradients of the input, unless it is not wanted, and of the parameters.
  private func backward(_ output: Shape, _ r: [Float], wantsInput: Bool) -> [[Float]] {
    let (x, y, kept) = (FloatStorage(self.x), FloatStorage(nan: samples * output.count), kept())
    let (dy, dx) = (FloatStorage(r), FloatStorage(nan: self.x.count))
    let gradients = FloatStorage(nan: parameters.map(\.count).reduce(0, +))
    withPass(tensors, kept: kept, gradients: gradients) {
      layer.forward(x: view(x, input), y: view(y, output), in: $0)
      layer.backward(
        x: view(x, input), y: view(y, output), dy: view(dy, output), dx: wantsInput ? view(dx, input) : nil, in: $0)
      layer.parameterGradients(x: view(x, input), dy: view(dy, output), in: $0)
    }
    return [dx.floats] + ranges.map { Array(gradients.buffer[$0]) }
  }

  private func view(_ storage: FloatStorage, _ shape: Shape) -> TensorView {
    TensorView(samples: samples, shape: shape, buffer: storage.buffer)
  }

  /// Where each parameter lies in the little arena of the check.
  private var ranges: [Range<Int>] {
    var layout = ParameterLayout()
    return zip(layer.parameters(for: input), parameters).map { specification, values in
      precondition(specification.shape.count == values.count, "\(specification.name) has another size")
      return layout.append(name: specification.name, shape: specification.shape)
    }
  }

  private func kept() -> FloatStorage {
    FloatStorage(nan: layer.keptCount(for: input) * (layer.grain == .slice ? 1 : samples))
  }

  private func withPass(
    _ tensors: [[Float]], kept: FloatStorage, gradients: FloatStorage?, _ body: (LayerPass) -> Void
  ) {
    let values = FloatStorage(tensors.dropFirst().flatMap { $0 })
    let scratch = FloatStorage(nan: layer.scratchCount(for: input))
    (drawnSamples ?? []).withUnsafeBufferPointer { drawn in
      body(
        LayerPass(
          values: values.buffer.reading, gradients: gradients?.buffer, ranges: ranges, scratch: scratch.buffer,
          kept: kept.buffer, layer: 2, slices: [0..<samples],
          draw: drawnSamples == nil ? nil : LayerPass.Draw(seed: 7, epoch: 3, samples: drawn)))
    }
    withExtendedLifetime((values, scratch)) {}
  }
}
