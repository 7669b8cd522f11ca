import Tensors

/// An activation as a pass of its own, from one buffer to another, block by block: what it does to a block in place it does
/// in the first-level cache.
extension Activation {
  /// `y = f(x)`.
  ///
  /// - Parameters:
  ///   - x: (…, C).
  ///   - y: (…, C), overwritten.
  ///   - channels: C.
  public func forward(x: FloatBuffer, y: MutableFloatBuffer, channels: Int) {
    precondition(x.count == y.count && x.count % channels == 0, "channels do not fit")
    RowBlocks.forEach(rows: x.count / channels, channels: channels) { rows in
      let block = rows.lowerBound * channels..<rows.upperBound * channels
      copy(x.part(block), to: y.part(block))
      apply(bias: nil, to: y.part(block), channels: channels)
    }
  }

  /// dx from forward's x where `readsInput`, else from y; dy is overwritten.
  ///
  /// - Parameters:
  ///   - x, y, dy, dx: (…, C).
  ///   - channels: C.
  public func backward(
    x: FloatBuffer, y: FloatBuffer, dy: MutableFloatBuffer, dx: MutableFloatBuffer, channels: Int
  ) {
    precondition(x.count == y.count && x.count == dy.count && x.count == dx.count, "as many gradients as inputs")
    precondition(x.count % channels == 0, "channels do not fit")
    RowBlocks.forEach(rows: x.count / channels, channels: channels) { rows in
      let block = rows.lowerBound * channels..<rows.upperBound * channels
      gradient(before: x.part(block), y: y.part(block), dy: dy.part(block), channels: channels)
      copy(dy.part(block).reading, to: dx.part(block))
    }
  }
}
