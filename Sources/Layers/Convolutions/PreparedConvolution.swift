import Kernels
import Tensors

/// A convolution that only judges, with a kernel that is laid out for its products once for all passes.
///
/// Parameters: the prepared kernel and, with `useBias`, `bias` (filters,).
package struct PreparedConvolution: Layer {
  package static let stem = "prepared_convolution"

  private let layer: any ConvolutionLayer
  private let geometry: ConvolutionGeometry
  /// The floats of the prepared kernel.
  package let kernelCount: Int

  /// `layer` on such inputs; nil where it takes its kernel as it is.
  package init?(_ layer: any ConvolutionLayer, for input: Shape) {
    let geometry = ConvolutionGeometry(layer.window.geometry(input), filters: layer.filters)
    guard layer.groups == 1, let count = Convolution.preparedCount(geometry) else { return nil }
    (self.layer, self.geometry, kernelCount) = (layer, geometry, count)
  }

  package func outputShape(for input: Shape) throws(ShapeError) -> Shape { try layer.outputShape(for: input) }

  package func scratchCount(for input: Shape) -> Int { Convolution.preparedScratchCount(geometry) }

  package func keptCount(for input: Shape) -> Int { layer.keptCount(for: input) }

  package func forwardFLOPs(for input: Shape) -> Int { layer.forwardFLOPs(for: input) }

  package func granule(for input: Shape) -> Int { layer.granule(for: input) }

  /// Lays a kernel out.
  ///
  /// - Parameters:
  ///   - kernel: (taps…, C, filters).
  ///   - prepared: `kernelCount` floats, overwritten.
  package func prepare(_ kernel: FloatBuffer, into prepared: MutableFloatBuffer) {
    let scratch = FloatStorage(count: Convolution.preparedScratchCount(geometry))
    Convolution.prepare(geometry, kernel: kernel, into: prepared, scratch: scratch.buffer)
  }

  package func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = activation(x ∗ kernel + bias)
    Convolution.forward(
      geometry, x: x, prepared: pass.parameter(0), bias: layer.useBias ? pass.parameter(1) : nil,
      activation: layer.activation, y: y, before: layer.activation.readsInput ? pass.kept : nil,
      scratch: pass.scratch)
  }

  package func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    preconditionFailure("nothing is trained with a prepared kernel")
  }
}
