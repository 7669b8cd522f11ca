import Layers
import Tensors

/// How a chain is written: `try Sequential(input: [32, 32, 3]) { Conv2D(32, kernel: 3); … }` is a model whose layers feed one
/// another in a row.
public typealias Sequential = Model

extension Model {
  /// A chain. Works out names, shapes and the arena's layout; layers are named as Keras names them.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given.
  public init(
    name: String = "sequential", input: Shape, @LayerListBuilder layers: () -> [any Layer]
  ) throws(ShapeError) {
    try self.init(name: name, input: input, named: layers().map { NamedLayer(layer: $0) })
  }

  /// A chain of layers, some of which have names.
  ///
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given, or grows beyond all measure.
  public init(name: String, input: Shape, named layers: [NamedLayer]) throws(ShapeError) {
    try self.init(
      name: name, inputs: [Input(name: "input_layer", shape: input)],
      layers: layers.enumerated().map { PlacedLayer(name: $1.name, .layer($1.layer), inputs: [$0]) },
      outputs: [layers.count])
  }

  /// Whether each stage is fed by the one before alone.
  public var isChain: Bool {
    inputs.count == 1 && outputs == [stages.count]
      && stages.enumerated().allSatisfy { $1.inputs == [$0] && $1.first == nil }
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
