import Layers
import Tensors

extension GraphBuilder {
  /// Values of one number of axes that lie alike: channels first where most of them do.
  fileprivate func alike(_ xs: [GraphTensor]) -> [GraphTensor] {
    let rank = xs.map(\.shape.rank).max() ?? 0
    guard xs.allSatisfy({ $0.shape.rank == rank }) else {
      return xs.map { x in
        let widened = Shape(Array(repeating: 1, count: rank - x.shape.rank) + x.shape.dimensions)
        return laid(reshaped(x, to: widened), .channelsLast)
      }
    }
    let first = xs.count { $0.layout == .channelsFirst }
    return xs.map { laid($0, 2 * first >= xs.count && rank > 1 ? .channelsFirst : .channelsLast) }
  }

  /// One operation on all of them, or, where it takes but two, one after the other.
  fileprivate func merged(
    _ operation: String, _ xs: [GraphTensor], areMany: Bool = false, giving shape: Shape
  ) -> GraphTensor {
    let alike = alike(xs)
    if areMany { return add(operation, alike, shape: shape, layout: alike[0].layout) }
    return alike.dropFirst().reduce(alike[0]) { left, right in
      add(operation, [left, right], shape: shape, layout: left.layout)
    }
  }
}

extension Add: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Add", xs, giving: stage.output)
  }
}

extension Subtract: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Sub", xs, giving: stage.output)
  }
}

extension Multiply: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Mul", xs, giving: stage.output)
  }
}

extension Average: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Mean", xs, areMany: true, giving: stage.output)
  }
}

extension Maximum: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Max", xs, areMany: true, giving: stage.output)
  }
}

extension Minimum: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.merged("Min", xs, areMany: true, giving: stage.output)
  }
}

extension Concatenate: ONNXMergingLayer {
  func add(_ xs: [GraphTensor], at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let alike = graph.alike(xs)
    let place = alike[0].axis(axis < 0 ? stage.output.rank + axis : axis)
    return graph.add(
      "Concat", alike, [], [("axis", .integer(place))], shape: stage.output, layout: alike[0].layout)
  }
}
