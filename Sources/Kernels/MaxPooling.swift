import Tensors

/// The largest value under each window, channel by channel, on channels-last samples (H, W, C) → (OH, OW, C).
public struct MaxPooling: Sendable {
  private let vertical: WindowAxis
  private let horizontal: WindowAxis
  private let channels: Int

  /// Pools with the given window, whose taps lie side by side; `channels` is C.
  public init(vertical: WindowAxis, horizontal: WindowAxis, channels: Int) {
    precondition(vertical.dilation == 1 && horizontal.dilation == 1, "a pooling window has no dilation")
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
  }

  /// `y[oh, ow, c] = max over (kh, kw) of x[oh·stride + kh, ow·stride + kw, c]`; padding never wins, a NaN always does.
  ///
  /// - Parameters:
  ///   - x: (N, H, W, C).
  ///   - y: (N, OH, OW, C), overwritten.
  public func forward(x: TensorView, y: TensorView) {
    check(x, y)
    forEachWindow(x.samples) { window in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        var peak = Lanes(repeating: -.infinity)
        window.forEachTap { tap in
          let value = load(x.address + tap + c, width)
          peak.replace(with: value, where: (value .> peak) .| (value .!= value))
        }
        store(peak, y.address + window.output + c, width)
      }
    }
  }

  /// Gives each window's gradient to the first element that equals its maximum, in row order, as TensorFlow does.
  ///
  /// - Parameters:
  ///   - x: (N, H, W, C), forward's input.
  ///   - y: (N, OH, OW, C), what forward gave.
  ///   - dy: (N, OH, OW, C).
  ///   - dx: (N, H, W, C), overwritten.
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView) {
    check(x, y)
    check(dx, dy)
    dx.buffer.update(repeating: 0)
    forEachWindow(x.samples) { window in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        let peak = load(y.address + window.output + c, width)
        var rest = load(dy.address + window.output + c, width)
        window.forEachTap { tap in
          let isPeak = load(x.address + tap + c, width) .== peak
          let sum = load(dx.address + tap + c, width)
          store(sum.replacing(with: sum + rest, where: isPeak), dx.address + tap + c, width)
          rest.replace(with: 0, where: isPeak)
        }
      }
    }
  }

  /// Release builds do not check the ranges of `part` and `sample`, so everything that is cut above is measured here.
  private func check(_ input: TensorView, _ output: TensorView) {
    precondition(
      input.samples == output.samples && input.shape.count == vertical.input * horizontal.input * channels
        && output.shape.count == vertical.output * horizontal.output * channels,
      "\(input.samples) × \(input.shape) and \(output.samples) × \(output.shape) do not fit the window")
  }

  /// Where a window lies: offsets of pixels from the start of all samples.
  private struct Window {
    let output: Int
    let rows: Range<Int>
    let columns: Range<Int>
    let sample: Int
    let width: Int
    let channels: Int

    /// The pixels under the window, padding left out, row by row.
    @inline(__always)
    func forEachTap(_ body: (Int) -> Void) {
      for row in rows {
        for column in columns { body(sample + (row * width + column) * channels) }
      }
    }
  }

  @inline(__always)
  private func forEachWindow(_ samples: Int, _ body: (Window) -> Void) {
    let (inputCount, outputCount) = (
      vertical.input * horizontal.input * channels, vertical.output * horizontal.output * channels
    )
    for n in 0..<samples {
      for oh in 0..<vertical.output {
        for ow in 0..<horizontal.output {
          body(
            Window(
              output: n * outputCount + (oh * horizontal.output + ow) * channels, rows: taps(vertical, oh),
              columns: taps(horizontal, ow), sample: n * inputCount, width: horizontal.input, channels: channels))
        }
      }
    }
  }

  /// The input rows, or columns, under the window at `output`, padding left out.
  @inline(__always)
  private func taps(_ axis: WindowAxis, _ output: Int) -> Range<Int> {
    let origin = axis.origin(output)
    return max(origin, 0)..<min(origin + axis.kernel, axis.input)
  }
}

extension TensorView {
  /// The first float; a view of samples that exist has one.
  fileprivate var address: UnsafeMutablePointer<Float> {
    guard let address = buffer.baseAddress else { preconditionFailure("a view without memory") }
    return address
  }
}
