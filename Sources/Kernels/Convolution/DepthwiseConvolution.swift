import Tensors

/// Convolution of each channel by itself, over planes (H, W, C) or sequences: `y[c] = x[c] ∗ kernel[c]`.
///
/// A product of matrices would have one column; sums over the taps in vectors of channels run at the speed of the cache. Six
/// pixels of a line that have the same taps are summed side by side, each tap's weights being loaded once for them. Every
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
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(window, x.count, kernel.count, y.count)
    guard let source = x.baseAddress, let weights = kernel.baseAddress, let target = y.baseAddress else { return }
    withTaps(window, weights) { taps in
      // The columns with all their taps inside; the others one by one.
      let inside = w.whole
      for oh in 0..<h.output {
        func add(_ columns: Range<Int>) {
          guard !columns.isEmpty else { return }
          taps.removeAll()
          for th in 0..<h.kernel {
            let ih = h.origin(oh) + th * h.dilation
            guard 0..<h.input ~= ih else { continue }
            for tw in 0..<w.kernel {
              let iw = w.origin(columns.lowerBound) + tw * w.dilation
              if 0..<w.input ~= iw { taps.append((ih * w.input + iw) * channels, tap: th * w.kernel + tw) }
            }
          }
          taps.sum(
            columns.count, from: source, by: w.stride * channels,
            to: target + (oh * w.output + columns.lowerBound) * channels, by: channels)
        }
        add(inside)
        for ow in 0..<inside.lowerBound { add(ow..<ow + 1) }
        for ow in inside.upperBound..<w.output { add(ow..<ow + 1) }
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
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(window, dx.count, kernel.count, dy.count)
    guard let source = dy.baseAddress, let weights = kernel.baseAddress, let target = dx.baseAddress else { return }
    withTaps(window, weights) { taps in
      for ih in 0..<h.input {
        /// `count` columns from `first`, a stride apart: the same taps lie over them, at one output after the other.
        func add(_ first: Int, _ count: Int) {
          guard count > 0 else { return }
          taps.removeAll()
          for th in 0..<h.kernel {
            guard let oh = h.output(under: ih, tap: th) else { continue }
            for tw in 0..<w.kernel {
              guard let ow = w.output(under: first, tap: tw) else { continue }
              taps.append((oh * w.output + ow) * channels, tap: th * w.kernel + tw)
            }
          }
          taps.sum(
            count, from: source, by: channels, to: target + (ih * w.input + first) * channels, by: w.stride * channels)
        }
        for phase in 0..<min(w.stride, w.input) {
          let columns = (w.input - phase + w.stride - 1) / w.stride
          let inside = w.whole(phase: phase, columns)
          add(phase + inside.lowerBound * w.stride, inside.count)
          for i in 0..<inside.lowerBound { add(phase + i * w.stride, 1) }
          for i in inside.upperBound..<columns { add(phase + i * w.stride, 1) }
        }
      }
    }
  }

  /// Adds the gradient of the kernel, `dkernel[t, c] += Σ x[· + t, c] · dy[·, c]`: line by line of the output, three taps of a
  /// line at a time where they have the same outputs.
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
    let inside = w.whole
    for oh in 0..<h.output {
      for th in 0..<h.kernel {
        let ih = h.origin(oh) + th * h.dilation
        guard 0..<h.input ~= ih else { continue }
        /// Taps from `tap` on, over some columns.
        func add(_ tap: Int, _ taps: Int, _ columns: Range<Int>) {
          guard !columns.isEmpty else { return }
          addProducts(
            source + (ih * w.input + w.origin(columns.lowerBound) + tap * w.dilation) * channels, w.stride * channels,
            gradient + (oh * w.output + columns.lowerBound) * channels, columns.count, channels,
            taps: taps, w.dilation * channels, to: target + (th * w.kernel + tap) * channels)
        }
        for tap in stride(from: 0, to: w.kernel, by: 3) { add(tap, min(3, w.kernel - tap), inside) }
        for tap in 0..<w.kernel {
          let columns = w.outputs(reaching: tap)
          add(tap, 1, columns.lowerBound..<min(columns.upperBound, inside.lowerBound))
          add(tap, 1, max(columns.lowerBound, inside.upperBound)..<columns.upperBound)
        }
      }
    }
  }

  /// `target[t] += Σ x[i + t] · dy[i]` for up to three taps t, `tapStep` floats apart.
  private static func addProducts(
    _ x: UnsafePointer<Float>, _ step: Int, _ dy: UnsafePointer<Float>, _ count: Int, _ channels: Int, taps: Int,
    _ tapStep: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let (second, third) = (taps > 1 ? tapStep : 0, taps > 2 ? 2 * tapStep : 0)
    var c = 0
    while c &+ Octet.scalarCount <= channels {
      var (a0, a1, a2, b0, b1, b2) = (Octet(), Octet(), Octet(), Octet(), Octet(), Octet())
      var (from, gradient) = (x + c, dy + c)
      for _ in 0..<count / 2 {
        let (d0, d1, next) = (octet(gradient), octet(gradient + channels), from + step)
        (a0, b0) = (a0.adding(d0, octet(from)), b0.adding(d1, octet(next)))
        (a1, b1) = (a1.adding(d0, octet(from + second)), b1.adding(d1, octet(next + second)))
        (a2, b2) = (a2.adding(d0, octet(from + third)), b2.adding(d1, octet(next + third)))
        from = next + step
        gradient += 2 &* channels
      }
      if count % 2 == 1 {
        let d0 = octet(gradient)
        (a0, a1) = (a0.adding(d0, octet(from)), a1.adding(d0, octet(from + second)))
        a2 = a2.adding(d0, octet(from + third))
      }
      let place = target + c
      store(octet(place) + (a0 + b0), place)
      if taps > 1 { store(octet(place + channels) + (a1 + b1), place + channels) }
      if taps > 2 { store(octet(place + 2 &* channels) + (a2 + b2), place + 2 &* channels) }
      c &+= Octet.scalarCount
    }
    for c in c..<channels {
      for tap in 0..<taps {
        var sum: Float = 0
        for i in 0..<count { sum.addProduct(x[i &* step &+ tap &* tapStep &+ c], dy[i &* channels &+ c]) }
        target[tap &* channels &+ c] += sum
      }
    }
  }

  /// Lends memory for the taps of a pixel.
  private static func withTaps(_ window: WindowGeometry, _ weights: UnsafePointer<Float>, _ body: (inout Taps) -> Void)
  {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * window.taps) { memory in
      guard let start = memory.baseAddress else { return }
      var taps = Taps(channels: window.channels, weights: weights, memory: start)
      body(&taps)
    }
  }

  /// What a pixel is the sum of: places in the source, each with its tap.
  private struct Taps {
    let channels: Int
    let weights: UnsafePointer<Float>
    /// Pairs of a place and of where the tap's weights are.
    let memory: UnsafeMutablePointer<Int32>
    var count = 0

    mutating func removeAll() { count = 0 }

    mutating func append(_ place: Int, tap: Int) {
      (memory[2 * count], memory[2 * count + 1]) = (Int32(place), Int32(tap * channels))
      count += 1
    }

    /// Fills `pixels` pixels of the target with sums over the taps: the taps of the first, moved on by `step` for each pixel.
    func sum(
      _ pixels: Int, from source: UnsafePointer<Float>, by step: Int, to target: UnsafeMutablePointer<Float>,
      by targetStep: Int
    ) {
      for pixel in stride(from: 0, to: pixels, by: 6) {
        let from = SixRows(source, step, from: pixel, last: pixels - 1)
        let to = SixRows(target, targetStep, from: pixel, last: pixels - 1)
        var c = 0
        while c &+ Octet.scalarCount <= channels {
          if pixels &- pixel > 1 { sumSix(from, to, c) } else { sumOne(from.r0, to.r0, c) }
          c &+= Octet.scalarCount
        }
        for c in c..<channels {
          for i in 0..<min(6, pixels - pixel) {
            var sum: Float = 0
            let place = source + ((pixel &+ i) &* step &+ c)
            for t in 0..<count { sum.addProduct(place[Int(memory[2 &* t])], weights[Int(memory[2 &* t &+ 1]) &+ c]) }
            target[(pixel &+ i) &* targetStep &+ c] = sum
          }
        }
      }
    }

    @inline(__always)
    private func sumSix(_ from: SixRows<UnsafePointer<Float>>, _ to: SixRows<UnsafeMutablePointer<Float>>, _ c: Int) {
      var (s0, s1, s2, s3, s4, s5) = (Octet(), Octet(), Octet(), Octet(), Octet(), Octet())
      for t in 0..<count {
        let place = Int(memory[2 &* t]) &+ c
        let weight = octet(weights + (Int(memory[2 &* t &+ 1]) &+ c))
        (s0, s1) = (s0.adding(weight, octet(from.r0 + place)), s1.adding(weight, octet(from.r1 + place)))
        (s2, s3) = (s2.adding(weight, octet(from.r2 + place)), s3.adding(weight, octet(from.r3 + place)))
        (s4, s5) = (s4.adding(weight, octet(from.r4 + place)), s5.adding(weight, octet(from.r5 + place)))
      }
      to.forEach(s0, s1, s2, s3, s4, s5) { store($1, $0 + c) }
    }

    @inline(__always)
    private func sumOne(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ c: Int) {
      var sum = Octet()
      for t in 0..<count {
        sum = sum.adding(
          octet(weights + (Int(memory[2 &* t &+ 1]) &+ c)), octet(from + (Int(memory[2 &* t]) &+ c)))
      }
      store(sum, to + c)
    }
  }

  private static func check(_ window: WindowGeometry, _ input: Int, _ kernel: Int, _ output: Int) {
    precondition(
      window.depth == .single && input == window.inputCount && kernel == window.taps * window.channels
        && output == window.outputPixels * window.channels, "the buffers do not fit the window")
  }
}

extension WindowAxis {
  /// The outputs all of whose taps lie inside the input.
  fileprivate var whole: Range<Int> {
    let (first, last) = (outputs(reaching: 0), outputs(reaching: kernel - 1))
    let start = min(first.lowerBound, output)
    return start..<max(start, min(first.upperBound, last.upperBound))
  }

  /// Of the input elements `phase`, `phase + stride`, …, `count` of them: those that have an output under each of the taps that
  /// can have one.
  fileprivate func whole(phase: Int, _ count: Int) -> Range<Int> {
    var range = 0..<count
    for tap in 0..<kernel {
      let distance = phase + before - tap * dilation
      // The tap's output is `place / stride` for the first, and the next for the next.
      guard distance % stride == 0 else { continue }
      let place = distance / stride
      let start = min(max(range.lowerBound, -place), range.upperBound)
      range = start..<max(start, min(range.upperBound, output - place))
    }
    return range
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
