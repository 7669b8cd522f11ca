import Tensors

/// Zeros around a sequence, an image or a volume: (size, …, C) → (before + size + behind, …, C).
public protocol ZeroPaddingLayer: BorderLayer {}

extension ZeroPaddingLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    return Shape(zip(borders, input.dimensions).map { $0.before + $1 + $0.behind } + [input[Self.axes]])
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[before + i] = x[i], else 0
    y.buffer.update(repeating: 0)
    forEachRun(x, y) { run, place in _ = y.buffer.part(place).update(fromContentsOf: x.buffer.part(run)) }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[before + i] = x[i]
    guard let dx else { return }
    forEachRun(dx, dy) { run, place in _ = dx.buffer.part(run).update(fromContentsOf: dy.buffer.part(place)) }
  }
}

/// Zeros around a sequence: (length, C) → (before + length + behind, C).
public struct ZeroPadding1D: ZeroPaddingLayer {
  public static let axes = 1
  public static let stem = "zero_padding1d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// The same at both ends, or each by itself.
  public init(_ before: Int = 1, _ behind: Int? = nil) { self.init(borders: [Border(before, behind ?? before)]) }
}

/// Zeros around the image: (H, W, C) → (top + H + bottom, left + W + right, C).
public struct ZeroPadding2D: ZeroPaddingLayer {
  public static let axes = 2
  public static let stem = "zero_padding2d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// Each border by itself.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.init(borders: [Border(top, bottom), Border(left, right)])
  }

  /// The same on all borders.
  public init(_ padding: Int = 1) { self.init(top: padding, bottom: padding, left: padding, right: padding) }
}

/// Zeros around a volume: (D, H, W, C) → (front + D + back, top + H + bottom, left + W + right, C).
public struct ZeroPadding3D: ZeroPaddingLayer {
  public static let axes = 3
  public static let stem = "zero_padding3d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// Depth, height and width.
  public init(_ depth: Border, _ height: Border, _ width: Border) { self.init(borders: [depth, height, width]) }

  /// The same on all borders.
  public init(_ padding: Int = 1) {
    let border = Border(padding, padding)
    self.init(border, border, border)
  }
}
