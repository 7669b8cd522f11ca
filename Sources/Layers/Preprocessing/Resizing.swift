import Tensors

/// Images of another size: (H, W, C) → (height, width, C), by nearest or linear interpolation, without smoothing.
public struct Resizing: Layer {
  public static let stem = "resizing"
  /// The height of the output.
  public let height: Int
  /// The width of the output.
  public let width: Int
  /// How what lies between pixels is made up.
  public let interpolation: Interpolation
  /// Whether the middle of the output's proportions is cut out first, so that nothing is distorted.
  public let cropsToAspectRatio: Bool

  /// To `height` and `width`.
  public init(
    height: Int, width: Int, interpolation: Interpolation = .bilinear, cropsToAspectRatio: Bool = false
  ) {
    precondition(height > 0 && width > 0, "sizes are positive")
    (self.height, self.width) = (height, width)
    (self.interpolation, self.cropsToAspectRatio) = (interpolation, cropsToAspectRatio)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(2)
    return [height, width, input[2]]
  }

  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func scratchCount(for input: Shape) -> Int { Resampling.scratchCount(axes(input), input: input) }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = weighted means of x, axis by axis
    Resampling(axes(x.shape), input: x.shape).forward(x: x, y: y, scratch: pass.scratch)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: weighted means of x, so dx collects dy by the same weights
    if let dx { Resampling(axes(x.shape), input: x.shape).backward(dy: dy, dx: dx, scratch: pass.scratch) }
  }

  /// The part of an image (H, W, C) that is brought to the size: where it begins, and its extents. It is the image, or the
  /// largest part in its middle that has the output's proportions.
  package func part(of input: Shape) -> (start: [Int], extents: [Int]) {
    let (h, w) = (input[0], input[1])
    guard cropsToAspectRatio else { return ([0, 0], [h, w]) }
    let high = min(h, max(1, Int(Float(w * height) / Float(width))))
    let wide = min(w, max(1, Int(Float(h * width) / Float(height))))
    return ([(h - high) / 2, (w - wide) / 2], [high, wide])
  }

  private func axes(_ input: Shape) -> [AxisResampler] {
    let (start, extents) = part(of: input)
    return [height, width].enumerated().map { axis, size in
      AxisResampler(from: extents[axis], to: size, interpolation).within(input[axis], from: start[axis])
    }
  }
}

/// The middle of an image, or, of one that is smaller, the image made larger: (H, W, C) → (height, width, C).
public struct CenterCrop: Layer {
  public static let stem = "center_crop"
  /// The height of the output.
  public let height: Int
  /// The width of the output.
  public let width: Int

  /// `height` rows and `width` columns of the middle.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "sizes are positive")
    (self.height, self.width) = (height, width)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try Resizing(height: height, width: width).outputShape(for: input)
  }

  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func scratchCount(for input: Shape) -> Int { layer(for: input).scratchCount(for: input) }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[i, j] = x[i + (H - height) / 2, j + (W - width) / 2]
    layer(for: x.shape).forward(x: x, y: y, in: pass)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    layer(for: x.shape).backward(x: x, y: y, dy: dy, dx: dx, in: pass)
  }

  /// The layer that does it for such images.
  package func layer(for input: Shape) -> any Layer {
    let (rows, columns) = (input[0] - height, input[1] - width)
    guard rows >= 0 && columns >= 0 else { return Resizing(height: height, width: width, cropsToAspectRatio: true) }
    return Cropping2D(
      top: rows / 2, bottom: rows - rows / 2, left: columns / 2, right: columns - columns / 2)
  }
}
