import Tensors

/// Convolution of each channel by itself, over planes (H, W, C) or sequences: `y[c] = x[c] ∗ kernel[c]`.
///
/// A product of matrices would have one column; sums over the taps in vectors of channels run at the speed of the cache. Every
/// output has its terms in the order of the taps, whatever the number of samples.
public enum DepthwiseConvolution {
  /// `y = x ∗ kernel`.
  ///
  /// - Parameters:
  ///   - window: of planes, D = 1, of C channels.
  ///   - x: (H, W, C), one sample.
  ///   - kernel: (kh, kw, C).
  ///   - y: (OH, OW, C), overwritten.
  public static func forward(
    _ window: WindowGeometry, x: FloatBuffer, kernel: FloatBuffer, y: MutableFloatBuffer
  ) {
    let (h, w) = (window.height, window.width)
    check(window, x.count, kernel.count, y.count)
    sums(of: window, from: x, by: kernel, into: y, rows: h.output, columns: w.output) { row, column, add in
      for th in 0..<h.kernel {
        let ih = h.origin(row) + th * h.dilation
        guard 0..<h.input ~= ih else { continue }
        for tw in 0..<w.kernel {
          let iw = w.origin(column) + tw * w.dilation
          if 0..<w.input ~= iw { add(ih * w.input + iw, th * w.kernel + tw) }
        }
      }
    }
  }

  /// The gradient of the input: each of its elements has a part in the outputs whose windows lie over it.
  ///
  /// - Parameters:
  ///   - dy: (OH, OW, C), one sample.
  ///   - kernel: (kh, kw, C).
  ///   - dx: (H, W, C), overwritten.
  public static func inputGradient(
    _ window: WindowGeometry, dy: FloatBuffer, kernel: FloatBuffer, dx: MutableFloatBuffer
  ) {
    let (h, w) = (window.height, window.width)
    check(window, dx.count, kernel.count, dy.count)
    sums(of: window, from: dy, by: kernel, into: dx, rows: h.input, columns: w.input) { row, column, add in
      for th in 0..<h.kernel {
        guard let oh = output(under: row, tap: th, of: h) else { continue }
        for tw in 0..<w.kernel {
          if let ow = output(under: column, tap: tw, of: w) { add(oh * w.output + ow, th * w.kernel + tw) }
        }
      }
    }
  }

  /// Adds the gradient of the kernel, `dkernel[t, c] += Σ x[· + t, c] · dy[·, c]`: line by line of the output.
  ///
  /// - Parameters:
  ///   - x: (H, W, C), one sample.
  ///   - dy: (OH, OW, C).
  ///   - dkernel: (kh, kw, C).
  public static func addKernelGradient(
    _ window: WindowGeometry, x: FloatBuffer, dy: FloatBuffer, dkernel: MutableFloatBuffer
  ) {
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(window, x.count, dkernel.count, dy.count)
    guard let source = x.baseAddress, let gradient = dy.baseAddress, let target = dkernel.baseAddress else { return }
    for oh in 0..<h.output {
      for th in 0..<h.kernel {
        let ih = h.origin(oh) + th * h.dilation
        guard 0..<h.input ~= ih else { continue }
        for tw in 0..<w.kernel {
          let columns = w.outputs(reaching: tw)
          guard let first = columns.first else { continue }
          let line = source + (ih * w.input + w.origin(first) + tw * w.dilation) * channels
          let gradients = gradient + (oh * w.output + first) * channels
          for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
            var sum = Lanes()
            for i in 0..<columns.count {
              sum +=
                load(line + i &* w.stride &* channels + c, channels - c)
                * load(gradients + i &* channels + c, channels - c)
            }
            let place = target + (th * w.kernel + tw) * channels + c
            store(load(place, channels - c) + sum, place, channels - c)
          }
        }
      }
    }
  }

  /// The output whose window has its `tap`-th tap over the input element `place`; nil where there is none.
  private static func output(under place: Int, tap: Int, of axis: WindowAxis) -> Int? {
    let distance = place + axis.before - tap * axis.dilation
    guard distance >= 0, distance % axis.stride == 0, distance / axis.stride < axis.output else { return nil }
    return distance / axis.stride
  }

  /// Fills each pixel of `target` with a sum of products of pixels of `source` and taps of `kernel`, which `terms` names.
  private static func sums(
    of window: WindowGeometry, from source: FloatBuffer, by kernel: FloatBuffer, into target: MutableFloatBuffer,
    rows: Int, columns: Int, terms: (_ row: Int, _ column: Int, _ add: (_ pixel: Int, _ tap: Int) -> Void) -> Void
  ) {
    let channels = window.channels
    guard let from = source.baseAddress, let taps = kernel.baseAddress, let into = target.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: (Int, Int).self, capacity: window.taps) { places in
      for row in 0..<rows {
        for column in 0..<columns {
          var count = 0
          terms(row, column) { pixel, tap in
            places[count] = (pixel * channels, tap * channels)
            count += 1
          }
          let pixel = into + (row * columns + column) * channels
          for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
            var sum = Lanes()
            for i in 0..<count {
              sum += load(from + places[i].0 + c, channels - c) * load(taps + places[i].1 + c, channels - c)
            }
            store(sum, pixel + c, channels - c)
          }
        }
      }
    }
  }

  private static func check(_ window: WindowGeometry, _ input: Int, _ kernel: Int, _ output: Int) {
    precondition(
      window.depth == .single && input == window.inputCount && kernel == window.taps * window.channels
        && output == window.outputPixels * window.channels, "the buffers do not fit the window")
  }
}

/// Channels that each stand for several: `x` (pixels, C) ↔ (pixels, C·M).
public enum RepeatedChannels {
  /// Each channel M times, side by side.
  ///
  /// - Parameters:
  ///   - x: (…,).
  ///   - repeated: M times as many, overwritten.
  public static func forward(x: FloatBuffer, times: Int, repeated: MutableFloatBuffer) {
    precondition(repeated.count == x.count * times, "as many repeats as said")
    for i in 0..<x.count { for m in 0..<times { repeated[i * times + m] = x[i] } }
  }

  /// The sum over each channel's repeats.
  ///
  /// - Parameters:
  ///   - dy: M times as many as dx.
  ///   - dx: overwritten.
  public static func backward(dy: FloatBuffer, times: Int, dx: MutableFloatBuffer) {
    precondition(dy.count == dx.count * times, "as many repeats as said")
    for i in 0..<dx.count {
      var sum: Float = 0
      for m in 0..<times { sum += dy[i * times + m] }
      dx[i] = sum
    }
  }
}
