import Kernels
import Layers
import Tensors
import Testing

/// A dense layer whose kernel is so large that its gradient is cut into blocks.
@Suite struct DenseBlockTests {
  private static let (inputs, units, samples) = (700, 1_100, 3)
  private let layer = Dense(units)
  private let x = FloatStorage(wholeNumbers(samples * inputs, upTo: 4, seed: 1))
  private let dy = FloatStorage(wholeNumbers(samples * units, upTo: 4, seed: 2))

  init() { OpenBLAS.useCallingThreadOnly() }

  /// The gradients of some blocks, in `gradients`.
  private func compute(_ blocks: Range<Int>, into gradients: FloatStorage, accumulates: Bool = false) {
    let kernel = Self.inputs * Self.units
    for block in blocks {
      let pass = LayerPass(
        values: gradients.buffer.reading, gradients: gradients.buffer, accumulates: accumulates, block: block,
        ranges: [0..<kernel, kernel..<kernel + Self.units], scratch: FloatStorage(count: 0).buffer,
        kept: FloatStorage(count: 0).buffer, layer: 0, slices: [0..<Self.samples], draw: nil)
      layer.parameterGradients(
        x: TensorView(samples: Self.samples, shape: [Self.inputs], buffer: x.buffer),
        dy: TensorView(samples: Self.samples, shape: [Self.units], buffer: dy.buffer), in: pass)
    }
  }

  /// Sums of whole numbers are exact: x ᵀ· dy, and below it the sums of dy's columns.
  private var expected: [Float] {
    let (inputs, units) = (Self.inputs, Self.units)
    var gradient = [Float](repeating: 0, count: (inputs + 1) * units)
    for n in 0..<Self.samples {
      for u in 0..<units {
        for i in 0..<inputs { gradient[i * units + u] += x.buffer[n * inputs + i] * dy.buffer[n * units + u] }
        gradient[inputs * units + u] += dy.buffer[n * units + u]
      }
    }
    return gradient
  }

  @Test func eachBlockFillsItsRangeAlone() {
    let blocks = layer.gradientBlocks(for: [Self.inputs])
    #expect(blocks.count == 3)
    #expect(blocks.first?.lowerBound == 0 && blocks.last?.upperBound == (Self.inputs + 1) * Self.units)
    #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    let expected = expected
    for (index, block) in blocks.enumerated() {
      let gradients = FloatStorage(nan: expected.count)
      compute(index..<index + 1, into: gradients)
      let isRight = gradients.floats[block].elementsEqual(expected[block])
      let areOthersLeft = (0..<expected.count).allSatisfy { block.contains($0) || gradients.buffer[$0].isNaN }
      #expect(isRight && areOthersLeft, "block \(index)")
    }
  }

  @Test func allBlocksTogetherAreAddedToWhatIsThere() {
    let gradients = FloatStorage([Float](repeating: 5, count: (Self.inputs + 1) * Self.units))
    compute(0..<3, into: gradients, accumulates: true)
    let isRight = gradients.floats == expected.map { $0 + 5 }
    #expect(isRight)
  }
}
