import Glibc
import Tensors

/// What the layers that move an image at random have in common: while training each sample is seen through a transform that
/// follows from seed, layer, epoch and sample alone; otherwise it is passed on.
public protocol RandomTransformLayer: Layer {
  /// What lies outside, and how what lies between pixels is made up.
  var filling: Filling { get }
  /// Draws a transform for images of a size.
  func transform(_ draws: inout UniformDraws, height: Int, width: Int) -> ImageMove
}

/// What a moved image is filled with.
public struct Filling: Hashable, Sendable {
  let mode: AffineTransform.Fill
  let value: Float
  let interpolation: Interpolation

  /// Keras's names: `reflect`, `wrap`, `constant` or `nearest`; nil for another.
  public init?(mode: String = "reflect", value: Float = 0, interpolation: Interpolation = .bilinear) {
    guard let mode = AffineTransform.Fill(rawValue: mode) else { return nil }
    (self.mode, self.value, self.interpolation) = (mode, value, interpolation)
  }

  private init() { (mode, value, interpolation) = (.reflect, 0, .bilinear) }

  /// Mirrored, and linear in between.
  public static let standard = Filling()

  /// Keras's name of the mode.
  public var modeName: String { mode.rawValue }
  /// The constant outside.
  public var constant: Float { value }
  /// How what lies between pixels is made up.
  public var between: Interpolation { interpolation }
}

/// A transform that was drawn.
public struct ImageMove {
  let affine: AffineTransform
}

/// Uniform numbers of one sample.
public struct UniformDraws {
  private var words: RandomSequence

  init(_ key: RandomKey) { words = RandomSequence(key) }

  /// From the lower bound up to the upper.
  mutating func next(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * words.uniform()
  }
}

extension RandomTransformLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(2)
    return input
  }

  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[p] = Σ weight·x[sources of p] + the rest of the weight times the constant outside
    let channels = x.shape[2]
    for n in 0..<x.samples {
      let (from, to) = (x.sample(n), y.sample(n))
      guard let move = move(n, x.shape, pass) else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      move.affine.forEachPixel(
        height: x.shape[0], width: x.shape[1], fill: filling.mode, interpolation: filling.interpolation
      ) { pixel, sources in
        let rest = filling.value * (1 - sources.reduce(0) { $0 + $1.weight })
        for c in 0..<channels {
          var sum = sources.count == 4 ? 0 : rest
          for source in sources { sum += source.weight * from[source.pixel * channels + c] }
          to[pixel * channels + c] = sum
        }
      }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[p] = Σ weight·x[sources of p], so dx collects dy by the same weights, drawn again
    guard let dx else { return }
    let channels = x.shape[2]
    for n in 0..<dy.samples {
      let (from, to) = (dy.sample(n), dx.sample(n))
      guard let move = move(n, x.shape, pass) else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      to.update(repeating: 0)
      move.affine.forEachPixel(
        height: x.shape[0], width: x.shape[1], fill: filling.mode, interpolation: filling.interpolation
      ) { pixel, sources in
        for source in sources {
          for c in 0..<channels { to[source.pixel * channels + c] += source.weight * from[pixel * channels + c] }
        }
      }
    }
  }

  private func move(_ sample: Int, _ shape: Shape, _ pass: LayerPass) -> ImageMove? {
    pass.dropoutKey(sample: sample).map { key in
      var draws = UniformDraws(key)
      return transform(&draws, height: shape[0], width: shape[1])
    }
  }
}

/// Mirrors half of the images.
public struct RandomFlip: RandomTransformLayer {
  public static let stem = "random_flip"
  /// Whether left and right may change places.
  public let isHorizontal: Bool
  /// Whether top and bottom may.
  public let isVertical: Bool
  public let filling = Filling.standard

  /// Along one axis or both, each drawn by itself.
  public init(horizontal: Bool = true, vertical: Bool = true) { (isHorizontal, isVertical) = (horizontal, vertical) }

  public func transform(_ draws: inout UniformDraws, height: Int, width: Int) -> ImageMove {
    let (across, down) = (draws.next(in: 0...1) < 0.5 && isHorizontal, draws.next(in: 0...1) < 0.5 && isVertical)
    return ImageMove(
      affine: AffineTransform(
        a: across ? (-1, 0, Float(width - 1)) : (1, 0, 0), b: down ? (0, -1, Float(height - 1)) : (0, 1, 0)))
  }
}

/// Turns images about their centre.
public struct RandomRotation: RandomTransformLayer {
  public static let stem = "random_rotation"
  /// By what share of a full turn.
  public let factor: ClosedRange<Float>
  public let filling: Filling

  /// By a share of a full turn in `factor`.
  public init(_ factor: ClosedRange<Float>, filling: Filling = .standard) {
    (self.factor, self.filling) = (factor, filling)
  }

  public func transform(_ draws: inout UniformDraws, height: Int, width: Int) -> ImageMove {
    let angle = Double(draws.next(in: factor)) * 2 * .pi
    let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
    let (x, y) = (Float(width - 1) / 2, Float(height - 1) / 2)
    return ImageMove(
      affine: AffineTransform(
        a: (cosine, -sine, x - x * cosine + y * sine), b: (sine, cosine, y - x * sine - y * cosine)))
  }
}

/// Makes images larger or smaller about their centre.
public struct RandomZoom: RandomTransformLayer {
  public static let stem = "random_zoom"
  /// By what share more of the height is seen, negative for less.
  public let height: ClosedRange<Float>
  /// The same of the width; nil for as much as of the height.
  public let width: ClosedRange<Float>?
  public let filling: Filling

  /// By shares in these ranges.
  public init(
    height: ClosedRange<Float>, width: ClosedRange<Float>? = nil, filling: Filling = .standard
  ) {
    (self.height, self.width, self.filling) = (height, width, filling)
  }

  public func transform(_ draws: inout UniformDraws, height: Int, width: Int) -> ImageMove {
    let high = 1 + draws.next(in: self.height)
    let wide = self.width.map { 1 + draws.next(in: $0) } ?? high
    return ImageMove(
      affine: AffineTransform(
        a: (wide, 0, Float(width - 1) / 2 * (1 - wide)), b: (0, high, Float(height - 1) / 2 * (1 - high))))
  }
}

/// Shifts images.
public struct RandomTranslation: RandomTransformLayer {
  public static let stem = "random_translation"
  /// Down by what share of the height.
  public let height: ClosedRange<Float>
  /// To the right by what share of the width.
  public let width: ClosedRange<Float>
  public let filling: Filling

  /// By shares in these ranges.
  public init(height: ClosedRange<Float>, width: ClosedRange<Float>, filling: Filling = .standard) {
    (self.height, self.width, self.filling) = (height, width, filling)
  }

  public func transform(_ draws: inout UniformDraws, height: Int, width: Int) -> ImageMove {
    let down = draws.next(in: self.height) * Float(height)
    let right = draws.next(in: self.width) * Float(width)
    return ImageMove(affine: AffineTransform(a: (1, 0, -right), b: (0, 1, -down)))
  }
}
