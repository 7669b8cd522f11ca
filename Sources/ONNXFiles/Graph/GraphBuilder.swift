import Tensors

/// Puts a graph together, operation by operation. Values are named after the layer at work and the operation that gives them:
/// `conv2d/Conv`, `conv2d/Relu`.
final class GraphBuilder {
  private(set) var graph: ONNXGraph
  /// The layer at work.
  var layer = ""
  private var names: Set<String> = []
  /// The constants that there are, by the names that were wanted for them.
  private var constants: [String: [(name: String, extents: [Int])]] = [:]
  /// For the name of each value that was transposed, or that is what a transposition gave, the value on the other side.
  private var otherSides: [String: GraphTensor] = [:]

  init(name: String) { graph = ONNXGraph(name: name) }

  // MARK: - Ends

  /// What the network is fed with.
  func input(_ name: String, _ shape: Shape, remark: String) -> GraphTensor {
    names.insert(name)
    graph.inputs.append(ONNXGraph.Port(name: name, shape: shape, remark: remark))
    return GraphTensor(name: name, shape: shape, layout: .channelsLast)
  }

  /// Makes `tensor` an output, called `name`.
  func output(_ tensor: GraphTensor, as name: String, remark: String) {
    var laid = laid(tensor, .channelsLast)
    let isTaken = graph.inputs.contains { $0.name == laid.name } || graph.outputs.contains { $0.name == laid.name }
    if isTaken { laid = add("Identity", [laid], shape: laid.shape, layout: .channelsLast) }
    let name = unique(name)
    for index in graph.nodes.indices {
      if graph.nodes[index].output == laid.name { graph.nodes[index].output = name }
      for (place, input) in graph.nodes[index].inputs.enumerated() where input == laid.name {
        graph.nodes[index].inputs[place] = name
      }
    }
    graph.outputs.append(ONNXGraph.Port(name: name, shape: laid.shape, remark: remark))
  }

  // MARK: - Operations

  /// Adds an operation on `tensors` and then on constants, by their names.
  func add(
    _ operation: String, _ tensors: [GraphTensor], _ constants: [String] = [],
    _ attributes: [(name: String, value: ONNXGraph.Attribute)] = [], shape: Shape, layout: GraphTensor.Layout
  ) -> GraphTensor {
    let output = unique("\(layer)/\(operation)")
    graph.nodes.append(
      ONNXGraph.Node(
        operation: operation, inputs: tensors.map(\.name) + constants, output: output, attributes: attributes))
    return GraphTensor(name: output, shape: shape, layout: layout)
  }

  /// Adds an operation that leaves shape and layout what they are.
  func add(
    _ operation: String, _ tensor: GraphTensor, _ constants: [String] = [],
    _ attributes: [(name: String, value: ONNXGraph.Attribute)] = []
  ) -> GraphTensor {
    add(operation, [tensor], constants, attributes, shape: tensor.shape, layout: tensor.layout)
  }

  /// Adds an operation on two values that lie alike, and gives such a one.
  func add(_ operation: String, _ left: GraphTensor, _ right: GraphTensor) -> GraphTensor {
    add(operation, [left, right], shape: left.shape, layout: left.layout)
  }

  /// The same value as it lies otherwise. It is transposed at most once, and what was transposed is not transposed back.
  func laid(_ tensor: GraphTensor, _ layout: GraphTensor.Layout) -> GraphTensor {
    guard tensor.layout != layout else { return tensor }
    // Samples of a single axis lie one way.
    guard tensor.shape.rank > 1 else {
      return GraphTensor(name: tensor.name, shape: tensor.shape, layout: layout)
    }
    if let other = otherSides[tensor.name] { return other }
    let axes = Array(1...tensor.shape.rank)
    let order = layout == .channelsFirst ? [axes.count] + axes.dropLast() : Array(axes.dropFirst()) + [1]
    let other = add(
      "Transpose", [tensor], [], [("perm", .integers([0] + order))], shape: tensor.shape, layout: layout)
    otherSides[tensor.name] = other
    otherSides[other.name] = tensor
    return other
  }

  /// Other axes for as many elements, which lie as the network has them.
  func reshaped(_ tensor: GraphTensor, to shape: Shape) -> GraphTensor {
    let tensor = laid(tensor, .channelsLast)
    guard tensor.shape != shape else { return tensor }
    // 0 leaves the axis of samples what it is.
    return add("Reshape", [tensor], [integers([0] + shape.dimensions)], shape: shape, layout: .channelsLast)
  }

  // MARK: - Constants

  /// A constant of the layer at work.
  func constant(_ name: String, _ extents: [Int], _ floats: [Float]) -> String {
    keep(ONNXGraph.Constant(name: "\(layer)/\(name)", extents: extents, contents: .floats(floats)))
  }

  /// A parameter as it is.
  func constant(_ parameter: GraphParameter) -> String {
    keep(
      ONNXGraph.Constant(
        name: "\(layer)/\(parameter.name)", extents: parameter.shape.dimensions, contents: .parameter(parameter.floats))
    )
  }

  /// A number for all.
  func number(_ value: Float) -> String {
    keep(ONNXGraph.Constant(name: "\(value)", extents: [], contents: .floats([value])))
  }

  /// Numbers for elements of a sample with as many axes as `tensor`, of extents that the network has: as `tensor` lies.
  func constant(_ name: String, _ extents: [Int], _ floats: [Float], along tensor: GraphTensor) -> String {
    let own = Array(repeating: 1, count: tensor.shape.rank - extents.count) + extents
    guard tensor.layout == .channelsFirst, own.count > 1 else { return constant(name, own, floats) }
    let order = GraphTensor.laid(Array(own.indices), .channelsFirst)
    return constant(
      "\(name) first", order.map { own[$0] },
      floats.withUnsafeBufferPointer { permuted($0, Shape(own), order) })
  }

  /// Whole numbers in a row.
  func integers(_ values: [Int]) -> String {
    keep(
      ONNXGraph.Constant(
        name: "[\(values.map(String.init).joined(separator: ","))]", extents: [values.count],
        contents: .integers(values.map { Int64($0) })))
  }

  /// Equal names and extents are of equal constants: of a layer that is used again, or the same number.
  private func keep(_ constant: ONNXGraph.Constant) -> String {
    if let kept = constants[constant.name]?.first(where: { $0.extents == constant.extents }) { return kept.name }
    let name = unique(constant.name)
    constants[constant.name, default: []].append((name, constant.extents))
    graph.constants.append(ONNXGraph.Constant(name: name, extents: constant.extents, contents: constant.contents))
    return name
  }

  private func unique(_ name: String) -> String {
    var (candidate, count) = (name, 0)
    while !names.insert(candidate).inserted {
      count += 1
      candidate = "\(name)_\(count)"
    }
    return candidate
  }
}

/// A tensor with its axes in another order: axis k of the result is axis `order[k]` of `floats`, which have `shape`.
func permuted(_ floats: FloatBuffer, _ shape: Shape, _ order: [Int]) -> [Float] {
  let strides = shape.dimensions.indices.map { shape.dimensions[($0 + 1)...].reduce(1, *) }
  let (extents, steps) = (order.map { shape[$0] }, order.map { strides[$0] })
  guard let inner = extents.indices.last else { return Array(floats) }
  return Array(unsafeUninitializedCapacity: shape.count) { target, count in
    var (place, from) = (Array(repeating: 0, count: extents.count), 0)
    while count < shape.count {
      for i in 0..<extents[inner] { target.initializeElement(at: count + i, to: floats[from + i * steps[inner]]) }
      count += extents[inner]
      for axis in (0..<inner).reversed() {
        place[axis] += 1
        from += steps[axis]
        if place[axis] < extents[axis] { break }
        from -= steps[axis] * extents[axis]
        place[axis] = 0
      }
    }
  }
}
