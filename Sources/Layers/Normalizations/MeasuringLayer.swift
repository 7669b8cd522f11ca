import Tensors

/// A layer of grain `.slice`: what it gives of a sample depends on all of the slice, and so does the gradient that it hands on.
///
/// Each of its passes comes in two parts, both of which take a few samples at a time: first it looks at the slice, part by part
/// and in order, then it gives. So it cuts the runs of layers that pass through the cache together, but reads what it looks at
/// while the layer before it in the pass has it there, and gives to the next while that has it there.
public protocol MeasuringLayer: Layer {
  /// Takes in some of the slice's inputs.
  func measure(x: TensorView, in pass: LayerPass)

  /// Computes `y`, every float of it, from `x`, once the whole slice is measured. It may be called again before `inputGradient`,
  /// with the same result.
  func apply(x: TensorView, y: TensorView, in pass: LayerPass)

  /// Takes in some of the gradients of the slice's outputs; leaves in `dy` what `inputGradient` needs, the gradient before the
  /// activation. Behind the slice's last samples it knows the gradients of the parameters.
  func gather(x: TensorView, dy: TensorView, in pass: LayerPass)

  /// Computes `dx`, every float of it, from forward's `x` and what `gather` left in `dy`, once the whole slice is gathered.
  func inputGradient(x: TensorView, dy: TensorView, dx: TensorView, in pass: LayerPass)
}

extension MeasuringLayer {
  public var grain: Grain { .slice }

  /// A whole slice, or samples that are not measured.
  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    measure(x: x, in: pass)
    apply(x: x, y: y, in: pass)
  }

  /// A whole slice, or samples that are not measured.
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    gather(x: x, dy: dy, in: pass)
    if let dx { inputGradient(x: x, dy: dy, dx: dx, in: pass) }
  }
}
