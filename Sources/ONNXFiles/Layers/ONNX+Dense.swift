import Layers
import Tensors

extension Dense: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let kernel = stage.parameter("kernel") else { return x }
    let x = graph.laid(x, .channelsLast)
    let bias = stage.parameter("bias").map { graph.constant($0) }
    var y: GraphTensor
    if x.shape.rank == 1 {
      y = graph.add(
        "Gemm", [x], [graph.constant(kernel)] + (bias.map { [$0] } ?? []), shape: stage.output, layout: .channelsLast)
    } else {
      y = graph.add("MatMul", [x], [graph.constant(kernel)], shape: stage.output, layout: .channelsLast)
      if let bias { y = graph.add("Add", y, [bias]) }
    }
    return graph.activated(y, activation)
  }
}
