import Kernels
import Layers
import Tensors

/// A network whose layers feed one another in a row, with names and shapes worked out: a value, without memory.
///
/// A softmax at the end belongs to the loss: the layers as run (`Stage.layer`) give logits, the layers as written
/// (`Stage.written`) keep it. `Head` says what other ends there are.
public struct Model: Sendable {
  /// A layer at its place in the network.
  public struct Stage: Sendable {
    /// Keras's automatic name: `conv2d`, `conv2d_1`, …
    public let name: String
    /// The layer as the user wrote it.
    public let written: any Layer
    /// The layer as it is run.
    public let layer: any Layer
    /// The shape of one input sample.
    public let input: Shape
    /// The shape of one output sample.
    public let output: Shape
    /// What it learns.
    public let parameters: [ParameterSpecification]
    /// Where each parameter lies in the arena.
    public let ranges: [Range<Int>]
    /// All that it learns as one range of the arena; empty where that is nothing.
    public let extent: Range<Int>

    /// The stage with another layer to run.
    func running(_ layer: any Layer) -> Stage {
      Stage(
        name: name, written: written, layer: layer, input: input, output: output, parameters: parameters,
        ranges: ranges,
        extent: extent)
    }
  }

  /// The name under which a run remembers the network.
  public let name: String
  /// The shape of one sample.
  public let input: Shape
  /// The layers at their places, first to last.
  public let stages: [Stage]
  /// Where everything that the network learns lies.
  public let layout: ParameterLayout
  /// Why it cannot be trained, as a sentence; nil where its end is one that the loss takes.
  private let flaw: String?

  /// Works out names, shapes and the arena's layout; layers are named as Keras names them.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given.
  public init(
    name: String = "sequential", input: Shape, @LayerListBuilder layers: () -> [any Layer]
  ) throws(ShapeError) {
    try self.init(name: name, input: input, named: layers().map { NamedLayer(layer: $0) })
  }

  /// Works out shapes and the arena's layout, and the names of the layers that have none.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given, or grows beyond all measure.
  public init(name: String, input: Shape, named written: [NamedLayer]) throws(ShapeError) {
    var layout = ParameterLayout()
    var uses: [String: Int] = [:]
    var stages: [Stage] = []
    var shape = input
    for (index, named) in written.enumerated() {
      let layer = named.layer
      let layerName = named.name ?? Self.automaticName(type(of: layer).stem, &uses)
      let output: Shape
      let parameters: [ParameterSpecification]
      do {
        output = try layer.outputShape(for: shape)
        guard output.count <= Self.largestSample else {
          throw ShapeError("gives \(output.count) numbers a sample, expected at most \(Self.largestSample)")
        }
        parameters = layer.parameters(for: shape)
        guard parameters.allSatisfy({ $0.shape.count <= Self.mostParameters }),
          layout.count + parameters.reduce(0, { $0 + $1.shape.count }) <= Self.mostParameters
        else {
          throw ShapeError("takes the network beyond \(Self.mostParameters) parameters")
        }
        guard !stages.contains(where: { $0.name == layerName }) else {
          throw ShapeError("has the name of an earlier layer")
        }
      } catch {
        throw ShapeError("layer \(index) of \(name), \(layerName): \(error)")
      }
      let start = layout.count
      let ranges = parameters.map { layout.append(name: "\(layerName)/\($0.name)", shape: $0.shape) }
      stages.append(
        Stage(
          name: layerName, written: layer, layer: layer, input: shape, output: output, parameters: parameters,
          ranges: ranges, extent: start..<layout.count))
      shape = output
    }
    guard shape.rank == 1 else { throw ShapeError("\(name) must end in one row of classes, ends in \(shape)") }
    switch Head(of: stages) {
    case .softmax(let index):
      stages[index] = stages[index].running(Self.givingLogits(stages[index].written))
      flaw = nil
    case .logits: flaw = nil
    case .unfit(let sentence): flaw = sentence
    }
    self.name = name
    self.input = input
    self.stages = stages
    self.layout = layout
  }

  /// The floats of one activation of one sample: 1 GB.
  private static let largestSample = 1 << 28
  /// The floats of the arena's values: 8 GB.
  private static let mostParameters = 1 << 31

  /// `conv2d`, `conv2d_1`, …
  private static func automaticName(_ stem: String, _ uses: inout [String: Int]) -> String {
    let use = uses[stem, default: 0]
    uses[stem] = use + 1
    return use == 0 ? stem : "\(stem)_\(use)"
  }

  /// Makes sure that the network can be trained, and judged, by the categorical cross-entropy.
  ///
  /// - Throws: `ShapeError` naming the layer at its end that the loss does not take.
  public func checkHead() throws(ShapeError) {
    if let flaw { throw ShapeError("\(name) cannot be trained: \(flaw)") }
    guard classes > 1 else { throw ShapeError("\(name) has a single output, expected one for each of several classes") }
  }

  /// Makes sure that the network is one for such samples, and ends as the loss wants it.
  ///
  /// - Throws: `ShapeError` when their shape or the number of their classes is another, and what `checkHead` throws.
  public func check(takes input: Shape, classes: Int, of samples: String) throws(ShapeError) {
    guard self.input == input else {
      throw ShapeError("\(name) takes samples of shape \(self.input), those of \(samples) are \(input)")
    }
    guard self.classes == classes else {
      throw ShapeError("\(name) tells \(self.classes) classes apart, \(samples) has \(classes)")
    }
    try checkHead()
  }

  /// `other` with each layer as it is run replaced by what `replacement` makes of it, which must compute the same.
  init(_ other: Model, replacing replacement: (_ index: Int, _ layer: any Layer) -> any Layer) {
    (name, input, layout, flaw) = (other.name, other.input, other.layout, other.flaw)
    stages = other.stages.enumerated().map { index, stage in stage.running(replacement(index, stage.layer)) }
  }

  /// How many classes the network tells apart.
  public var classes: Int { stages.last?.output.count ?? input.count }

  /// How many numbers the network learns.
  public var parameterCount: Int { layout.count }

  /// Fills `values`, laid out as the arena is, with the starting values of `seed`.
  public func initialize(_ values: MutableFloatBuffer, seed: UInt64) {
    var parameter = 0
    for stage in stages {
      for (specification, range) in zip(stage.parameters, stage.ranges) {
        specification.initializer.fill(
          values.part(range), shape: specification.shape, seed: seed, parameter: parameter)
        parameter += 1
      }
    }
  }

  /// The layer without the softmax at its end.
  private static func givingLogits(_ layer: any Layer) -> any Layer {
    guard var last = layer as? any ActivatedLayer, last.activation == .softmax else { return layer }
    last.activation = .linear
    return last
  }
}

/// How a chain is written: `try Sequential(input: [32, 32, 3]) { Conv2D(32, kernel: 3); … }` is a model whose layers feed one
/// another in a row.
public typealias Sequential = Model

/// Collects the layers written in a `Sequential`'s braces.
@resultBuilder
public enum LayerListBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// All lines, in order.
  public static func buildBlock(_ lines: [any Layer]...) -> [any Layer] { lines.flatMap { $0 } }
  /// Lines behind an `if`.
  public static func buildOptional(_ lines: [any Layer]?) -> [any Layer] { lines ?? [] }
  /// Lines of an `if` with `else`.
  public static func buildEither(first lines: [any Layer]) -> [any Layer] { lines }
  /// Lines of an `else`.
  public static func buildEither(second lines: [any Layer]) -> [any Layer] { lines }
  /// Lines of a `for`.
  public static func buildArray(_ lines: [[any Layer]]) -> [any Layer] { lines.flatMap { $0 } }
}
