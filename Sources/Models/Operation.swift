import Kernels
import Layers
import Tensors

/// What a stage of a model does: a layer of one input, or one that merges several.
public enum Operation: Sendable {
  /// Of one input, perhaps with parameters.
  case layer(any Layer)
  /// Of several inputs.
  case merging(any MergingLayer)

  /// The layer of one input; nil for one that merges.
  public var layer: (any Layer)? {
    if case .layer(let layer) = self { layer } else { nil }
  }

  /// The function that its outputs go through in the end; linear for none.
  var activation: Activation {
    switch self {
    case .layer(let layer):
      (layer as? any ActivatedLayer)?.activation ?? (layer as? any Activatable)?.activation ?? .linear
    case .merging(let layer): (layer as? any Activatable)?.activation ?? .linear
    }
  }

  /// Whether backward looks at what forward read.
  var backwardReadsInputs: Bool {
    switch self {
    case .layer(let layer): layer.backwardReadsInput
    case .merging(let layer): layer.backwardReadsInputs
    }
  }

  /// Whether backward looks at what forward gave.
  var backwardReadsOutput: Bool {
    switch self {
    case .layer(let layer): layer.backwardReadsOutput
    case .merging(let layer): layer.backwardReadsOutput
    }
  }

  /// The stem of automatic names.
  var stem: String {
    switch self {
    case .layer(let layer): type(of: layer).stem
    case .merging(let layer): type(of: layer).stem
    }
  }

  /// What Keras calls such layers.
  public var className: String {
    switch self {
    case .layer(let layer): type(of: layer).className
    case .merging(let layer): type(of: layer).className
    }
  }

  /// The floating-point operations of forward on one sample; see `Layer.forwardFLOPs`.
  public func forwardFLOPs(for inputs: [Shape]) -> Int { layer?.forwardFLOPs(for: inputs[0]) ?? 0 }

  func outputShape(for inputs: [Shape]) throws(ShapeError) -> Shape {
    switch self {
    case .layer(let layer):
      guard inputs.count == 1 else { throw ShapeError("takes one input, got \(inputs.count)") }
      return try layer.outputShape(for: inputs[0])
    case .merging(let layer): return try layer.outputShape(for: inputs)
    }
  }

  func parameters(for inputs: [Shape]) -> [ParameterSpecification] { layer?.parameters(for: inputs[0]) ?? [] }
}
