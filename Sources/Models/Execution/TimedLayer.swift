import Layers
import Tensors

/// A layer whose work is timed; all else is the layer itself.
private struct TimedLayer: Layer {
  static let stem = "timed"

  let base: any Layer
  let times: LayerTimes
  let index: Int

  var isReshaping: Bool { base.isReshaping }
  var isIdentityInInference: Bool { base.isIdentityInInference }
  var grain: Grain { base.grain }
  func gradientBlocks(for input: Shape) -> [Range<Int>] { base.gradientBlocks(for: input) }
  func addsExactly(samples: Int, for input: Shape) -> Bool { base.addsExactly(samples: samples, for: input) }
  func outputShape(for input: Shape) throws(ShapeError) -> Shape { try base.outputShape(for: input) }
  func parameters(for input: Shape) -> [ParameterSpecification] { base.parameters(for: input) }
  func scratchCount(for input: Shape) -> Int { base.scratchCount(for: input) }
  func keptCount(for input: Shape) -> Int { base.keptCount(for: input) }
  func forwardFLOPs(for input: Shape) -> Int { base.forwardFLOPs(for: input) }
  func granule(for input: Shape) -> Int { base.granule(for: input) }
  var rectifiesGradient: Bool { base.rectifiesGradient }
  var backwardReadsInput: Bool { base.backwardReadsInput }
  var backwardReadsOutput: Bool { base.backwardReadsOutput }

  func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    times.note(.forward, ofLayer: index) { base.forward(x: x, y: y, in: pass) }
  }

  func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    times.note(.inputGradient, ofLayer: index) { base.backward(x: x, y: y, dy: dy, dx: dx, in: pass) }
  }

  func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    times.note(.parameterGradients, ofLayer: index) { base.parameterGradients(x: x, dy: dy, in: pass) }
  }
}

extension Model {
  /// The same network, which adds the time that each layer takes to `times`. It is for one worker alone.
  public func timed(by times: LayerTimes) -> Model {
    Model(self, replacing: { index, layer in TimedLayer(base: layer, times: times, index: index) })
  }
}
