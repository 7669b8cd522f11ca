import Tensors

/// Convolution to few filters, such as the classes of a pixel: the mirror image of `DirectConvolution`, from the output to the
/// input with the taps in reverse order. What is forward there is the input's gradient here, and the other way round.
struct MirroredConvolution {
  private let geometry: ConvolutionGeometry
  private let mirror: ConvolutionGeometry

  /// Whether a convolution is one to few filters whose mirror image is one of few channels.
  static func suits(_ geometry: ConvolutionGeometry) -> Bool {
    let window = geometry.window
    return geometry.filters <= 4 && window.fits
      && [window.depth, window.height, window.width].allSatisfy {
        $0.stride == 1 && $0.dilation == 1 && $0.before < $0.kernel
      }
      && DirectConvolution.suits(geometry.mirrored)
  }

  init(_ geometry: ConvolutionGeometry) {
    (self.geometry, mirror) = (geometry, geometry.mirrored)
  }

  private var kernelCount: Int { geometry.patch * geometry.filters }

  /// The mirrored kernel, and what either way needs.
  var scratchCount: Int {
    kernelCount + max(DirectConvolution(mirror).scratchCount, TapProducts(mirror).scratchCount)
  }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    let (turned, rest) = (scratch.part(0..<kernelCount), scratch.part(kernelCount..<scratch.count))
    turn(kernel, geometry, into: turned)
    TapProducts(mirror).inputGradient(dy: x, kernel: turned.reading, dx: y, scratch: rest)
    activation.apply(bias: bias, to: y.buffer, before: before, channels: geometry.filters)
  }

  /// See `Convolution.inputGradient`.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    let (turned, rest) = (scratch.part(0..<kernelCount), scratch.part(kernelCount..<scratch.count))
    turn(kernel, geometry, into: turned)
    DirectConvolution(mirror).forward(
      x: dy, kernel: turned.reading, bias: nil, activation: .linear, y: dx, before: nil, scratch: rest)
  }

  /// The gradient of the kernel, added to `dkernel` sample by sample.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let (turned, rest) = (scratch.part(0..<kernelCount), scratch.part(kernelCount..<scratch.count))
    turn(dkernel.reading, geometry, into: turned)
    DirectConvolution(mirror).kernelGradient(x: dy, dy: x, dkernel: turned, scratch: rest)
    turn(turned.reading, mirror, into: dkernel)
  }

  /// The kernel (taps, C, F) of a geometry as that of its mirror image: (taps in reverse order, F, C).
  private func turn(_ kernel: FloatBuffer, _ geometry: ConvolutionGeometry, into turned: MutableFloatBuffer) {
    let (taps, channels, filters) = (geometry.window.taps, geometry.window.channels, geometry.filters)
    for tap in 0..<taps {
      for c in 0..<channels {
        for f in 0..<filters {
          turned[((taps - 1 - tap) * filters + f) * channels + c] = kernel[(tap * channels + c) * filters + f]
        }
      }
    }
  }
}
