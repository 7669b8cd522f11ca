import Kernels
import Layers
import Tensors

/// A sliding window in ONNX's terms: how many zeros lie before and behind each axis stands in numbers, since ONNX's own
/// `SAME_UPPER` is not that of every runtime, and has no `causal`.
struct GraphWindow {
  let kernel, stride, dilation: [Int]
  let before, behind: [Int]

  /// `window` on samples with the extents `input` before their channels.
  init(_ window: SlidingWindow, on input: [Int]) {
    (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let axes = window.kernel.indices.map { index in
      WindowAxis(
        input: input[index], kernel: window.kernel[index], stride: window.stride[index],
        dilation: window.dilation[index], padding: window.padding)
    }
    before = axes.map(\.before)
    behind = axes.map { axis in
      let reach = (axis.kernel - 1) * axis.dilation + 1
      return max((axis.output - 1) * axis.stride + reach - axis.input - axis.before, 0)
    }
  }

  /// As attributes of convolutions and poolings.
  var attributes: [(name: String, value: ONNXGraph.Attribute)] {
    [
      ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)), ("pads", .integers(before + behind)),
      ("dilations", .integers(dilation)),
    ]
  }
}
