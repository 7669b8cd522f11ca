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
    y.buffer.update(repeating: -.infinity)
    for n in 0..<x.samples {
      let (input, output) = (x.sample(n), y.sample(n))
      for oh in 0..<vertical.output {
        for ow in 0..<horizontal.output {
          let target = pixel(output, oh * horizontal.output + ow)
          for ih in taps(vertical, oh) {
            for iw in taps(horizontal, ow) {
              let source = pixel(input, ih * horizontal.input + iw)
              for c in 0..<channels {
                let value = source[c]
                target[c] = value > target[c] || value.isNaN ? value : target[c]
              }
            }
          }
        }
      }
    }
  }

  /// Gives each window's gradient to the first element that equals its maximum, in row order, as TensorFlow does.
  ///
  /// - Parameters:
  ///   - x: (N, H, W, C), forward's input.
  ///   - y: (N, OH, OW, C), what forward gave.
  ///   - dy: (N, OH, OW, C), overwritten with zeros as it is given away.
  ///   - dx: (N, H, W, C), overwritten.
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView) {
    check(x, y)
    check(dx, dy)
    dx.buffer.update(repeating: 0)
    for n in 0..<x.samples {
      let (input, output, gradient, target) = (x.sample(n), y.sample(n), dy.sample(n), dx.sample(n))
      for oh in 0..<vertical.output {
        for ow in 0..<horizontal.output {
          let place = oh * horizontal.output + ow
          let (peak, rest) = (pixel(output, place), pixel(gradient, place))
          for ih in taps(vertical, oh) {
            for iw in taps(horizontal, ow) {
              let (value, sum) = (pixel(input, ih * horizontal.input + iw), pixel(target, ih * horizontal.input + iw))
              for c in 0..<channels {
                let isPeak = value[c] == peak[c]
                sum[c] += isPeak ? rest[c] : 0
                rest[c] = isPeak ? 0 : rest[c]
              }
            }
          }
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

  /// The input rows, or columns, under the window at `output`, padding left out.
  @inline(__always)
  private func taps(_ axis: WindowAxis, _ output: Int) -> Range<Int> {
    let origin = axis.origin(output)
    return max(origin, 0)..<min(origin + axis.kernel, axis.input)
  }

  @inline(__always)
  private func pixel(_ sample: MutableFloatBuffer, _ index: Int) -> MutableFloatBuffer {
    sample.part(index * channels..<(index + 1) * channels)
  }
}
