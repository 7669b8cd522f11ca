import Layers
import Tensors

/// A layer that can be written in ONNX's operations, as it judges: what it draws in training is left out.
protocol ONNXLayer: Layer {
  /// Adds the operations that make the layer's output of `x`.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor
}

/// A layer of several inputs that can be written in ONNX's operations.
protocol ONNXMergingLayer: MergingLayer {
  /// Adds the operations that make the layer's output of `xs`.
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor
}
