import Layers
import Tensors
import Testing

@Suite struct ActivationLayerTests {
  /// y and dx of one sample, with one parameter where `alpha` is given; dy stays what it was.
  private func run(_ layer: any Layer, _ x: [Float], dy: [Float], alpha: Float? = nil) -> (y: [Float], dx: [Float]) {
    let input: Shape = [x.count]
    let (values, scratch) = (FloatStorage(alpha.map { [$0] } ?? []), FloatStorage(nan: layer.scratchCount(for: input)))
    let (y, dx) = (FloatStorage(nan: x.count), FloatStorage(nan: x.count))
    let (x, gradient) = (FloatStorage(x), FloatStorage(dy))
    let kept = FloatStorage(count: 0)
    let pass = LayerPass(
      values: values.buffer.reading, ranges: alpha == nil ? [] : [0..<1], scratch: scratch.buffer, kept: kept.buffer,
      layer: 0, slices: [0..<1], draw: nil)
    func view(_ storage: FloatStorage) -> TensorView { TensorView(samples: 1, shape: input, buffer: storage.buffer) }
    layer.forward(x: view(x), y: view(y), in: pass)
    layer.backward(x: view(x), y: view(y), dy: view(gradient), dx: view(dx), in: pass)
    #expect(gradient.floats == dy)
    return withExtendedLifetime((values, scratch, kept)) { (y.floats, dx.floats) }
  }

  /// Keras puts PReLU together of two rectifiers, neither of which has a gradient at 0.
  @Test func atZeroPReLUHasNoGradient() {
    let (y, dx) = run(PReLU(sharedAxes: [0]), [-2, -0.0, 0, 1], dy: [3, 3, 3, 3], alpha: 0.25)
    #expect(y == [-0.5, 0, 0, 1])
    #expect(dx == [0.75, 0, 0, 3])
  }

  /// At 0 itself the piece below counts, with its slope α·exp(0).
  @Test func atZeroELUHasTheLowerSlope() {
    let (y, dx) = run(ELU(alpha: 0.5), [0, 2, -.infinity], dy: [3, 3, 3])
    #expect(y == [0, 2, -0.5])
    #expect(dx == [1.5, 3, 0])
  }

  @Test func functionsLeaveTheGradientThatTheyGet() {
    let (y, dx) = run(ActivationLayer(.relu), [-2, 0, 3], dy: [5, 6, 7])
    #expect(y == [0, 0, 3] && dx == [0, 0, 7])
    let (copy, same) = run(ActivationLayer(.linear), [-2, 0, 3], dy: [5, 6, 7])
    #expect(copy == [-2, 0, 3] && same == [5, 6, 7])
  }
}
