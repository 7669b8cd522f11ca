/// How far a window reaches beyond its input, as Keras names it.
public enum Padding: String, Sendable, Codable {
  /// The window stays inside: `(size - ((kernel - 1) * dilation + 1)) / stride + 1` outputs.
  case valid
  /// `ceil(size / stride)` outputs; zeros outside, the odd one at the end.
  case same
  /// `ceil(size / stride)` outputs; all zeros before the start, so that no output sees what comes after it.
  case causal
}

/// One axis of a sliding window.
public struct WindowAxis: Hashable, Sendable {
  /// The input's extent.
  public let input: Int
  /// How many taps the window has.
  public let kernel: Int
  /// How far the window moves from one output to the next.
  public let stride: Int
  /// How far one tap lies from the next in the input.
  public let dilation: Int
  /// How many zeros are imagined before the input's start.
  public let before: Int
  /// The output's extent; less than 1 when the window does not fit.
  public let output: Int

  /// The axis that an image has not: one element, one tap, one output.
  public static let single = WindowAxis(input: 1, kernel: 1, stride: 1, padding: .valid)

  /// Lays the window out over `input` elements.
  ///
  /// - Parameter most: outputs from this one on are left out.
  public init(
    input: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Padding, outputs most: Int = .max
  ) {
    let reach = (kernel - 1) * dilation + 1
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    let all = padding == .valid ? (input >= reach ? (input - reach) / stride + 1 : 0) : (input + stride - 1) / stride
    switch padding {
    case .valid: before = 0
    case .same: before = max((all - 1) * stride + reach - input, 0) / 2
    case .causal: before = reach - 1
    }
    output = min(all, most)
  }

  private init(input: Int, kernel: Int, before: Int, output: Int) {
    (self.input, self.kernel, self.before, self.output) = (input, kernel, before, output)
    (stride, dilation) = (1, 1)
  }

  /// The window with its taps in reverse order that leads from the outputs back to the inputs; for windows that move by one
  /// and have no gaps.
  var transposed: WindowAxis {
    precondition(stride == 1 && dilation == 1, "the transposed window has holes")
    return WindowAxis(input: output, kernel: kernel, before: kernel - 1 - before, output: input)
  }

  /// The input element under the first tap at `output`; negative inside the padding.
  @inline(__always)
  func origin(_ output: Int) -> Int { output * stride - before }

  /// The outputs whose `tap`-th tap lies inside the input.
  public func outputs(reaching tap: Int) -> Range<Int> {
    let offset = tap * dilation - before
    let first = max(0, (stride - 1 - offset) / stride)
    let end = offset < input ? (input - 1 - offset) / stride + 1 : 0
    return first..<max(first, min(end, output))
  }

  /// How many input elements, from the first on, the windows reach.
  public var reach: Int { max(0, min(input, origin(output - 1) + (kernel - 1) * dilation + 1)) }

  /// The input elements under a window without dilation at `output`, padding left out.
  @inline(__always)
  func taps(_ output: Int) -> Range<Int> {
    let origin = origin(output)
    return max(origin, 0)..<min(origin + kernel, input)
  }
}
