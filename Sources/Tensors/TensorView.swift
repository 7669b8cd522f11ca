/// A batch of equally shaped samples in memory that something else owns: (samples, shape…), outermost first, dense.
public struct TensorView {
  /// How many samples there are.
  public let samples: Int
  /// The shape of one sample.
  public let shape: Shape
  /// `samples * shape.count` floats.
  public let buffer: MutableFloatBuffer

  /// Views the first `samples * shape.count` floats of `buffer`.
  public init(samples: Int, shape: Shape, buffer: MutableFloatBuffer) {
    precondition(samples * shape.count <= buffer.count, "\(samples) × \(shape) floats do not fit in \(buffer.count)")
    self.samples = samples
    self.shape = shape
    self.buffer = MutableFloatBuffer(rebasing: buffer[..<(samples * shape.count)])
  }

  /// The floats of one sample.
  public func sample(_ index: Int) -> MutableFloatBuffer {
    buffer.part(index * shape.count..<(index + 1) * shape.count)
  }

  /// Some of the samples, which follow one another.
  public func samples(_ range: Range<Int>) -> TensorView {
    precondition(0 <= range.lowerBound && range.upperBound <= samples, "samples \(range) of \(samples) do not exist")
    return TensorView(
      samples: range.count, shape: shape,
      buffer: buffer.part(range.lowerBound * shape.count..<range.upperBound * shape.count))
  }

  /// All floats, to be read only.
  public var reading: FloatBuffer { buffer.reading }

  /// The same floats with other extents of the same count.
  public func reshaped(to shape: Shape) -> TensorView {
    TensorView(samples: samples, shape: shape, buffer: buffer)
  }
}
