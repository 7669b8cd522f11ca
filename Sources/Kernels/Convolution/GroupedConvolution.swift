import Tensors

/// Convolution in groups of channels, each with filters of its own: group g of G takes channels g·C/G … of the input and gives
/// channels g·F/G … of the output (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
/// networks", 2012).
///
/// A single tap's products read and write a group's channels where they lie. For other windows they are laid side by side,
/// convolved, and laid back, sample by sample; groups of few channels several at a time, by a kernel of blocks with zeros
/// between them, since a convolution of sixteen channels takes little longer than one of four.
public struct GroupedConvolution {
  /// The channels that are good for a convolution.
  private static let channelsPerPart = 16

  private let whole: ConvolutionGeometry
  /// What is convolved at a time.
  private let part: ConvolutionGeometry
  private let parts: Int
  /// How many groups a part has.
  private let groups: Int
  private let isPointwise: Bool

  /// - Parameter geometry: of all channels and filters, of both of which `groups` is a divisor.
  public init(_ geometry: ConvolutionGeometry, groups: Int) {
    whole = geometry
    let window = geometry.window
    isPointwise = PointwiseConvolution.suits(geometry)
    var joined = 1
    while !isPointwise && joined * window.channels / groups < Self.channelsPerPart && groups % (2 * joined) == 0 {
      joined *= 2
    }
    (self.groups, parts) = (joined, groups / joined)
    part = ConvolutionGeometry(
      WindowGeometry(
        depth: window.depth, height: window.height, width: window.width, channels: window.channels / parts),
      filters: geometry.filters / parts)
  }

  /// How many floats of scratch memory every function here needs.
  public var scratchCount: Int {
    isPointwise ? 0 : part.inputCount + part.outputCount + part.patch * part.filters + Convolution.scratchCount(part)
  }

  /// `y = x ∗ kernel`, without bias.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - kernel: (kd, kh, kw, C/G, F).
  ///   - y: (N, OD, OH, OW, F), overwritten.
  public func forward(x: TensorView, kernel: FloatBuffer, y: TensorView, scratch: MutableFloatBuffer) {
    if isPointwise {
      return forEachProduct(x, y) { x, y, g in
        multiply(x.reading, kernels(kernel, g), into: y)
      }
    }
    let memory = Memory(part, scratch)
    for group in 0..<parts {
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
    if isPointwise {
      return forEachProduct(dx, dy) { dx, dy, g in
        multiply(dy.reading, kernels(kernel, g).transposed, into: dx)
      }
    }
    let memory = Memory(part, scratch)
    for group in 0..<parts {
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
    if isPointwise {
      if mode == .replace { dkernel.update(repeating: 0) }
      let all = Matrix(dkernel, rows: part.patch, columns: whole.filters)
      return forEachProduct(x, dy) { x, dy, g in
        multiply(x.reading.transposed, dy.reading, into: all.part(0..<part.patch, filters(g)), .accumulate)
      }
    }
    let memory = Memory(part, scratch)
    for group in 0..<parts {
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
      scatterKernel(memory.kernel.reading, group, into: dkernel)
    }
  }

  /// Calls `body` with each sample's pixels of each group, where they lie: its inputs and its outputs.
  private func forEachProduct(
    _ x: TensorView, _ y: TensorView,
    _ body: (_ x: Matrix<MutableFloatBuffer>, _ y: Matrix<MutableFloatBuffer>, _ group: Int) -> Void
  ) {
    let (pixels, channels) = (whole.window.outputPixels, part.window.channels)
    for n in 0..<x.samples {
      let input = Matrix(x.sample(n), rows: pixels, columns: whole.window.channels)
      let output = Matrix(y.sample(n), rows: pixels, columns: whole.filters)
      for g in 0..<parts {
        body(
          input.part(0..<pixels, g * channels..<(g + 1) * channels), output.part(0..<pixels, filters(g)), g)
      }
    }
  }

  private func filters(_ group: Int) -> Range<Int> { group * part.filters..<(group + 1) * part.filters }

  private func kernels(_ kernel: FloatBuffer, _ group: Int) -> Matrix<FloatBuffer> {
    Matrix(kernel, rows: part.patch, columns: whole.filters).part(0..<part.patch, filters(group))
  }

  /// The kernel of a part: a block for each of its groups, and zeros where one group's channels meet another's filters.
  private func gatherKernel(_ kernel: FloatBuffer, _ index: Int, into own: MutableFloatBuffer) {
    if groups > 1 { own.update(repeating: 0) }
    forEachKernelRow(index) { all, block in _ = own.part(block).update(fromContentsOf: kernel.part(all)) }
  }

  /// The blocks back to their places.
  private func scatterKernel(_ own: FloatBuffer, _ index: Int, into kernel: MutableFloatBuffer) {
    forEachKernelRow(index) { all, block in _ = kernel.part(all).update(fromContentsOf: own.part(block)) }
  }

  /// Calls `body` with where a group's filters for a tap and channel are in the whole kernel, and in that of its part.
  private func forEachKernelRow(_ index: Int, _ body: (_ all: Range<Int>, _ block: Range<Int>) -> Void) {
    let (channels, width) = (part.window.channels / groups, part.filters / groups)
    for tap in 0..<part.window.taps {
      for row in 0..<part.window.channels {
        let (group, channel) = (row / channels, row % channels)
        let all = (tap * channels + channel) * whole.filters + index * part.filters + group * width
        let block = (tap * part.window.channels + row) * part.filters + group * width
        body(all..<all + width, block..<block + width)
      }
    }
  }

  /// A group's `width` channels of each row of `all`, side by side.
  private func gather(_ all: FloatBuffer, _ group: Int, _ width: Int, into own: MutableFloatBuffer) {
    let stride = width * parts
    for row in 0..<own.count / width {
      let start = row * stride + group * width
      _ = own.part(row * width..<(row + 1) * width).update(fromContentsOf: all.part(start..<start + width))
    }
  }

  /// Back to their places.
  private func scatter(_ own: FloatBuffer, _ group: Int, _ width: Int, into all: MutableFloatBuffer) {
    let stride = width * parts
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
