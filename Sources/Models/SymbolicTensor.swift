import Layers
import Tensors

/// What a graph is written with: a tensor that has no numbers, given by an input or by a layer. Layers are called with such
/// tensors, and a model is all that lies between some of them:
///
///     let image = SymbolicTensor(input: [32, 32, 3])
///     let x = Conv2D(16, kernel: 3, padding: .same)(image)
///     let y = Add()(x, Conv2D(16, kernel: 1)(image))
///     let model = try Model(inputs: image, outputs: Dense(10, activation: .softmax)(Flatten()(y)))
public final class SymbolicTensor: Sendable {
  enum Origin: Sendable {
    case input(name: String?, Shape)
    case layer(LayerInstance, SymbolicTensor)
    case merging(any MergingLayer, name: String?, [SymbolicTensor])
  }

  let origin: Origin

  init(_ origin: Origin) {
    self.origin = origin
  }

  /// What a model is fed with: samples of shape `input`.
  ///
  /// - Parameter name: nil for Keras's automatic one, `input_layer`, `input_layer_1`, …
  public convenience init(input: Shape, name: String? = nil) { self.init(.input(name: name, input)) }

  /// The tensors that it is made of.
  var sources: [SymbolicTensor] {
    switch origin {
    case .input: []
    case .layer(_, let source): [source]
    case .merging(_, _, let sources): sources
    }
  }
}

/// A layer with an identity: wherever it is called it has the same parameters, and one name.
public final class LayerInstance: Sendable {
  let layer: any Layer
  let name: String?
  let isTrainable: Bool

  /// Gives `layer` an identity.
  ///
  /// - Parameters:
  ///   - name: nil for Keras's automatic one.
  ///   - isTrainable: whether training changes its parameters.
  public init(_ layer: any Layer, name: String? = nil, isTrainable: Bool = true) {
    self.layer = layer
    self.name = name
    self.isTrainable = isTrainable
  }

  /// What the layer makes of `tensor`.
  public func callAsFunction(_ tensor: SymbolicTensor) -> SymbolicTensor { SymbolicTensor(.layer(self, tensor)) }
}

extension Layer {
  /// What a layer of its own makes of `tensor`.
  public func callAsFunction(_ tensor: SymbolicTensor, name: String? = nil) -> SymbolicTensor {
    LayerInstance(self, name: name)(tensor)
  }
}

extension MergingLayer {
  /// What the layer makes of `tensors`, in this order.
  public func callAsFunction(_ tensors: SymbolicTensor..., name: String? = nil) -> SymbolicTensor {
    SymbolicTensor(.merging(self, name: name, tensors))
  }

  /// What the layer makes of `tensors`, in this order.
  public func callAsFunction(_ tensors: [SymbolicTensor], name: String? = nil) -> SymbolicTensor {
    SymbolicTensor(.merging(self, name: name, tensors))
  }
}

extension Model {
  /// All that lies between `inputs` and `outputs`.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given, or an input that is not among `inputs`.
  public init(
    name: String = "functional", inputs: [SymbolicTensor], outputs: [SymbolicTensor]
  ) throws(ShapeError) {
    var reading = GraphReading(inputs)
    for output in outputs { try reading.visit(output) }
    try self.init(
      name: name, inputs: reading.inputs, layers: reading.layers,
      outputs: outputs.map { reading.tensors[ObjectIdentifier($0)] ?? 0 })
  }

  /// All that lies between one input and one output.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given, or another input.
  public init(
    name: String = "functional", inputs input: SymbolicTensor, outputs output: SymbolicTensor
  ) throws(ShapeError) {
    try self.init(name: name, inputs: [input], outputs: [output])
  }
}

/// Puts the layers of a graph in a row, each behind those that feed it.
private struct GraphReading {
  private(set) var inputs: [Model.Input] = []
  private(set) var layers: [PlacedLayer] = []
  /// The number of each tensor.
  private(set) var tensors: [ObjectIdentifier: Int] = [:]
  /// Where each layer has its first place.
  private var places: [ObjectIdentifier: Int] = [:]

  init(_ inputs: [SymbolicTensor]) {
    for (index, tensor) in inputs.enumerated() {
      guard case .input(let name, let shape) = tensor.origin else {
        preconditionFailure("a model's inputs are SymbolicTensor(input:), number \(index) is what a layer gives")
      }
      let standard = index == 0 ? "input_layer" : "input_layer_\(index)"
      self.inputs.append(Model.Input(name: name ?? standard, shape: shape))
      tensors[ObjectIdentifier(tensor)] = index
    }
  }

  /// From the sources to the tensor itself, without recursion: graphs are deep.
  mutating func visit(_ tensor: SymbolicTensor) throws(ShapeError) {
    var open = [tensor]
    while let next = open.last {
      if tensors[ObjectIdentifier(next)] != nil {
        open.removeLast()
        continue
      }
      // The first that is missing is visited first.
      if let missing = next.sources.first(where: { tensors[ObjectIdentifier($0)] == nil }) {
        open.append(missing)
        continue
      }
      try place(next)
      open.removeLast()
    }
  }

  private mutating func place(_ tensor: SymbolicTensor) throws(ShapeError) {
    let sources = tensor.sources.compactMap { tensors[ObjectIdentifier($0)] }
    switch tensor.origin {
    case .input(let name, let shape):
      throw ShapeError("the graph begins at an input \(name ?? "") \(shape) that is not among the model's inputs")
    case .layer(let instance, _):
      let first = places[ObjectIdentifier(instance)]
      if first == nil { places[ObjectIdentifier(instance)] = layers.count }
      layers.append(
        PlacedLayer(
          name: instance.name, .layer(instance.layer), inputs: sources, isTrainable: instance.isTrainable, first: first)
      )
    case .merging(let layer, let name, _):
      layers.append(PlacedLayer(name: name, .merging(layer), inputs: sources))
    }
    tensors[ObjectIdentifier(tensor)] = inputs.count + layers.count - 1
  }
}
