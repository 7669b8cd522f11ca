import Files
import Kernels
import Layers
import Models
import Tensors

/// A network with its values as an ONNX model, which takes samples as the network does, (N, axes…, C), and any number of them.
///
/// It judges: dropout and what else is drawn in training is left out, and batch normalisation goes by its averages. ONNX's
/// convolutions and poolings have their channels first; values are transposed where a layer needs it, and stay so for all behind
/// it that take them either way.
public struct ONNXModel {
  private let graph: ONNXGraph

  /// ONNX's version of the operations that models are written in.
  public static let operationsVersion = ONNXMessage.operationsVersion

  /// Lays `model` out as ONNX's graph.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - values: the arena's, which must outlive this value.
  ///   - ending: what is yet to be made of what the network gives: a softmax or a sigmoid of logits; linear for nothing.
  ///   - outputName: what the output is called; nil for the name of its layer. Where there are several they have those names.
  /// - Throws: `ONNXError` naming the layer that has no such form.
  public init(
    _ model: Model, values: FloatBuffer, ending: Activation = .linear, outputName: String? = nil
  ) throws(ONNXError) {
    precondition(values.count == model.parameterCount, "a model's values are \(model.parameterCount) floats")
    let builder = GraphBuilder(name: model.name)
    var tensors = model.inputs.map { input in
      builder.input(input.name, input.shape, remark: "samples of \(input.shape)")
    }
    for stage in model.stages {
      builder.layer = stage.name
      tensors.append(try Self.add(stage, stage.inputs.map { tensors[$0] }, GraphStage(stage, values: values), builder))
    }
    for output in model.outputs {
      let name = model.stage(giving: output).map { model.stages[$0].name } ?? "output"
      builder.layer = name
      let end = builder.activated(tensors[output], ending)
      builder.output(end, as: model.outputs.count == 1 ? outputName ?? name : name, remark: "\(end.shape) a sample")
    }
    graph = builder.graph
  }

  private static func add(
    _ stage: Model.Stage, _ inputs: [GraphTensor], _ place: GraphStage, _ builder: GraphBuilder
  ) throws(ONNXError) -> GraphTensor {
    switch stage.written {
    case .layer(let layer) where layer.isIdentityInInference || layer is any ActivityPenalty: return inputs[0]
    case .layer(let layer as any ONNXLayer): return layer.add(inputs[0], at: place, to: builder)
    case .merging(let layer as any ONNXMergingLayer): return layer.add(inputs, at: place, to: builder)
    case .layer, .merging:
      throw ONNXError("layer \(stage.name) is a \(stage.written.className), which we cannot write in ONNX's operations")
    }
  }

  /// Writes the model at `path`, in one step.
  ///
  /// - Parameters:
  ///   - path: the file, which is replaced.
  ///   - producerVersion: ours.
  ///   - metadata: what is said about it in words.
  /// - Throws: `FileError` where it is larger than an ONNX file can be, or cannot be written; what was at `path` stays then.
  public func write(
    to path: String, producerVersion: String, metadata: [(key: String, value: String)] = []
  ) throws {
    let message = ONNXMessage(graph, producerVersion: producerVersion, metadata: metadata)
    guard message.count <= Self.largestFile else {
      throw FileError(
        .failed, path,
        "would have \(message.count) bytes, and an ONNX file has \(Self.largestFile) at most: export the weights as safetensors, or "
          + "the model as .keras")
    }
    try AtomicFile.write(path) { part in try message.write(part) }
  }

  /// protobuf's limit.
  private static let largestFile = 1 << 31 - 1
}

/// A network that cannot be written as an ONNX model.
public struct ONNXError: Error, Equatable, CustomStringConvertible {
  /// Which layer, and why.
  public let description: String

  /// Says why.
  init(_ description: String) { self.description = description }
}
