import Tensors

/// A sequence, an image or a volume without its border: (before + size + behind, …, C) → (size, …, C).
public protocol CroppingLayer: BorderLayer {}

extension CroppingLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    let extents = zip(borders, input.dimensions).map { $1 - $0.before - $0.behind }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw ShapeError("leaves nothing of \(input): it would be \(extents)")
    }
    return Shape(extents + [input[Self.axes]])
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[i] = x[before + i]
    forEachRun(y, x) { run, place in _ = y.buffer.part(run).update(fromContentsOf: x.buffer.part(place)) }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[i] = x[before + i], so dx is 0 in the border
    guard let dx else { return }
    dx.buffer.update(repeating: 0)
    forEachRun(dy, dx) { run, place in _ = dx.buffer.part(place).update(fromContentsOf: dy.buffer.part(run)) }
  }
}

/// A sequence without its ends.
public struct Cropping1D: CroppingLayer {
  public static let axes = 1
  public static let stem = "cropping1d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// The same at both ends, or each by itself.
  public init(_ before: Int = 1, _ behind: Int? = nil) { self.init(borders: [Border(before, behind ?? before)]) }
}

/// An image without its border.
public struct Cropping2D: CroppingLayer {
  public static let axes = 2
  public static let stem = "cropping2d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// Each border by itself.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.init(borders: [Border(top, bottom), Border(left, right)])
  }
}

/// A volume without its border.
public struct Cropping3D: CroppingLayer {
  public static let axes = 3
  public static let stem = "cropping3d"
  public let borders: [Border]

  public init(borders: [Border]) { self.borders = borders }

  /// Depth, height and width.
  public init(_ depth: Border, _ height: Border, _ width: Border) { self.init(borders: [depth, height, width]) }
}
