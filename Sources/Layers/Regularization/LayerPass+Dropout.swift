import Kernels
import Tensors

extension LayerPass {
  /// Multiplies each sample by a mask of dropout that has `shape`, repeated along its axes of extent 1. The scratch memory holds
  /// two masks.
  func applyDropout(_ rate: Float, of shape: Shape, from source: TensorView, to target: TensorView) {
    let count = shape.count
    let (ones, mask) = (scratch.part(0..<count), scratch.part(count..<2 * count))
    let broadcast = Broadcast(shape, to: source.shape)
    for n in 0..<source.samples {
      _ = target.sample(n).update(fromContentsOf: source.sample(n))
      guard let key = dropoutKey(sample: n) else { continue }
      ones.update(repeating: 1)
      DropoutMask(rate: rate).apply(ones.reading, into: mask, key: key)
      broadcast.combine(target.sample(n), with: mask.reading, .multiply)
    }
  }
}
