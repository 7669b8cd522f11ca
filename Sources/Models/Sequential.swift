import Kernels
import Layers
import Tensors

/// A network whose layers feed one another in a row, with names and shapes worked out: a value, without memory.
///
/// A softmax at the very end belongs to the loss: the layers as run (`Stage.layer`) give logits, the layers as written
/// (`Stage.written`) keep it.
public struct Sequential: Sendable {
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
  }

  /// The name under which a run remembers the network.
  public let name: String
  /// The shape of one sample.
  public let input: Shape
  /// The layers at their places, first to last.
  public let stages: [Stage]
  /// Where everything that the network learns lies.
  public let layout: ParameterLayout

  /// Works out names, shapes and the arena's layout.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given.
  public init(
    name: String, input: Shape, @LayerListBuilder layers: () -> [any Layer]
  ) throws(ShapeError) {
    let written = layers()
    var layout = ParameterLayout()
    var uses: [String: Int] = [:]
    var stages: [Stage] = []
    var shape = input
    for (index, layer) in written.enumerated() {
      let stem = type(of: layer).stem
      let use = uses[stem, default: 0]
      uses[stem] = use + 1
      let layerName = use == 0 ? stem : "\(stem)_\(use)"
      let output: Shape
      do {
        output = try layer.outputShape(for: shape)
      } catch {
        throw ShapeError("layer \(index) of \(name), \(layerName): \(error)")
      }
      let parameters = layer.parameters(for: shape)
      let start = layout.count
      let ranges = parameters.map { layout.append(name: "\(layerName)/\($0.name)", shape: $0.shape) }
      stages.append(
        Stage(
          name: layerName, written: layer, layer: index == written.count - 1 ? Self.givingLogits(layer) : layer,
          input: shape, output: output, parameters: parameters, ranges: ranges, extent: start..<layout.count))
      shape = output
    }
    guard shape.rank == 1 else { throw ShapeError("\(name) must end in one row of classes, ends in \(shape)") }
    self.name = name
    self.input = input
    self.stages = stages
    self.layout = layout
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

  /// The layer without a softmax at its end.
  private static func givingLogits(_ layer: any Layer) -> any Layer {
    guard var last = layer as? any ActivatedLayer, last.activation == .softmax else { return layer }
    last.activation = .linear
    return last
  }
}

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
