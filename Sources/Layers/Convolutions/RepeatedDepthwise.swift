import Kernels
import Tensors

/// A depthwise convolution in which each channel has several filters: (H, W, C) by (kh, kw, C, M) → (OH, OW, C·M). The input is
/// laid out with each channel M times where M is more than 1, sample by sample in scratch memory.
struct RepeatedDepthwise {
  /// The window over C channels.
  private let narrow: WindowGeometry
  /// The window over C·M channels.
  let wide: WindowGeometry
  private let multiplier: Int
  private let convolution: DepthwiseConvolution

  init(_ window: WindowGeometry, multiplier: Int) {
    narrow = window
    self.multiplier = multiplier
    wide = WindowGeometry(
      depth: window.depth, height: window.height, width: window.width, channels: window.channels * multiplier)
    convolution = DepthwiseConvolution(wide)
  }

  /// Floats of one output sample.
  var outputCount: Int { wide.outputPixels * wide.channels }

  /// How many floats of scratch memory every function here needs.
  var scratchCount: Int { convolution.scratchCount + (multiplier == 1 ? 0 : wide.inputCount) }

  /// `y = activation(x ∗ kernel + bias)`; `before` takes what stands before the activation where its gradient reads that.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer? = nil, activation: Activation = .linear, y: TensorView,
    before: MutableFloatBuffer? = nil, scratch: MutableFloatBuffer
  ) {
    for n in 0..<x.samples {
      convolution.forward(
        x: repeated(x.sample(n).reading, scratch), kernel: kernel, y: y.sample(n), scratch: scratch)
      // while the sample is in the cache
      activation.apply(
        bias: bias, to: y.sample(n), before: before?.part(n * outputCount..<(n + 1) * outputCount),
        channels: wide.channels)
    }
  }

  /// The gradient of the input.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    for n in 0..<dy.samples {
      guard multiplier > 1 else {
        convolution.inputGradient(dy: dy.sample(n).reading, kernel: kernel, dx: dx.sample(n), scratch: scratch)
        continue
      }
      let all = repeats(scratch)
      convolution.inputGradient(dy: dy.sample(n).reading, kernel: kernel, dx: all, scratch: scratch)
      RepeatedChannels.backward(dy: all.reading, times: multiplier, dx: dx.sample(n))
    }
  }

  /// The gradient of the kernel, overwritten or added to, sample by sample.
  func kernelGradient(
    x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, _ mode: ProductMode, scratch: MutableFloatBuffer
  ) {
    if mode == .replace { dkernel.update(repeating: 0) }
    for n in 0..<x.samples {
      convolution.addKernelGradient(
        x: repeated(x.sample(n).reading, scratch), dy: dy.sample(n).reading, dkernel: dkernel, scratch: scratch)
    }
  }

  private func repeated(_ x: FloatBuffer, _ scratch: MutableFloatBuffer) -> FloatBuffer {
    guard multiplier > 1 else { return x }
    let all = repeats(scratch)
    RepeatedChannels.forward(x: x, times: multiplier, repeated: all)
    return all.reading
  }

  /// Where the input lies with each channel M times, behind the convolution's own memory.
  private func repeats(_ scratch: MutableFloatBuffer) -> MutableFloatBuffer {
    scratch.part(convolution.scratchCount..<convolution.scratchCount + wide.inputCount)
  }
}
