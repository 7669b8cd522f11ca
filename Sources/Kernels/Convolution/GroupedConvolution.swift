import Tensors

/// Convolution in groups of channels, each with filters of its own: group g of G takes channels g·C/G … of the input and gives
/// channels g·F/G … of the output (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
/// networks", 2012).
///
/// Each group's channels are laid side by side, convolved, and laid back, sample by sample.
public struct GroupedConvolution {
  private let whole: ConvolutionGeometry
  private let part: ConvolutionGeometry
  private let groups: Int

  /// - Parameter geometry: of all channels and filters, of both of which `groups` is a divisor.
  public init(_ geometry: ConvolutionGeometry, groups: Int) {
    whole = geometry
    self.groups = groups
    let window = geometry.window
    part = ConvolutionGeometry(
      WindowGeometry(
        depth: window.depth, height: window.height, width: window.width, channels: window.channels / groups),
      filters: geometry.filters / groups)
  }

  /// How many floats of scratch memory every function here needs.
  public var scratchCount: Int {
    part.inputCount + part.outputCount + part.patch * part.filters + Convolution.scratchCount(part)
  }

  /// `y = x ∗ kernel`, without bias.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - kernel: (kd, kh, kw, C/G, F).
  ///   - y: (N, OD, OH, OW, F), overwritten.
  public func forward(x: TensorView, kernel: FloatBuffer, y: TensorView, scratch: MutableFloatBuffer) {
    let memory = Memory(part, scratch)
    for group in 0..<groups {
      gatherKernel(kernel, group, into: memory.kernel)
      for n in 0..<x.samples {
        gather(x.sample(n).reading, group, part.window.channels, into: memory.x.buffer)
        Convolution.forward(
          part, x: memory.x, kernel: memory.kernel.reading, bias: nil, activation: .linear, y: memory.y,
          scratch: memory.scratch)
        scatter(memory.y.reading, group, part.filters, into: y.sample(n))
      }
    }
  }

  /// The gradient of the input.
  public func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    let memory = Memory(part, scratch)
    for group in 0..<groups {
      gatherKernel(kernel, group, into: memory.kernel)
      for n in 0..<dy.samples {
        gather(dy.sample(n).reading, group, part.filters, into: memory.y.buffer)
        Convolution.inputGradient(
          part, dy: memory.y, kernel: memory.kernel.reading, dx: memory.x, scratch: memory.scratch)
        scatter(memory.x.reading, group, part.window.channels, into: dx.sample(n))
      }
    }
  }

  /// The gradient of the kernel, overwritten or added to, sample by sample.
  public func kernelGradient(
    x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, _ mode: ProductMode, scratch: MutableFloatBuffer
  ) {
    let memory = Memory(part, scratch)
    for group in 0..<groups {
      if mode == .accumulate {
        gatherKernel(dkernel.reading, group, into: memory.kernel)
      } else {
        memory.kernel.update(repeating: 0)
      }
      for n in 0..<x.samples {
        gather(x.sample(n).reading, group, part.window.channels, into: memory.x.buffer)
        gather(dy.sample(n).reading, group, part.filters, into: memory.y.buffer)
        Convolution.kernelGradient(
          part, x: memory.x, dy: memory.y, dkernel: memory.kernel, .accumulate, scratch: memory.scratch)
      }
      scatter(memory.kernel.reading, group, part.filters, into: dkernel)
    }
  }

  private func gatherKernel(_ kernel: FloatBuffer, _ group: Int, into own: MutableFloatBuffer) {
    gather(kernel, group, part.filters, into: own)
  }

  /// A group's `width` channels of each row of `all`, side by side.
  private func gather(_ all: FloatBuffer, _ group: Int, _ width: Int, into own: MutableFloatBuffer) {
    let stride = width * groups
    for row in 0..<own.count / width {
      let start = row * stride + group * width
      _ = own.part(row * width..<(row + 1) * width).update(fromContentsOf: all.part(start..<start + width))
    }
  }

  /// Back to their places.
  private func scatter(_ own: FloatBuffer, _ group: Int, _ width: Int, into all: MutableFloatBuffer) {
    let stride = width * groups
    for row in 0..<own.count / width {
      let start = row * stride + group * width
      _ = all.part(start..<start + width).update(fromContentsOf: own.part(row * width..<(row + 1) * width))
    }
  }

  /// What a group needs besides.
  private struct Memory {
    let x, y: TensorView
    let kernel, scratch: MutableFloatBuffer

    init(_ part: ConvolutionGeometry, _ memory: MutableFloatBuffer) {
      var end = 0
      func next(_ count: Int) -> MutableFloatBuffer {
        end += count
        return memory.part(end - count..<end)
      }
      x = TensorView(samples: 1, shape: [part.inputCount], buffer: next(part.inputCount))
      y = TensorView(samples: 1, shape: [part.outputCount], buffer: next(part.outputCount))
      kernel = next(part.patch * part.filters)
      scratch = next(Convolution.scratchCount(part))
    }
  }
}
