import Layers
import Tensors

extension Rescaling: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    var y = x
    if scale != [1] { y = graph.add("Mul", y, [factor("scale", scale, along: y, in: graph)]) }
    if offset != [0] { y = graph.add("Add", y, [factor("offset", offset, along: y, in: graph)]) }
    return y
  }

  /// One number, or one for each channel.
  private func factor(_ name: String, _ floats: [Float], along x: GraphTensor, in graph: GraphBuilder) -> String {
    floats.count == 1 ? graph.number(floats[0]) : graph.constant(name, [floats.count], floats, along: x)
  }
}

extension Normalization: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let axes = axes(of: x.shape)
    let extents = x.shape.dimensions.indices.map { axes.contains($0) ? x.shape[$0] : 1 }
    let count = extents.reduce(1, *)
    func floats(_ given: [Float]?, _ name: String) -> [Float] {
      let own = given ?? stage.parameter(name).map { Array($0.floats) } ?? [0]
      return (0..<count).map { own[$0 % own.count] }
    }
    let mean = graph.constant("mean", extents, floats(given?.mean, "mean"), along: x)
    // No less than what Keras divides by.
    let deviations = floats(given?.variance, "variance").map { max($0.squareRoot(), 1e-7) }
    let deviation = graph.constant("deviation", extents, deviations, along: x)
    return isInverted
      ? graph.add("Add", graph.add("Mul", x, [deviation]), [mean])
      : graph.add("Div", graph.add("Sub", x, [mean]), [deviation])
  }
}
