import Kernels
import Layers
import Tensors

extension GraphBuilder {
  /// A convolution by `kernel`, whose axes are (outputs, inputs of a group, taps…) in ONNX.
  fileprivate func convolution(
    _ x: GraphTensor, _ name: String, _ kernel: [Float], extents: [Int], bias: GraphParameter?, _ window: GraphWindow,
    groups: Int, giving shape: Shape
  ) -> GraphTensor {
    add(
      "Conv", [laid(x, .channelsFirst)],
      [constant(name, extents, kernel)] + (bias.map { [constant($0)] } ?? []),
      window.attributes + [("group", .integer(groups))], shape: shape, layout: .channelsFirst)
  }

  /// A convolution by a kernel (taps…, C, M), each channel by itself.
  fileprivate func depthwise(
    _ x: GraphTensor, _ kernel: GraphParameter, bias: GraphParameter?, _ window: SlidingWindow, giving shape: Shape
  ) -> GraphTensor {
    let taps = window.kernel.count
    return convolution(
      x, kernel.name, kernel.permuted([taps, taps + 1] + (0..<taps)),
      extents: [kernel.shape[taps] * kernel.shape[taps + 1], 1] + window.kernel, bias: bias,
      GraphWindow(window, on: x.shape.dimensions), groups: kernel.shape[taps], giving: shape)
  }
}

extension Conv1D: ONNXLayer {}
extension Conv2D: ONNXLayer {}
extension Conv3D: ONNXLayer {}

extension ONNXLayer where Self: ConvolutionLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let kernel = stage.parameter("kernel") else { return x }
    // (taps…, in, out) → (out, in, taps…)
    let taps = window.kernel.count
    let y = graph.convolution(
      x, kernel.name, kernel.permuted([taps + 1, taps] + (0..<taps)),
      extents: [filters, kernel.shape[taps]] + window.kernel, bias: stage.parameter("bias"),
      GraphWindow(window, on: x.shape.dimensions), groups: groups, giving: stage.output)
    return graph.activated(y, activation)
  }
}

extension DepthwiseConv1D: ONNXLayer {}
extension DepthwiseConv2D: ONNXLayer {}

extension ONNXLayer where Self: DepthwiseLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let kernel = stage.parameter("kernel") else { return x }
    let y = graph.depthwise(x, kernel, bias: stage.parameter("bias"), window, giving: stage.output)
    return graph.activated(y, activation)
  }
}

extension SeparableConv1D: ONNXLayer {}
extension SeparableConv2D: ONNXLayer {}

extension ONNXLayer where Self: SeparableLayer {
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let depthwise = stage.parameter("depthwise_kernel"), let pointwise = stage.parameter("pointwise_kernel")
    else { return x }
    let (taps, places) = (window.kernel.count, stage.output.dimensions.dropLast())
    let middle = graph.depthwise(
      x, depthwise, bias: nil, window, giving: Shape(places + [pointwise.shape[taps]]))
    // (1…, in, out) → (out, in, 1…)
    let y = graph.convolution(
      middle, pointwise.name, pointwise.permuted([taps + 1, taps] + (0..<taps)),
      extents: [filters, pointwise.shape[taps]] + window.kernel.map { _ in 1 }, bias: stage.parameter("bias"),
      GraphWindow(
        SlidingWindow(kernel: window.kernel.map { _ in 1 }, stride: window.kernel.map { _ in 1 }, padding: .valid),
        on: middle.shape.dimensions),
      groups: 1, giving: stage.output)
    return graph.activated(y, activation)
  }
}

extension Conv1DTranspose: ONNXLayer {}
extension Conv2DTranspose: ONNXLayer {}
extension Conv3DTranspose: ONNXLayer {}

extension ONNXLayer where Self: TransposedConvolutionLayer {
  /// The window leads back, from outputs to inputs. What it pads there is cut off here, and where its last taps reach beyond what
  /// the inputs give, so many outputs are added.
  func add(_ x: GraphTensor, at stage: GraphStage, to graph: GraphBuilder) -> GraphTensor {
    guard let kernel = stage.parameter("kernel") else { return x }
    let (taps, back) = (window.kernel.count, GraphWindow(window, on: stage.output.dimensions))
    let surplus = window.kernel.indices.map { axis in
      let reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
      return (x.shape[axis] - 1) * window.stride[axis] + reach - back.before[axis] - stage.output[axis]
    }
    // (taps…, out, in) → (in, out, taps…)
    let weights = graph.constant(
      kernel.name, [kernel.shape[taps + 1], filters] + window.kernel,
      kernel.permuted([taps + 1, taps] + (0..<taps)))
    let y = graph.add(
      "ConvTranspose", [graph.laid(x, .channelsFirst)],
      [weights] + (stage.parameter("bias").map { [graph.constant($0)] } ?? []),
      [
        ("kernel_shape", .integers(back.kernel)), ("strides", .integers(back.stride)),
        ("dilations", .integers(back.dilation)), ("pads", .integers(back.before + surplus.map { max($0, 0) })),
        ("output_padding", .integers(surplus.map { max(-$0, 0) })),
      ], shape: stage.output, layout: .channelsFirst)
    return graph.activated(y, activation)
  }
}
