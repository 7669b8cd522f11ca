import Layers
import Tensors
import Testing

/// The layers that images go through first.
@Suite struct PreprocessingTests {
  private func check(
    _ layer: any Layer, _ input: Shape, rounding: Double = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let parameters = layer.parameters(for: input).map { specification in
      (0..<specification.shape.count).map { Float(1 + $0 % 3) }
    }
    try GradientCheck(
      layer: layer, input: input, samples: 2, x: wholeNumbers(2 * input.count, upTo: 3, seed: 1),
      parameters: parameters, drawnSamples: [4, 9], rounding: rounding
    ).run(sourceLocation: sourceLocation)
  }

  /// A pixel has part in all of a sample's outputs at most, each of a dozen rounded operations on numbers up to 4.
  private static let rounding = 30.0 * 12 * 0x1p-24 * 4

  @Test func gradients() throws {
    try check(Rescaling(scale: [0.5, 2], offset: [1, -1]), [3, 2])
    try check(Resizing(height: 3, width: 5), [4, 3, 2], rounding: Self.rounding)
    try check(CenterCrop(height: 2, width: 3), [4, 4, 2])
    try check(CenterCrop(height: 6, width: 3), [4, 4, 1], rounding: Self.rounding)
    try check(RandomFlip(), [3, 4, 2])
    try check(RandomRotation(-0.3...0.3), [4, 3, 2], rounding: Self.rounding)
    try check(RandomZoom(height: -0.4...0.4), [4, 4, 1], rounding: Self.rounding)
    try check(RandomTranslation(height: -0.5...0.5, width: -0.5...0.5), [4, 3, 2], rounding: Self.rounding)
    try check(RandomContrast(lower: 0.5, upper: 0.5, range: -99...99), [3, 3, 2], rounding: Self.rounding)
    try check(RandomBrightness(-0.2...0.2, range: -99...99), [3, 3, 2], rounding: Self.rounding)
  }

  /// The same sample is changed in the same way, another in another, and not outside of training.
  @Test(
    arguments: [
      RandomFlip(), RandomRotation(-0.5...0.5), RandomZoom(height: -0.5...0.5),
      RandomTranslation(height: -0.5...0.5, width: -0.5...0.5), RandomContrast(lower: 0.5, upper: 0.5),
      RandomBrightness(-0.5...0.5),
    ] as [any Layer])
  func drawsBelongToTheSample(_ layer: any Layer) {
    let input: Shape = [6, 5, 2]
    let image = fractions(input.count, below: 100, seed: 1).map { abs($0) }
    let x = (0..<16).flatMap { _ in image }
    let (first, again) = (run(layer, x, input, isTraining: true), run(layer, x, input, isTraining: true))
    #expect(first == again)
    let samples = (0..<16).map { Array(first[$0 * input.count..<($0 + 1) * input.count]) }
    #expect(Set(samples).count > 2)
    #expect(run(layer, x, input, isTraining: false) == x)
    #expect(layer.isIdentityInInference)
  }

  private func run(_ layer: any Layer, _ values: [Float], _ input: Shape, isTraining: Bool) -> [Float] {
    let (x, y) = (FloatStorage(values), FloatStorage(nan: values.count))
    let drawn: [Int32] = (0..<16).map { 3 * $0 + 2 }
    drawn.withUnsafeBufferPointer { drawn in
      let pass = LayerPass(
        values: FloatStorage(count: 0).buffer.reading, ranges: [], scratch: FloatStorage(count: 0).buffer,
        kept: FloatStorage(count: 0).buffer, layer: 3, slices: [0..<16],
        draw: isTraining ? LayerPass.Draw(seed: 1, epoch: 0, samples: drawn) : nil)
      func view(_ storage: FloatStorage) -> TensorView { TensorView(samples: 16, shape: input, buffer: storage.buffer) }
      layer.forward(x: view(x), y: view(y), in: pass)
    }
    return y.floats
  }
}
