import Kernels
import Tensors

/// A rectifier as a layer of its own; the shape stays. `Rectifier` has the formula.
public protocol RectifierLayer: FunctionLayer {
  /// The function.
  var rectifier: Rectifier { get }
}

extension RectifierLayer {
  public var standard: Activation? { rectifier.standard }

  public func outputShape(for input: Shape) -> Shape { input }

  public var backwardReadsInput: Bool { standard == nil }

  public var backwardReadsOutput: Bool { standard != nil }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = rectifier(x)
    if let standard {
      standard.apply(x.reading, into: y.buffer, channels: 1)
    } else {
      rectifier.forward(x: x.reading, y: y.buffer)
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = rectifier(x)
    guard let dx else { return }
    if let standard {
      standard.gradient(before: x.reading, y: y.reading, dy: dy.reading, dx: dx.buffer, channels: 1)
    } else {
      rectifier.backward(x: x.reading, dy: dy.reading, dx: dx.buffer)
    }
  }
}

/// y = min(x, maxValue) where x ≥ threshold, else negativeSlope·(x - threshold).
public struct ReLU: RectifierLayer {
  public static let stem = "re_lu"
  public let rectifier: Rectifier

  /// max(x, 0), if nothing else is wished.
  public init(maxValue: Float? = nil, negativeSlope: Float = 0, threshold: Float = 0) {
    rectifier = Rectifier(slope: negativeSlope, threshold: threshold, maximum: maxValue)
  }
}

/// y = x where x ≥ 0, else negativeSlope·x.
public struct LeakyReLU: RectifierLayer {
  public static let stem = "leaky_re_lu"
  public let rectifier: Rectifier

  /// Keras's default slope is that of this layer; the activation `leaky_relu` has another, 0.2.
  public init(negativeSlope: Float = 0.3) {
    rectifier = Rectifier(slope: negativeSlope)
  }
}
