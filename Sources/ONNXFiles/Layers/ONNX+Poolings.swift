import Layers
import Tensors

extension GraphBuilder {
  /// A pooling under a window.
  fileprivate func pooled(
    _ x: GraphTensor, _ operation: String, _ window: SlidingWindow, giving shape: Shape,
    _ attributes: [(name: String, value: ONNXGraph.Attribute)] = []
  ) -> GraphTensor {
    let own = GraphWindow(window, on: x.shape.dimensions).attributes.filter { $0.name != "dilations" }
    return add(
      operation, [laid(x, .channelsFirst)], [], own + attributes, shape: shape, layout: .channelsFirst)
  }

  /// A pooling over all places.
  fileprivate func pooled(
    _ x: GraphTensor, _ operation: String, keeps: Bool, giving shape: Shape
  ) -> GraphTensor {
    add(
      operation, [x], [], [("axes", .integers(x.spatial)), ("keepdims", .integer(keeps ? 1 : 0))], shape: shape,
      layout: keeps ? x.layout : .channelsLast)
  }
}

extension MaxPooling1D: ONNXLayer {}
extension MaxPooling2D: ONNXLayer {}
extension MaxPooling3D: ONNXLayer {}

extension ONNXLayer where Self: MaxPoolingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.pooled(x, "MaxPool", window, giving: stage.output)
  }
}

extension AveragePooling1D: ONNXLayer {}
extension AveragePooling2D: ONNXLayer {}
extension AveragePooling3D: ONNXLayer {}

extension ONNXLayer where Self: AveragePoolingLayer {
  /// The mean is that of what is there, without padding.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.pooled(x, "AveragePool", window, giving: stage.output, [("count_include_pad", .integer(0))])
  }
}

extension GlobalMaxPooling1D: ONNXLayer {}
extension GlobalMaxPooling2D: ONNXLayer {}
extension GlobalMaxPooling3D: ONNXLayer {}

extension ONNXLayer where Self: GlobalMaxPoolingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.pooled(x, "ReduceMax", keeps: keepDimensions, giving: stage.output)
  }
}

extension GlobalAveragePooling1D: ONNXLayer {}
extension GlobalAveragePooling2D: ONNXLayer {}
extension GlobalAveragePooling3D: ONNXLayer {}

extension ONNXLayer where Self: GlobalAveragePoolingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.pooled(x, "ReduceMean", keeps: keepDimensions, giving: stage.output)
  }
}
