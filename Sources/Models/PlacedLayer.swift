import Layers

/// A layer at its place in a graph, before any shape is known.
///
/// What it is fed with is counted as a model counts its tensors: its inputs first, then what each layer gives, in the
/// order of the layers.
public struct PlacedLayer: Sendable {
  /// The name; nil for Keras's automatic one, `conv2d`, `conv2d_1`, …
  public let name: String?
  /// What it does.
  public let operation: Operation
  /// The tensors that feed it, all of them inputs or given by layers before it.
  public let inputs: [Int]
  /// Whether training changes its parameters. Batch normalisation that does not learn also normalises by its averages in
  /// training, as in Keras.
  public let isTrainable: Bool
  /// The earlier place of the same layer, whose parameters this one uses; nil where it has its own.
  public let first: Int?

  /// Puts a layer behind the tensors `inputs`.
  public init(
    name: String? = nil, _ operation: Operation, inputs: [Int], isTrainable: Bool = true, first: Int? = nil
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.isTrainable = isTrainable
    self.first = first
  }
}
