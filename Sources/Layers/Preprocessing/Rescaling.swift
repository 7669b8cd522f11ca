import Tensors

/// y = x·scale + offset, each one number or one for each channel; the shape stays.
public struct Rescaling: Layer {
  public static let stem = "rescaling"
  /// One, or one for each channel.
  public let scale: [Float]
  /// One, or one for each channel.
  public let offset: [Float]

  /// One number each, or one for each channel.
  public init(scale: [Float], offset: [Float] = [0]) {
    precondition(!scale.isEmpty && !offset.isEmpty, "there is a scale and an offset")
    (self.scale, self.offset) = (scale, offset)
  }

  /// The same for all.
  public init(scale: Float, offset: Float = 0) { self.init(scale: [scale], offset: [offset]) }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let channels = input.rank == 0 ? 1 : input[input.rank - 1]
    for list in [scale, offset] where list.count > 1 && list.count != channels {
      throw ShapeError("rescales \(list.count) channels, got \(input)")
    }
    return input
  }

  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x·scale + offset
    let (x, y) = (x.reading, y.buffer)
    if scale.count == 1 && offset.count == 1 {
      let (scale, offset) = (scale[0], offset[0])
      for i in 0..<x.count { y[i] = x[i] * scale + offset }
    } else {
      for i in 0..<x.count { y[i] = x[i] * scale[i % scale.count] + offset[i % offset.count] }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x·scale + offset
    guard let dx else { return }
    for i in 0..<dx.buffer.count { dx.buffer[i] = dy.buffer[i] * scale[i % scale.count] }
  }
}
