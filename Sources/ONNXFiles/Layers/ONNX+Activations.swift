import Kernels
import Layers
import Tensors

extension GraphBuilder {
  /// The function of `activation` behind `x`, in operations that version 17 has.
  func activated(_ x: GraphTensor, _ activation: Activation) -> GraphTensor {
    switch activation {
    case .linear: return x
    case .relu: return add("Relu", x)
    case .leakyReLU: return add("LeakyRelu", x, [], [("alpha", .float(0.2))])
    case .sigmoid: return add("Sigmoid", x)
    case .tanh: return add("Tanh", x)
    case .softmax: return add("Softmax", x, [], [("axis", .integer(x.channelAxis))])
    case .logSoftmax: return add("LogSoftmax", x, [], [("axis", .integer(x.channelAxis))])
    case .relu6: return add("Clip", x, [number(0), number(6)])
    case .elu, .celu: return add("Elu", x, [], [("alpha", .float(1))])
    case .selu: return add("Selu", x)
    case .softplus: return add("Softplus", x)
    case .softsign: return add("Softsign", x)
    case .exponential: return add("Exp", x)
    case .hardSigmoid: return ramp(x, slope: 1 / 6)
    case .hardSiLU: return add("Mul", x, ramp(x, slope: 1 / 6))
    case .hardTanh: return add("Clip", x, [number(-1), number(1)])
    case .sparseSigmoid: return ramp(x, slope: 0.5)
    case .softShrink: return add("Shrink", x, [], [("lambd", .float(0.5)), ("bias", .float(0.5))])
    case .hardShrink: return add("Shrink", x, [], [("lambd", .float(0.5)), ("bias", .float(0))])
    case .silu: return add("Mul", x, add("Sigmoid", x))
    case .mish: return add("Mul", x, add("Tanh", add("Softplus", x)))
    case .tanhShrink: return add("Sub", x, add("Tanh", x))
    // log σ(x) = -log(1 + exp(-x))
    case .logSigmoid: return add("Neg", add("Softplus", add("Neg", x)))
    // x·Φ(x) = x·(1 + erf(x / √2)) / 2
    case .gelu: return halfOf(x, times: add("Erf", add("Mul", x, [number(Float(0.5).squareRoot())])))
    case .geluTanh:
      let cube = add("Mul", add("Mul", add("Mul", x, x), x), [number(0.044715)])
      let inner = add("Mul", add("Add", x, cube), [number((2 / Float.pi).squareRoot())])
      return halfOf(x, times: add("Tanh", inner))
    // (x + √(x² + 4)) / 2
    case .squareplus:
      let root = add("Sqrt", add("Add", add("Mul", x, x), [number(4)]))
      return add("Mul", add("Add", x, root), [number(0.5)])
    // (c + 1)² / 4 + max(x - 1, 0), where c is x within -1 … 1
    case .sparsePlus:
      let part = add("Add", add("Clip", x, [number(-1), number(1)]), [number(1)])
      let square = add("Mul", add("Mul", part, part), [number(0.25)])
      return add("Add", square, add("Relu", add("Sub", x, [number(1)])))
    }
  }

  /// min(max(slope·x + ½, 0), 1).
  private func ramp(_ x: GraphTensor, slope: Float) -> GraphTensor {
    add("HardSigmoid", x, [], [("alpha", .float(slope)), ("beta", .float(0.5))])
  }

  /// x·(1 + f) / 2.
  private func halfOf(_ x: GraphTensor, times f: GraphTensor) -> GraphTensor {
    add("Mul", add("Mul", x, add("Add", f, [number(1)])), [number(0.5)])
  }
}

extension ActivationLayer: ONNXLayer {}
extension Softmax: ONNXLayer {}

extension ONNXLayer where Self: BareActivationLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.activated(x, activation)
  }
}

extension ReLU: ONNXLayer {}
extension LeakyReLU: ONNXLayer {}

extension ONNXLayer where Self: RectifierLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let (slope, threshold, maximum) = (rectifier.slope, rectifier.threshold, rectifier.maximum)
    var y: GraphTensor
    switch (slope, threshold) {
    case (0, 0) where maximum < .infinity: return graph.add("Clip", x, [graph.number(0), graph.number(maximum)])
    case (0, 0): y = graph.add("Relu", x)
    case (_, 0): y = graph.add("LeakyRelu", x, [], [("alpha", .float(slope))])
    default:
      let isBelow = graph.add("Less", x, [graph.number(threshold)])
      let below = graph.add("Mul", graph.add("Sub", x, [graph.number(threshold)]), [graph.number(slope)])
      y = graph.add("Where", [isBelow, below, x], shape: x.shape, layout: x.layout)
    }
    if maximum < .infinity { y = graph.add("Min", y, [graph.number(maximum)]) }
    return y
  }
}

extension ELU: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.add("Elu", x, [], [("alpha", .float(alpha))])
  }
}

extension PReLU: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let alpha = stage.parameter("alpha") else { return x }
    let slope = graph.constant(alpha.name, alpha.shape.dimensions, Array(alpha.floats), along: x)
    return graph.add("PRelu", x, [slope])
  }
}
