import Layers
import Tensors
import Testing

@Suite struct BatchNormalizationTests {
  /// Three samples of (2, 3, 5): 18 rows. An element has part in all 18 outputs of its channel, of size 4 at most, each
  /// behind two sums of 18 and 6 operations more.
  @Test(arguments: [true, false], [true, false])
  func gradients(_ scale: Bool, _ center: Bool) throws {
    let parameters =
      (scale ? [fractions(5, below: 2, seed: 2)] : []) + (center ? [fractions(5, below: 1, seed: 3)] : [])
    for drawn in [[17, 0, 49_999], nil] as [[Int32]?] {
      try GradientCheck(
        layer: BatchNormalization(center: center, scale: scale), input: [2, 3, 5], x: fractions(90, below: 2, seed: 1),
        parameters: parameters + [fractions(5, below: 1, seed: 4), [0.5, 1, 2, 3, 4]], drawnSamples: drawn,
        step: 0x1p-5, rounding: 18 * 42 * 0x1p-24 * 4, isCurved: true
      ).run()
    }
  }

  /// Two rows of two channels, with means 2 and 20 and variances 1 and 100, a quarter of the global batch.
  @Test func averagesGetTheSlicesShareOfItsStatistics() {
    let layer = BatchNormalization(epsilon: 1)
    let gradients = run(layer, isTraining: true).gradients
    #expect(gradients[4...] == [0.5, 5, 0.25, 25])
  }

  @Test func inferenceReadsTheAverages() {
    let y = run(BatchNormalization(epsilon: 1), isTraining: false).y
    // γ = (2, 3), β = (1, -1), averages (0, 10) and (3, 8): y = γ·(x - μ) / √(v + 1) + β, so x + 1 and x - 11
    #expect(y == [2, -1, 4, 19])
  }

  private func run(_ layer: BatchNormalization, isTraining: Bool) -> (y: [Float], gradients: [Float]) {
    let (x, y, dy) = (FloatStorage([1, 10, 3, 30]), FloatStorage(nan: 4), FloatStorage([1, 0, 0, 2]))
    let values = FloatStorage([2, 3, 1, -1, 0, 10, 3, 8])
    let (gradients, kept) = (FloatStorage(nan: 8), FloatStorage(nan: layer.keptCount(for: [2])))
    func view(_ storage: FloatStorage) -> TensorView { TensorView(samples: 2, shape: [2], buffer: storage.buffer) }
    [Int32(4), 9].withUnsafeBufferPointer { drawn in
      let pass = LayerPass(
        values: values.buffer.reading, gradients: gradients.buffer, ranges: [0..<2, 2..<4, 4..<6, 6..<8],
        scratch: gradients.buffer.part(0..<0), kept: kept.buffer, share: 0.25, layer: 0, slices: [],
        draw: isTraining ? LayerPass.Draw(seed: 1, epoch: 0, samples: drawn) : nil)
      layer.forward(x: view(x), y: view(y), in: pass)
      layer.backward(x: view(x), y: view(y), dy: view(dy), dx: nil, in: pass)
      layer.parameterGradients(x: view(x), dy: view(dy), in: pass)
    }
    withExtendedLifetime(values) {}
    return (y.floats, gradients.floats)
  }
}
