import Tensors

/// Convolution of each channel by itself, over planes (H, W, C) or sequences: `y[c] = x[c] ∗ kernel[c]`.
///
/// A product of matrices would have one column; sums over the taps in vectors of channels run at the speed of the
/// cache (`TapSums`, `TapGradients`), the border being read as zeros (`PaddedPlane`). Every output has its terms in the order of
/// the taps, whatever the number of samples.
public struct DepthwiseConvolution {
  /// How many floats a block of lines has for the gradient of the kernel.
  private static let floatsPerBlock = 1 << 16

  private let window: WindowGeometry
  /// The input under the outputs, and in larger blocks.
  private let (inputs, blocks): (PaddedPlane, PaddedPlane)
  /// The outputs over the input.
  private let outputs: PaddedPlane

  /// - Parameter window: of planes, D = 1, of C channels.
  public init(_ window: WindowGeometry) {
    precondition(window.depth == .single && window.fits, "a depthwise convolution is one of planes")
    self.window = window
    let (h, w) = (window.height, window.width)
    func plane(_ h: PaddedAxis, _ w: PaddedAxis, lines: Int, dividesChannels: Bool = false) -> PaddedPlane {
      PaddedPlane(h, w, channels: window.channels, lines: lines, dividesChannels: dividesChannels)
    }
    let line = w.input * window.channels
    inputs = plane(PaddedAxis(inputsOf: h), PaddedAxis(inputsOf: w), lines: 1)
    blocks = plane(
      PaddedAxis(inputsOf: h), PaddedAxis(inputsOf: w), lines: max(1, Self.floatsPerBlock / line / h.stride),
      dividesChannels: true)
    outputs = plane(PaddedAxis(outputsOf: h), PaddedAxis(outputsOf: w), lines: 1)
  }

  /// How many floats of scratch memory every function here needs: a tile, and the weights of a vector of channels.
  public var scratchCount: Int { max(inputs.scratchCount, outputs.scratchCount) + weightsCount }

  /// `y = x ∗ kernel`.
  ///
  /// - Parameters:
  ///   - x: (H, W, C), one sample.
  ///   - kernel: (kh, kw, C).
  ///   - y: (OH, OW, C), overwritten.
  public func forward(x: FloatBuffer, kernel: FloatBuffer, y: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(x.count, kernel.count, y.count, scratch.count)
    guard let memory = scratch.baseAddress, let target = y.baseAddress else { return }
    let weights = weights(kernel, memory)
    TapSums.with(taps: window.taps, groups: 1) { sums in
      for tap in 0..<window.taps {
        sums.append(row: tap / w.kernel * h.dilation, column: tap % w.kernel * w.dilation, number: tap)
      }
      sums.endGroup()
      inputs.forEachBlock(of: x, tile: memory + weightsCount) { block in
        sums.lay(line: block.pitch, pixel: block.step, weights: weights.pitch)
        let first = block.lines.lowerBound * w.output + block.columns.lowerBound
        sums.sum(
          group: 0,
          .init(count: block.lines.count, step: h.stride * block.pitch, targetStep: w.output * channels),
          .init(count: block.columns.count, step: w.stride * block.step, targetStep: channels), from: block.first,
          weights: weights.start + block.channel, to: target + first * channels + block.channel,
          channels: block.channels)
      }
    }
  }

  /// The gradient of the input: each of its elements has a part in the outputs whose windows lie over it. Those that are as
  /// far from a stride's start have the same taps.
  ///
  /// - Parameters:
  ///   - dy: (OH, OW, C), one sample.
  ///   - kernel: (kh, kw, C).
  ///   - dx: (H, W, C), overwritten.
  public func inputGradient(dy: FloatBuffer, kernel: FloatBuffer, dx: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(dx.count, kernel.count, dy.count, scratch.count)
    guard let memory = scratch.baseAddress, let target = dx.baseAddress else { return }
    let weights = weights(kernel, memory)
    TapSums.with(taps: window.taps, groups: h.stride * w.stride) { sums in
      for down in 0..<h.stride {
        for across in 0..<w.stride {
          for tap in 0..<window.taps {
            guard let row = h.place(phase: down, tap: tap / w.kernel) else { continue }
            guard let column = w.place(phase: across, tap: tap % w.kernel) else { continue }
            sums.append(row: row, column: column, number: tap)
          }
          sums.endGroup()
        }
      }
      outputs.forEachBlock(of: dy, tile: memory + weightsCount) { block in
        sums.lay(line: block.pitch, pixel: block.step, weights: weights.pitch)
        for down in 0..<h.stride {
          for across in 0..<w.stride {
            let line = block.lines.lowerBound * h.stride + down
            let column = block.columns.lowerBound * w.stride + across
            sums.sum(
              group: down * w.stride + across,
              .init(
                count: min(block.lines.count, (h.input - line + h.stride - 1) / h.stride), step: block.pitch,
                targetStep: h.stride * w.input * channels),
              .init(
                count: min(block.columns.count, (w.input - column + w.stride - 1) / w.stride), step: block.step,
                targetStep: w.stride * channels),
              from: block.first, weights: weights.start + block.channel,
              to: target + (line * w.input + column) * channels + block.channel, channels: block.channels)
          }
        }
      }
    }
  }

  /// Adds the gradient of the kernel, `dkernel[t, c] += Σ x[· + t, c] · dy[·, c]`, three by three taps at a time.
  ///
  /// - Parameters:
  ///   - x: (H, W, C), one sample.
  ///   - dy: (OH, OW, C).
  ///   - dkernel: (kh, kw, C).
  public func addKernelGradient(
    x: FloatBuffer, dy: FloatBuffer, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer
  ) {
    let (h, w, channels) = (window.height, window.width, window.channels)
    check(x.count, dkernel.count, dy.count, scratch.count)
    guard let memory = scratch.baseAddress, let gradient = dy.baseAddress, let target = dkernel.baseAddress else {
      return
    }
    blocks.forEachBlock(of: x, tile: memory + weightsCount) { block in
      let first = block.lines.lowerBound * w.output + block.columns.lowerBound
      let taps = TapGradients(
        lines: block.lines.count, columns: block.columns.count, lineStep: h.stride * block.pitch,
        step: w.stride * block.step, rowStep: h.dilation * block.pitch, tapStep: w.dilation * block.step,
        gradient: gradient + first * channels + block.channel, end: gradient + dy.count,
        gradientLine: w.output * channels, channels: channels)
      forEachVector(of: block.channels) { c, width, repeated in
        let (added, taps) = (max(repeated, block.repeated - c), taps.from(c))
        guard added < width else { return }
        for th in stride(from: 0, to: h.kernel, by: 3) {
          for tw in stride(from: 0, to: w.kernel, by: 3) {
            let x = block.first + (th * taps.rowStep + tw * taps.tapStep + c)
            taps.sum(x, rows: min(3, h.kernel - th), taps: min(3, w.kernel - tw)) { sum, row, tap in
              let place = target + ((th + row) * w.kernel + tw + tap) * channels + block.channel + c
              if added <= 0 && width >= Vector.scalarCount {
                store(vector(place) + sum, place)
              } else {
                for lane in max(added, 0)..<min(width, Vector.scalarCount) { place[lane] += sum[lane] }
              }
            }
          }
        }
      }
    }
  }

  private var weightsCount: Int { window.taps * Lanes.scalarCount }

  /// Where the weights of each tap begin, and the floats from one tap's to the next. Of fewer channels than a vector they are
  /// copied, for what is read there to be whole vectors.
  private func weights(
    _ kernel: FloatBuffer, _ memory: UnsafeMutablePointer<Float>
  ) -> (start: UnsafePointer<Float>, pitch: Int) {
    guard let start = kernel.baseAddress, window.channels < Vector.scalarCount else {
      return (kernel.baseAddress ?? UnsafePointer(memory), window.channels)
    }
    for tap in 0..<window.taps {
      let place = tap * window.channels
      store(vector(start + place, kernel.count - place), memory + tap * Vector.scalarCount)
    }
    return (UnsafePointer(memory), Vector.scalarCount)
  }

  private func check(_ input: Int, _ kernel: Int, _ output: Int, _ scratch: Int) {
    precondition(
      input == window.inputCount && kernel == window.taps * window.channels
        && output == window.outputPixels * window.channels && scratch >= scratchCount,
      "the buffers do not fit the window")
  }
}

extension WindowAxis {
  /// Which of the outputs of a place of `PaddedAxis(outputsOf:)` lies with `tap` over the place's element `phase`.
  fileprivate func place(phase: Int, tap: Int) -> Int? {
    let distance = phase + before - tap * dilation
    return distance % stride == 0 ? distance / stride - PaddedAxis(outputsOf: self).start : nil
  }
}
