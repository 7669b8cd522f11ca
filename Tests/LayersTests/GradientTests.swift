import Kernels
import Layers
import Tensors
import Testing

/// The layers that are no convolution.
@Suite struct GradientTests {
  @Test(arguments: [Activation.linear, .relu, .leakyReLU])
  func dense(_ activation: Activation) throws {
    // A whole number times the slope 0.2 is rounded: 5 outputs, an operation each, of values up to 4·7.
    let rounding = activation == .leakyReLU ? 5 * 0x1p-24 * 28 : 0
    for input in [[7], [2, 3, 7]] as [Shape] {
      try GradientCheck(
        layer: Dense(5, activation: activation), input: input, x: wholeNumbers(3 * input.count, upTo: 2, seed: 1),
        parameters: [wholeNumbers(35, upTo: 2, seed: 2), [0.5, -0.5, 1.5, -1.5, 2.5]], rounding: 18 * rounding
      ).run()
    }
  }

  @Test func denseWithoutBias() throws {
    try GradientCheck(
      layer: Dense(5, useBias: false), input: [7], x: wholeNumbers(21, upTo: 2, seed: 1),
      parameters: [wholeNumbers(35, upTo: 2, seed: 2)]
    ).run()
  }

  /// A parameter has part in 3 outputs (softmax: 15) of at most 4 (products of 4, a bias, the function of 8 ulp).
  @Test(arguments: [Activation.sigmoid, .tanh, .gelu, .silu, .softmax])
  func denseWithACurvedEnd(_ activation: Activation) throws {
    try GradientCheck(
      layer: Dense(5, activation: activation), input: [4], x: fractions(12, below: 1, seed: 1),
      parameters: [fractions(20, below: 1, seed: 2), fractions(5, below: 1, seed: 3)], step: 0x1p-6,
      rounding: (activation == .softmax ? 15 : 3) * 15 * 0x1p-24 * 4, isCurved: true
    ).run()
  }

  @Test(arguments: [Activation.sigmoid, .tanh, .gelu, .silu, .softmax])
  func activationLayers(_ activation: Activation) throws {
    // An element has part in one output, or, with softmax, in the four of its row.
    try GradientCheck(
      layer: ActivationLayer(activation), input: [5, 4], x: fractions(60, below: 2, seed: 1), step: 0x1p-6,
      rounding: 4 * 8 * 0x1p-24 * 2, isCurved: true
    ).run()
  }

  @Test func softmaxLayer() throws {
    try GradientCheck(
      layer: Softmax(), input: [3, 4], x: fractions(36, below: 2, seed: 1), step: 0x1p-6,
      rounding: 4 * 8 * 0x1p-24, isCurved: true
    ).run()
  }

  /// Halves between whole corners; slopes are powers of two.
  @Test func rectifiers() throws {
    let x = wholeNumbers(45, upTo: 9, seed: 1).map { $0 + 0.5 }
    for layer in [
      ActivationLayer(.relu), ReLU(), ReLU(maxValue: 6, negativeSlope: 0.25, threshold: 2), ReLU(threshold: -3),
      LeakyReLU(negativeSlope: 0.125),
    ] as [any Layer] {
      try GradientCheck(layer: layer, input: [3, 5], x: x).run()
    }
  }

  /// Half of the elements go, so that the others are doubled, which is exact; 150 elements are more than one group of the
  /// mask and no multiple of it.
  @Test func dropoutInTraining() throws {
    try GradientCheck(
      layer: Dropout(0.5), input: [5, 6, 5], x: wholeNumbers(450, upTo: 9, seed: 1), drawnSamples: [17, 0, 49_999]
    ).run()
  }

  @Test func dropoutInInference() throws {
    try GradientCheck(layer: Dropout(0.5), input: [4], x: wholeNumbers(12, upTo: 9, seed: 1)).run()
  }

  @Test func zeroPadding2D() throws {
    for layer in [ZeroPadding2D(2), ZeroPadding2D(top: 1, bottom: 0, left: 3, right: 2)] {
      try GradientCheck(layer: layer, input: [4, 3, 2], x: wholeNumbers(72, upTo: 9, seed: 1)).run()
    }
  }
}
