import Kernels
import Tensors

/// More samples on each spatial axis: (size, …, C) → (factor·size, …, C). The axes are taken one after the other, each as a small
/// matrix: for each output the inputs that it is made of, and their weights.
public protocol UpSamplingLayer: SpatialLayer {
  /// By what each spatial axis grows, outermost first.
  var factors: [Int] { get }
  /// How what lies between the inputs is made up.
  var interpolation: Interpolation { get }
}

/// How what lies between places is made up.
public enum Interpolation: String, Hashable, Sendable, CaseIterable {
  /// From the nearest.
  case nearest
  /// From the two nearest on each axis, by their distance; places are centres of pixels (Keras's `bilinear`).
  case bilinear
}

extension UpSamplingLayer {
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    return Shape(zip(factors, input.dimensions).map { $0 * $1 } + [input[Self.axes]])
  }

  /// Two samples with some of the axes grown.
  public func scratchCount(for input: Shape) -> Int { 2 * input.count * factors.reduce(1, *) }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = the weighted means of x, axis by axis
    Resampling(resamplers(x.shape), input: x.shape).forward(x: x, y: y, scratch: pass.scratch)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: weighted means of x, so dx collects dy by the same weights
    guard let dx else { return }
    Resampling(resamplers(x.shape), input: x.shape).backward(dy: dy, dx: dx, scratch: pass.scratch)
  }

  private func resamplers(_ input: Shape) -> [AxisResampler] {
    factors.enumerated().map { axis, factor in
      AxisResampler(from: input[axis], to: factor * input[axis], interpolation)
    }
  }
}

/// Each element of a sequence several times.
public struct UpSampling1D: UpSamplingLayer {
  public static let axes = 1
  public static let stem = "up_sampling1d"
  public let factors: [Int]
  public var interpolation: Interpolation { .nearest }

  /// `size` times.
  public init(_ size: Int = 2) {
    precondition(size > 0, "a factor is positive")
    factors = [size]
  }
}

/// A larger image.
public struct UpSampling2D: UpSamplingLayer {
  public static let axes = 2
  public static let stem = "up_sampling2d"
  public let factors: [Int]
  public let interpolation: Interpolation

  /// `size` times as high and as wide.
  public init(_ size: Extents2 = 2, interpolation: Interpolation = .nearest) {
    precondition(size.list.allSatisfy { $0 > 0 }, "a factor is positive")
    factors = size.list
    self.interpolation = interpolation
  }
}

/// A larger volume.
public struct UpSampling3D: UpSamplingLayer {
  public static let axes = 3
  public static let stem = "up_sampling3d"
  public let factors: [Int]
  public var interpolation: Interpolation { .nearest }

  /// `size` times as deep, high and wide.
  public init(_ size: Extents3 = 2) {
    precondition(size.list.allSatisfy { $0 > 0 }, "a factor is positive")
    factors = size.list
  }
}
