import Kernels
import Layers

extension Operation {
  /// The function of single elements that is all that the operation does; nil where it does anything else.
  var elementwise: Activation? {
    let function = (layer as? any BareActivationLayer)?.activation ?? (layer as? any FunctionLayer)?.standard
    return function.flatMap { $0.isElementwise && $0 != .linear ? $0 : nil }
  }

  /// The same with `activation` at its end; nil where it cannot have that, or has another already.
  func ending(in activation: Activation) -> Operation? {
    guard self.activation == .linear, activation.isElementwise else { return nil }
    switch self {
    case .layer(let layer):
      if layer is any BareActivationLayer { return nil }
      if var layer = layer as? any ActivatedLayer {
        layer.activation = activation
        return .layer(layer)
      }
      if var layer = layer as? any Layer & Activatable, layer.takes(activation) {
        layer.activation = activation
        return .layer(layer)
      }
    case .merging(let layer):
      if var layer = layer as? any MergingLayer & Activatable, layer.takes(activation) {
        layer.activation = activation
        return .merging(layer)
      }
    }
    return nil
  }
}
