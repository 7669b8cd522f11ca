import Kernels
import Tensors

/// Two-dimensional convolution with bias and activation: (H, W, C) → (OH, OW, filters), where an axis gives
/// `(size - ((kernel - 1)·dilation + 1)) / stride + 1` outputs with valid padding and `ceil(size / stride)` with same.
///
/// Parameters: `kernel` (kh, kw, C, filters), Glorot-uniform; `bias` (filters,), zeros.
public struct Conv2D: ActivatedLayer {
  public static let stem = "conv2d"

  /// The output's channels.
  public let filters: Int
  /// Kernel height and width.
  public let kernel: (height: Int, width: Int)
  /// How the borders are treated.
  public let padding: Padding
  public var activation: Activation

  /// A square kernel of `kernel` × `kernel` taps, moved one element at a time.
  public init(_ filters: Int, kernel: Int, padding: Padding = .valid, activation: Activation = .linear) {
    precondition(filters > 0 && kernel > 0, "a convolution has filters and taps")
    self.filters = filters
    self.kernel = (kernel, kernel)
    self.padding = padding
    self.activation = activation
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 3 else { throw ShapeError("takes (height, width, channels), got \(input)") }
    let geometry = geometry(input)
    guard geometry.vertical.output > 0 && geometry.horizontal.output > 0 else {
      throw ShapeError("a kernel of \(kernel.height) × \(kernel.width) does not fit into \(input)")
    }
    return [geometry.vertical.output, geometry.horizontal.output, filters]
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    [
      ParameterSpecification(
        name: "kernel", shape: [kernel.height, kernel.width, input[2], filters], initializer: .glorotUniform),
      ParameterSpecification(name: "bias", shape: [filters], initializer: .zeros),
    ]
  }

  public func scratchCount(for input: Shape) -> Int { Convolution.scratchCount(geometry(input)) }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    Convolution.forward(
      geometry(x.shape), x: x, kernel: pass.parameter(0), bias: pass.parameter(1), activation: activation, y: y,
      scratch: pass.scratch)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = activation(x ∗ kernel + bias)
    activation.gradient(y: y.reading, dy: dy.buffer, channels: filters)
    if let dx {
      Convolution.inputGradient(geometry(x.shape), dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x ∗ kernel + bias
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    Convolution.kernelGradient(geometry(x.shape), x: x, dy: dy, dkernel: pass.gradient(0), mode, scratch: pass.scratch)
    biasGradient(dy: dy.reading, dbias: pass.gradient(1), mode)
  }

  private func geometry(_ input: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      vertical: WindowAxis(input: input[0], kernel: kernel.height, stride: 1, padding: padding),
      horizontal: WindowAxis(input: input[1], kernel: kernel.width, stride: 1, padding: padding),
      channels: input[2], filters: filters)
  }
}
