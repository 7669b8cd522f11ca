import Kernels
import Tensors

/// A layer whose forward makes something of its parameters before it looks at an input. Where they stay as they are, as when a
/// model judges, it may be made once for all passes; the bits are the same.
public protocol PreparingLayer: Layer {
  /// What is made for such an input; nil for nothing.
  func preparation(for input: Shape) -> KernelPreparation?

  /// Makes it for passes over such an input, which then find it in `pass.prepared`, and need only the preparation's scratch memory.
  ///
  /// - Parameters:
  ///   - prepared: the preparation's `count` floats, overwritten.
  ///   - pass: the parameters, and the preparation's scratch memory.
  func prepare(for input: Shape, into prepared: MutableFloatBuffer, in pass: LayerPass)
}
