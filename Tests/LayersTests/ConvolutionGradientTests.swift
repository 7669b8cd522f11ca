import Kernels
import Layers
import Tensors
import Testing

@Suite struct ConvolutionGradientTests {
  /// A convolution of 3 filters on an input.
  struct Case: CustomTestStringConvertible, Sendable {
    let layer: any ConvolutionLayer
    let input: Shape
    var testDescription: String {
      let window = layer.window
      return "\(window.kernel) by \(window.stride) with dilation \(window.dilation), \(window.padding), on \(input)"
    }
  }

  private static func cases(_ padding: Padding, _ activation: Activation, useBias: Bool = true) -> [Case] {
    func plane(_ kernel: Extents2, _ stride: Extents2, _ dilation: Extents2, _ input: Shape) -> Case {
      Case(
        layer: Conv2D(
          3, kernel: kernel, stride: stride, padding: padding, dilation: dilation, activation: activation,
          useBias: useBias), input: input)
    }
    return [
      Case(
        layer: Conv1D(3, kernel: 3, padding: padding, activation: activation, useBias: useBias), input: [7, 2]),
      Case(
        layer: Conv1D(
          3, kernel: 2, stride: 3, padding: padding, dilation: 3, activation: activation, useBias: useBias),
        input: [11, 3]),
      plane(3, 1, 1, [5, 7, 2]), plane(2, 1, 1, [6, 5, 3]), plane(1, 1, 1, [3, 4, 1]),
      plane([3, 2], [2, 3], 1, [7, 8, 2]), plane([2, 3], 1, [3, 2], [6, 7, 2]), plane(3, 2, 2, [9, 8, 1]),
      Case(
        layer: Conv3D(3, kernel: 2, padding: padding, activation: activation, useBias: useBias), input: [3, 4, 3, 2]),
      Case(
        layer: Conv3D(
          3, kernel: [2, 3, 1], stride: [1, 2, 3], padding: padding, dilation: [2, 1, 1], activation: activation,
          useBias: useBias), input: [4, 5, 4, 1]),
    ]
  }

  /// Whole numbers with a bias between them keep every input of ReLU half a unit off its kink, and the check's step of
  /// 1/16 times a value of at most 2 comes to an eighth.
  @Test(
    arguments: [Padding.same, .valid].flatMap { cases($0, .linear) + cases($0, .relu) })
  func withBias(_ test: Case) throws {
    try check(test, parameters: [kernel(test), [0.5, -0.5, 1.5]])
  }

  @Test(arguments: [Padding.same, .valid].flatMap { cases($0, .linear, useBias: false) })
  func withoutBias(_ test: Case) throws {
    try check(test, parameters: [kernel(test)])
  }

  /// A kernel element has part in 2·12 outputs of 8 products each, a bias and a function of 8 ulp, of size 3 at most.
  @Test(arguments: [Activation.gelu, .silu, .tanh, .sigmoid])
  func withACurvedEnd(_ activation: Activation) throws {
    let input: Shape = [4, 5, 2]
    try GradientCheck(
      layer: Conv2D(3, kernel: 2, activation: activation), input: input, samples: 2,
      x: fractions(2 * input.count, below: 1, seed: 1),
      parameters: [fractions(24, below: 0.5, seed: 2), [0.25, -0.5, 0.75]], step: 0x1p-5,
      rounding: 24 * 18 * 0x1p-24 * 3, isCurved: true
    ).run()
  }

  private func kernel(_ test: Case) -> [Float] {
    wholeNumbers(test.layer.parameters(for: test.input)[0].shape.count, upTo: 2, seed: 2)
  }

  private func check(_ test: Case, parameters: [[Float]]) throws {
    try GradientCheck(
      layer: test.layer, input: test.input, x: wholeNumbers(3 * test.input.count, upTo: 2, seed: 1),
      parameters: parameters
    ).run()
  }
}
