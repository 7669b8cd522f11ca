import Kernels

/// Σ a·b in Double, with what bounds the error of a float32 sum of the same products.
struct DotProduct {
  private(set) var value = 0.0
  /// The same in float32, product by product.
  private(set) var single: Float = 0
  private var magnitude = 0.0
  private var terms = 0

  mutating func add(_ a: Float, _ b: Float) {
    value += Double(a) * Double(b)
    single.addProduct(a, b)
    magnitude += abs(Double(a) * Double(b))
    terms += 1
  }

  /// A float32 dot product of K terms, summed in any order, fused or not, is off by at most γ_K Σ|a·b|, where
  /// γ_K = K·u / (1 - K·u) and u = ε/2 (Higham, "Accuracy and stability of numerical algorithms", 2002, section 3.1).
  /// While K·u ≤ 1/2 that is at most K·ε Σ|a·b|.
  var errorBound: Double { Double(terms) * Double(Float.ulpOfOne) * magnitude }
}

/// Convolution written as its definition: for every output and every tap, one product.
struct ConvolutionReference {
  let geometry: ConvolutionGeometry
  let samples: Int

  /// Calls `body` for each pair of an output and the input element under one of its taps, with their places in x, in the
  /// kernel and in y; padding is left out.
  private func forEachProduct(_ body: (_ x: Int, _ kernel: Int, _ y: Int) -> Void) {
    let (channels, filters) = (geometry.window.channels, geometry.filters)
    let axes = [geometry.window.depth, geometry.window.height, geometry.window.width]
    let outputs = axes.reduce(1) { $0 * $1.output }
    let taps = axes.reduce(1) { $0 * $1.kernel }
    for n in 0..<samples {
      for output in 0..<outputs {
        for tap in 0..<taps {
          guard let pixel = pixel(axes, output, tap) else { continue }
          for c in 0..<channels {
            for f in 0..<filters {
              body(
                n * geometry.inputCount + pixel * channels + c, (tap * channels + c) * filters + f,
                (n * outputs + output) * filters + f)
            }
          }
        }
      }
    }
  }

  /// The input pixel under a tap, both counted in row order; nil in the padding.
  private func pixel(_ axes: [WindowAxis], _ output: Int, _ tap: Int) -> Int? {
    var (output, tap, pixel, below) = (output, tap, 0, 1)
    for axis in axes.reversed() {
      let place = output % axis.output * axis.stride + tap % axis.kernel * axis.dilation - axis.before
      guard 0..<axis.input ~= place else { return nil }
      pixel += place * below
      below *= axis.input
      output /= axis.output
      tap /= axis.kernel
    }
    return pixel
  }

  func forward(x: [Float], kernel: [Float], bias: [Float]) -> [DotProduct] {
    var y = [DotProduct](repeating: DotProduct(), count: samples * geometry.outputCount)
    forEachProduct { y[$2].add(x[$0], kernel[$1]) }
    for i in y.indices { y[i].add(bias[i % geometry.filters], 1) }
    return y
  }

  func kernelGradient(x: [Float], dy: [Float]) -> [DotProduct] {
    var dkernel = [DotProduct](repeating: DotProduct(), count: geometry.patch * geometry.filters)
    forEachProduct { dkernel[$1].add(x[$0], dy[$2]) }
    return dkernel
  }

  func inputGradient(dy: [Float], kernel: [Float]) -> [DotProduct] {
    var dx = [DotProduct](repeating: DotProduct(), count: samples * geometry.inputCount)
    forEachProduct { dx[$0].add(dy[$2], kernel[$1]) }
    return dx
  }
}
