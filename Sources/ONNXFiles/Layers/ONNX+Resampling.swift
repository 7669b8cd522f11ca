import Layers
import Tensors

extension GraphBuilder {
  /// Other extents of the spatial axes.
  fileprivate func resampled(_ x: GraphTensor, to shape: Shape, _ interpolation: Interpolation) -> GraphTensor {
    let x = laid(x, .channelsFirst)
    let (from, to) = (x.shape.dimensions.dropLast(), shape.dimensions.dropLast())
    let isWhole = zip(from, to).allSatisfy { $1 % $0 == 0 }
    // ONNX rounds places that lie between two in ways of its own, unless there are none.
    if interpolation == .nearest && !isWhole {
      return zip(from, to).enumerated().reduce(x) { y, axis in
        let (index, (old, new)) = axis
        var extents = y.shape.dimensions
        extents[index] = new
        return add(
          "Gather", [y], [integers(nearestPlaces(from: old, to: new))], [("axis", .integer(y.axis(index)))],
          shape: Shape(extents), layout: y.layout)
      }
    }
    // The extents are what the scales make of them, rounded down: none may fall short by a rounding.
    let scales = zip(from, to).map { old, new in
      let scale = Float(new) / Float(old)
      return Double(scale) * Double(old) < Double(new) ? scale.nextUp : scale
    }
    let how: [(name: String, value: ONNXGraph.Attribute)] =
      interpolation == .nearest
      ? [
        ("mode", .text("nearest")), ("coordinate_transformation_mode", .text("asymmetric")),
        ("nearest_mode", .text("floor")),
      ]
      : [("mode", .text("linear")), ("coordinate_transformation_mode", .text("half_pixel"))]
    let factors = constant("scales", [scales.count + 2], [1, 1] + scales)
    return add("Resize", [x], ["", factors], how, shape: shape, layout: .channelsFirst)
  }
}

extension UpSampling1D: ONNXLayer {}
extension UpSampling2D: ONNXLayer {}
extension UpSampling3D: ONNXLayer {}

extension ONNXLayer where Self: UpSamplingLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    graph.resampled(x, to: stage.output, interpolation)
  }
}

extension Resizing: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    let (start, extents) = part(of: x.shape)
    let part = graph.cut(x, from: start, to: Shape(extents + [x.shape[2]]))
    return graph.resampled(part, to: stage.output, interpolation)
  }
}

extension CenterCrop: ONNXLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    switch layer(for: x.shape) {
    case let layer as Resizing: layer.add(x, at: stage, to: graph)
    case let layer as Cropping2D: layer.add(x, at: stage, to: graph)
    default: x
    }
  }
}
