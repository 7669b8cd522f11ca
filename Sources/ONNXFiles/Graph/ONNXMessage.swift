internal import CONNX
import Tensors

/// A graph as the protobuf message that an ONNX file is.
struct ONNXMessage {
  private let memory = MessageMemory()
  private let model: UnsafeMutablePointer<Onnx__ModelProto>
  /// What the message points at.
  private let graph: ONNXGraph

  /// The version of the operations: 17 has all that we write, and every runtime of these years knows it.
  static let operationsVersion = 17
  /// The version of the format that goes with it.
  private static let formatVersion = 8

  /// Lays `graph` out as messages, with what is said about it in words.
  init(_ graph: ONNXGraph, producerVersion: String, metadata: [(key: String, value: String)]) {
    self.graph = graph
    let (memory, graph) = (memory, graph)
    model = memory.message(onnx__model_proto__init) { model in
      (model.has_ir_version, model.ir_version) = (1, Int64(Self.formatVersion))
      model.producer_name = memory.text("cnn-dist")
      model.producer_version = memory.text(producerVersion)
      let operations = memory.message(onnx__operator_set_id_proto__init) {
        $0.domain = memory.text("")
        ($0.has_version, $0.version) = (1, Int64(Self.operationsVersion))
      }
      (model.n_opset_import, model.opset_import) = (1, memory.list([operations]))
      let entries = metadata.map { entry in
        memory.message(onnx__string_string_entry_proto__init) {
          ($0.key, $0.value) = (memory.text(entry.key), memory.text(entry.value))
        }
      }
      (model.n_metadata_props, model.metadata_props) = (entries.count, memory.list(entries))
      model.graph = Self.message(graph, in: memory)
    }
  }

  /// How many bytes it takes.
  var count: Int { onnx__model_proto__get_packed_size(model) }

  /// Hands the bytes over, part by part.
  func write(_ part: (UnsafeRawBufferPointer) throws -> Void) throws {
    try withoutActuallyEscaping(part) { part in
      let sink = Sink(part)
      withExtendedLifetime((memory, graph)) {
        var buffer = cnn_onnx_sink(
          base: ProtobufCBuffer { buffer, count, bytes in
            guard let buffer else { return }
            UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: cnn_onnx_sink.self).pointee.object
              .map { Unmanaged<Sink>.fromOpaque($0).takeUnretainedValue() }?
              .take(UnsafeRawBufferPointer(start: bytes, count: count))
          }, object: Unmanaged.passUnretained(sink).toOpaque())
        withUnsafeMutablePointer(to: &buffer) { buffer in
          _ = onnx__model_proto__pack_to_buffer(
            model, UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: ProtobufCBuffer.self))
        }
      }
      try sink.finish()
    }
  }

  /// Takes the small pieces that libprotobuf-c gives, and hands them on in larger ones.
  private final class Sink {
    private let part: (UnsafeRawBufferPointer) throws -> Void
    private var pending: [UInt8] = []
    private var failure: (any Error)?

    init(_ part: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.part = part }

    func take(_ bytes: UnsafeRawBufferPointer) {
      guard failure == nil else { return }
      do {
        if bytes.count >= 1 << 16 {
          try flush()
          try part(bytes)
        } else {
          pending.append(contentsOf: bytes)
          if pending.count >= 1 << 16 { try flush() }
        }
      } catch {
        failure = error
      }
    }

    func finish() throws {
      if let failure { throw failure }
      try flush()
    }

    private func flush() throws {
      try pending.withUnsafeBytes(part)
      pending.removeAll(keepingCapacity: true)
    }
  }

  // MARK: - Parts

  private static func message(_ graph: ONNXGraph, in memory: MessageMemory) -> UnsafeMutablePointer<Onnx__GraphProto> {
    memory.message(onnx__graph_proto__init) { message in
      message.name = memory.text(graph.name)
      (message.n_node, message.node) = (
        graph.nodes.count, memory.list(graph.nodes.map { Self.message($0, in: memory) })
      )
      (message.n_initializer, message.initializer) = (
        graph.constants.count, memory.list(graph.constants.map { Self.message($0, in: memory) })
      )
      (message.n_input, message.input) = (
        graph.inputs.count, memory.list(graph.inputs.map { Self.message($0, in: memory) })
      )
      (message.n_output, message.output) = (
        graph.outputs.count, memory.list(graph.outputs.map { Self.message($0, in: memory) })
      )
    }
  }

  private static func message(
    _ node: ONNXGraph.Node, in memory: MessageMemory
  ) -> UnsafeMutablePointer<Onnx__NodeProto> {
    memory.message(onnx__node_proto__init) { message in
      message.name = memory.text(node.output)
      message.op_type = memory.text(node.operation)
      (message.n_input, message.input) = (node.inputs.count, memory.list(node.inputs.map { memory.text($0) }))
      (message.n_output, message.output) = (1, memory.list([memory.text(node.output)]))
      let attributes = node.attributes.map { Self.message($0.name, $0.value, in: memory) }
      (message.n_attribute, message.attribute) = (attributes.count, memory.list(attributes))
    }
  }

  private static func message(
    _ name: String, _ value: ONNXGraph.Attribute, in memory: MessageMemory
  ) -> UnsafeMutablePointer<Onnx__AttributeProto> {
    memory.message(onnx__attribute_proto__init) { message in
      message.name = memory.text(name)
      message.has_type = 1
      switch value {
      case .float(let number):
        (message.has_f, message.f) = (1, number)
        message.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
      case .integer(let number):
        (message.has_i, message.i) = (1, Int64(number))
        message.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT
      case .text(let text):
        let copy = memory.text(text)
        (message.has_s, message.s) = (1, memory.bytes(UnsafeRawBufferPointer(start: copy, count: text.utf8.count)))
        message.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
      case .integers(let numbers):
        (message.n_ints, message.ints) = (numbers.count, memory.list(numbers.map { Int64($0) }))
        message.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
      }
    }
  }

  private static func message(
    _ constant: ONNXGraph.Constant, in memory: MessageMemory
  ) -> UnsafeMutablePointer<Onnx__TensorProto> {
    memory.message(onnx__tensor_proto__init) { message in
      message.name = memory.text(constant.name)
      (message.n_dims, message.dims) = (constant.extents.count, memory.list(constant.extents.map { Int64($0) }))
      (message.has_data_type, message.has_raw_data) = (1, 1)
      switch constant.contents {
      case .floats(let floats):
        message.data_type = Int32(ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT.rawValue)
        message.raw_data = memory.bytes(UnsafeRawBufferPointer(start: memory.list(floats), count: 4 * floats.count))
      case .parameter(let floats):
        message.data_type = Int32(ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT.rawValue)
        message.raw_data = memory.bytes(UnsafeRawBufferPointer(floats))
      case .integers(let integers):
        message.data_type = Int32(ONNX__TENSOR_PROTO__DATA_TYPE__INT64.rawValue)
        message.raw_data = memory.bytes(UnsafeRawBufferPointer(start: memory.list(integers), count: 8 * integers.count))
      }
    }
  }

  private static func message(
    _ port: ONNXGraph.Port, in memory: MessageMemory
  ) -> UnsafeMutablePointer<Onnx__ValueInfoProto> {
    let extents =
      [
        memory.message(onnx__tensor_shape_proto__dimension__init) {
          $0.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
          $0.dim_param = memory.text("N")
        }
      ]
      + port.shape.dimensions.map { extent in
        memory.message(onnx__tensor_shape_proto__dimension__init) {
          $0.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
          $0.dim_value = Int64(extent)
        }
      }
    let shape = memory.message(onnx__tensor_shape_proto__init) {
      ($0.n_dim, $0.dim) = (extents.count, memory.list(extents))
    }
    let tensor = memory.message(onnx__type_proto__tensor__init) {
      ($0.has_elem_type, $0.elem_type) = (1, Int32(ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT.rawValue))
      $0.shape = shape
    }
    return memory.message(onnx__value_info_proto__init) {
      $0.name = memory.text(port.name)
      $0.doc_string = memory.text(port.remark)
      $0.type = memory.message(onnx__type_proto__init) {
        $0.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
        $0.tensor_type = tensor
      }
    }
  }
}
