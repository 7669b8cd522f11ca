import Layers
import Tensors

extension BatchNormalization: ONNXLayer {
  /// By the averages, as a network judges: an operation where channels come first, a factor and a level for each where last.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let mean = stage.parameter("moving_mean"), let variance = stage.parameter("moving_variance") else { return x }
    let (channels, gamma, beta) = (mean.shape.count, stage.parameter("gamma"), stage.parameter("beta"))
    guard x.layout == .channelsLast && x.shape.rank > 1 else {
      return graph.add(
        "BatchNormalization", x,
        [
          gamma.map { graph.constant($0) }
            ?? graph.constant("gamma", [channels], Array(repeating: 1, count: channels)),
          beta.map { graph.constant($0) } ?? graph.constant("beta", [channels], Array(repeating: 0, count: channels)),
          graph.constant(mean), graph.constant(variance),
        ], [("epsilon", .float(epsilon))])
    }
    let factors = (0..<channels).map { (gamma?.floats[$0] ?? 1) / (variance.floats[$0] + epsilon).squareRoot() }
    let levels = (0..<channels).map { (beta?.floats[$0] ?? 0) - mean.floats[$0] * factors[$0] }
    let scaled = graph.add("Mul", x, [graph.constant("factors", [channels], factors)])
    return graph.add("Add", scaled, [graph.constant("levels", [channels], levels)])
  }
}

extension LayerNormalization: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let x = graph.laid(x, .channelsLast)
    let extents = Array(x.shape.dimensions.suffix(axes))
    let gamma =
      stage.parameter("gamma").map { graph.constant($0) }
      ?? graph.constant("gamma", extents, Array(repeating: 1, count: extents.reduce(1, *)))
    let beta = stage.parameter("beta").map { [graph.constant($0)] } ?? []
    return graph.add(
      "LayerNormalization", x, [gamma] + beta, [("axis", .integer(-axes)), ("epsilon", .float(epsilon))])
  }
}

extension GroupNormalization: ONNXLayer {
  /// Each group of neighbouring channels laid out in a row is an instance's channel.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let channels = x.shape[x.shape.rank - 1]
    let groups = groups ?? channels
    let first = graph.laid(x, .channelsFirst)
    let rows = graph.add(
      "Reshape", [first], [graph.integers([0, groups, -1])], shape: [groups, x.shape.count / groups],
      layout: .channelsLast)
    let normalized = graph.add(
      "InstanceNormalization", rows,
      [
        graph.constant("ones", [groups], Array(repeating: 1, count: groups)),
        graph.constant("zeros", [groups], Array(repeating: 0, count: groups)),
      ], [("epsilon", .float(epsilon))])
    var y = graph.add(
      "Reshape", [normalized], [graph.integers([0] + first.laidExtents)], shape: x.shape, layout: .channelsFirst)
    for (operation, name) in [("Mul", "gamma"), ("Add", "beta")] {
      guard let parameter = stage.parameter(name) else { continue }
      y = graph.add(operation, y, [graph.constant(name, [channels], Array(parameter.floats), along: y)])
    }
    return y
  }
}

extension UnitNormalization: ONNXLayer {
  /// x / √max(Σ x², 1e-12) over the channels, as Keras has it.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let squares = graph.add(
      "ReduceSumSquare", x, [], [("axes", .integers([x.channelAxis])), ("keepdims", .integer(1))])
    return graph.add("Div", x, graph.add("Sqrt", graph.add("Max", squares, [graph.number(1e-12)])))
  }
}
