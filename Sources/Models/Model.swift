import Kernels
import Layers
import Tensors

/// A network: a graph of layers with names and shapes worked out. It is a value, without memory.
///
/// Its tensors are counted: first the model's inputs, then what each stage gives. Stages stand in an order in which each is
/// fed by inputs and earlier stages alone. `Sequential` is how a chain is written, `SymbolicTensor` how a graph is.
///
/// A softmax or sigmoid at the end belongs to the loss: `Head` gives the model as it is run, whose stages (`Stage.operation`)
/// give logits, while `Stage.written` keeps what the user wrote.
public struct Model: Sendable {
  /// What a model is fed with.
  public struct Input: Hashable, Sendable {
    /// Keras's name of it.
    public let name: String
    /// The shape of one sample.
    public let shape: Shape

    /// Names an input.
    public init(name: String, shape: Shape) {
      self.name = name
      self.shape = shape
    }
  }

  /// A layer at its place in the network.
  public struct Stage: Sendable {
    /// Keras's automatic name: `conv2d`, `conv2d_1`, …; a layer that is used again has one name at all its places.
    public let name: String
    /// The layer as the user wrote it.
    public let written: Operation
    /// The layer as it is run.
    public let operation: Operation
    /// The tensors that feed it.
    public let inputs: [Int]
    /// The shape of one sample of each.
    public let inputShapes: [Shape]
    /// The shape of one output sample.
    public let output: Shape
    /// What it learns or keeps; for a later place of a layer, what the first one does.
    public let parameters: [ParameterSpecification]
    /// Where each parameter lies in the arena.
    public let ranges: [Range<Int>]
    /// All of its own that has a gradient, as one range of the arena; empty where that is nothing, or another place of the
    /// same layer has it.
    public let extent: Range<Int>
    /// Whether training changes its parameters.
    public let isTrainable: Bool
    /// The first place of the same layer; nil for that one itself.
    public let first: Int?

    /// The shape of one sample of the first input.
    public var input: Shape { inputShapes[0] }
    /// The layer of one input as it is run; nil where the stage merges.
    public var layer: (any Layer)? { operation.layer }
    /// Whether a parameter has a gradient, or an average that training measures.
    public var learns: Bool { parameters.contains { $0.role != .fixed } }

    /// The stage with another operation to run, whose parameters may lie elsewhere.
    func running(_ operation: Operation, ranges: [Range<Int>]? = nil) -> Stage {
      Stage(
        name: name, written: written, operation: operation, inputs: inputs, inputShapes: inputShapes, output: output,
        parameters: parameters, ranges: ranges ?? self.ranges, extent: extent, isTrainable: isTrainable, first: first)
    }

    /// The stage with other shapes.
    func taking(_ inputShapes: [Shape], giving output: Shape) -> Stage {
      Stage(
        name: name, written: written, operation: operation, inputs: inputs, inputShapes: inputShapes, output: output,
        parameters: parameters, ranges: ranges, extent: extent, isTrainable: isTrainable, first: first)
    }
  }

  /// The name under which a run remembers the network.
  public let name: String
  /// What it is fed with.
  public let inputs: [Input]
  /// The layers at their places, each behind those that feed it.
  public let stages: [Stage]
  /// The tensors that it gives.
  public let outputs: [Int]
  /// Where everything that the network learns lies.
  public let layout: ParameterLayout

  /// Works out shapes, the arena's layout, and the names of the layers that have none.
  ///
  /// - Parameters:
  ///   - layers: each behind those that feed it.
  ///   - outputs: the tensors that the model gives.
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given, grows beyond all measure, or feeds nothing.
  public init(name: String, inputs: [Input], layers: [PlacedLayer], outputs: [Int]) throws(ShapeError) {
    let builder = try StageBuilder(name: name, inputs: inputs, layers: layers, outputs: outputs)
    (self.name, self.inputs, self.stages, self.outputs, layout) = (
      name, inputs, builder.stages, outputs, builder.layout
    )
  }

  /// `other` with another operation to run at one stage.
  init(_ other: Model, running operation: Operation, ranges: [Range<Int>]? = nil, at index: Int) {
    var stages = other.stages
    stages[index] = stages[index].running(operation, ranges: ranges)
    self.init(other, stages: stages)
  }

  /// `other` with other stages in the places of its own.
  init(_ other: Model, stages: [Stage]) {
    (name, inputs, outputs, layout) = (other.name, other.inputs, other.outputs, other.layout)
    self.stages = stages
  }

  /// Makes sure that the network is one for such samples.
  ///
  /// - Throws: `ShapeError` when their shape is another.
  public func check(takes input: Shape, of samples: String) throws(ShapeError) {
    guard inputs.count == 1 else {
      throw ShapeError("\(name) has \(inputs.count) inputs, a sample of \(samples) is one")
    }
    // One channel may be an axis of its own, or none.
    guard self.input == input || self.input.squeezed == input.squeezed else {
      throw ShapeError("\(name) takes samples of shape \(self.input), those of \(samples) are \(input)")
    }
  }

  /// The shape of one sample of the first input.
  public var input: Shape { inputs[0].shape }

  /// The shape of one sample of the first output.
  public var output: Shape { shape(of: outputs[0]) }

  /// The shape of one sample of a tensor.
  public func shape(of tensor: Int) -> Shape {
    tensor < inputs.count ? inputs[tensor].shape : stages[tensor - inputs.count].output
  }

  /// The tensor that a stage gives.
  public func output(ofStage index: Int) -> Int { inputs.count + index }

  /// The stage that gives a tensor; nil for an input of the model.
  public func stage(giving tensor: Int) -> Int? { tensor < inputs.count ? nil : tensor - inputs.count }

  /// How many classes the network tells apart.
  public var classes: Int { output.count }

  /// How many numbers the network has: what it learns, its averages, and what stays as it is.
  public var parameterCount: Int { layout.count }

  /// Fills `values`, laid out as the arena is, with the starting values of `seed`.
  public func initialize(_ values: MutableFloatBuffer, seed: UInt64) {
    var parameter = 0
    for stage in stages where stage.first == nil {
      for (specification, range) in zip(stage.parameters, stage.ranges) {
        specification.initializer.fill(
          values.part(range), shape: specification.shape, reach: specification.reach, seed: seed, parameter: parameter)
        parameter += 1
      }
    }
  }
}

extension Shape {
  /// Without an axis of a single channel.
  fileprivate var squeezed: [Int] { rank > 1 && dimensions.last == 1 ? Array(dimensions.dropLast()) : dimensions }
}
