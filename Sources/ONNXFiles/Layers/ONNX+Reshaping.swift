import Layers
import Tensors

extension Identity: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor { x }
}

extension Flatten: ONNXLayer {
  /// In the network's order, which is that of the kernel behind it.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.add(
      "Flatten", [graph.laid(x, .channelsLast)], [], [("axis", .integer(1))], shape: stage.output,
      layout: .channelsLast)
  }
}

extension Reshape: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.reshaped(x, to: stage.output)
  }
}

extension Permute: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.add(
      "Transpose", [graph.laid(x, .channelsLast)], [], [("perm", .integers([0] + order.map { $0 + 1 }))],
      shape: stage.output, layout: .channelsLast)
  }
}

extension RepeatVector: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let row = graph.add(
      "Unsqueeze", [x], [graph.integers([1])], shape: Shape([1] + x.shape.dimensions), layout: .channelsLast)
    return graph.add("Expand", [row], [graph.integers([1, count, 1])], shape: stage.output, layout: .channelsLast)
  }
}

extension ZeroPadding1D: ONNXLayer {}
extension ZeroPadding2D: ONNXLayer {}
extension ZeroPadding3D: ONNXLayer {}

extension ONNXLayer where Self: ZeroPaddingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    // One number for every axis: the samples', then a sample's as they lie.
    func everywhere(_ numbers: [Int]) -> [Int] { [0] + GraphTensor.laid(numbers + [0], x.layout) }
    let pads = everywhere(borders.map(\.before)) + everywhere(borders.map(\.behind))
    return graph.add("Pad", [x], [graph.integers(pads)], shape: stage.output, layout: x.layout)
  }
}

extension Cropping1D: ONNXLayer {}
extension Cropping2D: ONNXLayer {}
extension Cropping3D: ONNXLayer {}

extension ONNXLayer where Self: CroppingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.cut(x, from: borders.map(\.before), to: stage.output)
  }
}

extension GraphBuilder {
  /// The part of samples that begins at `start` on each axis and has `shape`.
  func cut(_ x: GraphTensor, from start: [Int], to shape: Shape) -> GraphTensor {
    guard shape != x.shape else { return x }
    return add(
      "Slice", [x], [integers(start), integers(zip(start, shape.dimensions).map(+)), integers(x.spatial)],
      shape: shape, layout: x.layout)
  }
}
