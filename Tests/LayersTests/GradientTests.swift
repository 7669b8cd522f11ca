import Kernels
import Layers
import Tensors
import Testing

@Suite struct GradientTests {
  /// Whole numbers with a bias between them keep every input of ReLU half a unit off its kink, and the check's step of
  /// 1/16 times a value of at most 2 comes to an eighth.
  @Test(
    arguments: [Padding.same, .valid], [Activation.linear, .relu])
  func conv2D(_ padding: Padding, _ activation: Activation) throws {
    for (input, kernel) in [([5, 7, 2], 3), ([6, 5, 3], 2), ([3, 4, 1], 1)] as [(Shape, Int)] {
      try GradientCheck(
        layer: Conv2D(3, kernel: kernel, padding: padding, activation: activation), input: input,
        x: wholeNumbers(3 * input.count, upTo: 2, seed: 1),
        parameters: [wholeNumbers(kernel * kernel * input[2] * 3, upTo: 2, seed: 2), [0.5, -0.5, 1.5]]
      ).run()
    }
  }

  @Test(arguments: [Activation.linear, .relu])
  func dense(_ activation: Activation) throws {
    try GradientCheck(
      layer: Dense(5, activation: activation), input: [7], x: wholeNumbers(21, upTo: 2, seed: 1),
      parameters: [wholeNumbers(35, upTo: 2, seed: 2), [0.5, -0.5, 1.5, -1.5, 2.5]]
    ).run()
  }

  /// N samples, L = Σ y·r with |r| ≤ 1, values of at most A, u = ε/2 = 2^-24.
  ///
  /// Rounding: the logits are rounded sums of 4 products and a bias, off by at most 5·u·(4A² + A), and their distance to
  /// the largest by 2·u·(4A² + A) more. An error of the logits moves E[r] by at most as much (it is the covariance of two
  /// variables that deviate by at most 1 and the error). Exponential, sum and division add (classes + 5)·u. Two such
  /// losses over 2h, for all N samples: N·e/h with e = u·(7·(4A² + A) + classes + 5).
  ///
  /// Truncation: h²/6·L‴. Along a direction a of the logits, |a| ≤ A, E[r] under softmax has the third derivative
  /// κ(r, a, a, a), a joint cumulant, at most 7A³ in size. For all N samples: 7/6·N·A³·h².
  ///
  /// h = (e / (7/3·A³))^⅓ makes the sum of both smallest; here that is near 2^-7.
  @Test func softmax() throws {
    let (samples, classes, a) = (3.0, 5.0, 1.0)
    let e = 0x1p-24 * (7 * (4 * a * a + a) + classes + 5)
    let h = 0x1p-7
    try GradientCheck(
      layer: Dense(5, activation: .softmax), input: [4], x: fractions(12, below: 1, seed: 1),
      parameters: [fractions(20, below: 1, seed: 2), fractions(5, below: 1, seed: 3)],
      step: Float(h), tolerance: samples * (e / h + 7 / 6 * a * a * a * h * h)
    ).run()
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

  /// All values differ by at least 1, eight times what the step moves two of them apart.
  @Test(arguments: [(2, [6, 4, 3]), (2, [7, 5, 2]), (3, [8, 6, 1])] as [(Int, Shape)])
  func maxPooling2D(_ pool: Int, _ input: Shape) throws {
    var words = RandomSequence(RandomKey(seed: 1, purpose: .synthesis))
    let x = (0..<3 * input.count).shuffled(using: &words).map { Float($0) }
    try GradientCheck(layer: MaxPooling2D(pool), input: input, x: x).run()
  }
}
