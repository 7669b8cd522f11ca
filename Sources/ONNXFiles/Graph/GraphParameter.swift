import Models
import Tensors

/// A parameter of a layer, with its values.
struct GraphParameter {
  /// Keras's name within the layer.
  let name: String
  let shape: Shape
  let floats: FloatBuffer

  /// The same with its axes in another order, one for each in `order`; axes that `order` leaves out have an extent of 1.
  func permuted(_ order: [Int]) -> [Float] { ONNXFiles.permuted(floats, shape, order) }
}

/// What a layer knows of its place.
struct GraphStage {
  /// What it gives.
  let output: Shape
  private let parameters: [GraphParameter]

  /// The place of `stage`, whose parameters lie in `values`.
  init(_ stage: Model.Stage, values: FloatBuffer) {
    output = stage.output
    parameters = zip(stage.parameters, stage.ranges).map { parameter, range in
      GraphParameter(name: parameter.name, shape: parameter.shape, floats: values.part(range))
    }
  }

  /// A parameter by Keras's name; nil where the layer has none of it.
  func parameter(_ name: String) -> GraphParameter? { parameters.first { $0.name == name } }
}
