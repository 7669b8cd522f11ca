import Layers

/// A layer and the name under which its weights are known.
public struct NamedLayer: Sendable {
  /// The name; nil for Keras's automatic one, `conv2d`, `conv2d_1`, …
  public let name: String?
  /// The layer.
  public let layer: any Layer

  /// Names a layer.
  public init(name: String? = nil, layer: any Layer) {
    self.name = name
    self.layer = layer
  }
}
