import Glibc
import Objectives
import Tensors
import Testing

@Suite struct SoftmaxCrossentropyTests {
  /// Rows of logits with their labels: small, ordinary, and as far apart as diverging networks get.
  static let scales: [Float] = [0, 1e-3, 1, 10, 100, 1e4]
  private static let classes = 10
  private static let samples = 32

  private func data(_ scale: Float) -> (logits: FloatStorage, labels: [Int32]) {
    let logits = FloatStorage(fractions(Self.samples * Self.classes, seed: 1).map { $0 * scale })
    return (logits, (0..<Int32(Self.samples)).map { $0 * 7 % Int32(Self.classes) })
  }

  /// Each row's softmax and loss in Double.
  private func reference(_ logits: [Float], _ labels: [Int32]) -> (softmax: [Double], loss: Double) {
    var (softmax, loss) = ([Double](), 0.0)
    for (n, label) in labels.enumerated() {
      let row = logits[n * Self.classes..<(n + 1) * Self.classes].map(Double.init)
      let peak = row.reduce(-.infinity, max)
      let sum = row.reduce(0) { $0 + exp($1 - peak) }
      softmax += row.map { exp($0 - peak) / sum }
      loss += log(sum) - (row[Int(label)] - peak)
    }
    return (softmax, loss)
  }

  /// Where one class outweighs the others by far, the loss is almost 0, and keeps its digits all the same.
  @Test(arguments: [2, 10, 16, 17, 40, 1000])
  func aSmallLossKeepsItsDigits(classes: Int) {
    for margin in [1, 10, 17, 30, 80] as [Float] {
      let logits = FloatStorage((0..<3 * classes).map { $0 % classes == classes - 1 ? margin : 0 })
      let label = [Int32](repeating: Int32(classes - 1), count: 3)
      let loss = label.withUnsafeBufferPointer {
        SoftmaxCrossentropy.forward(logits: logits.buffer.reading, labels: $0)
      }
      let expected = 3 * log1p(Double(classes - 1) * exp(-Double(margin)))
      // The exponential is off by less than 2 ulp, the sum by half an ε for each 16th of its terms, the logarithm by 2 ulp.
      let tolerance = expected * Double(4 + classes / 32 + 5) * Double(Float.ulpOfOne)
      #expect(abs(loss - expected) <= tolerance, "\(classes) classes, margin \(margin)")
    }
  }

  @Test(arguments: scales)
  func theLossIsTheReferences(_ scale: Float) {
    let (logits, labels) = data(scale)
    let score = labels.withUnsafeBufferPointer {
      SoftmaxCrossentropy.forward(logits: logits.buffer.reading, labels: $0)
    }
    let expected = reference(logits.floats, labels)
    // Rounding: each difference x - max is taken in float32, where |x - max| ≤ 2·scale costs scale·ε. The loss of a row
    // moves by at most its two largest such errors: that of the label's and that of log Σ exp. Each of the ten exponentials
    // and each of their nine additions is off by half an ε of the sum, and the logarithm, below 4, by 4 ε.
    let tolerance = Double(Self.samples) * (2 * Double(scale) + 10 + 4) * Double(Float.ulpOfOne)
    #expect(abs(score - expected.loss) <= tolerance)
  }

  /// Smoothed targets by their definition, in Double: the loss, and the gradient as `softmax - target`.
  @Test(arguments: [0.1, 0.5] as [Float])
  func smoothedTargets(smoothing: Float) {
    let (logits, labels) = data(1)
    let (softmax, _) = reference(logits.floats, labels)
    let targets = labels.flatMap { label in
      (0..<Int32(Self.classes)).map { Double(smoothing) / 10 + ($0 == label ? 1 - Double(smoothing) : 0) }
    }
    let expected = -zip(targets, softmax).reduce(0) { $0 + $1.0 * log($1.1) }
    let (loss, count) = labels.withUnsafeBufferPointer {
      let score = SoftmaxCrossentropy.forward(logits: logits.buffer.reading, labels: $0, smoothing: smoothing)
      SoftmaxCrossentropy.backward(logits: logits.buffer, labels: $0, batch: 4, smoothing: smoothing)
      return (score, $0.count)
    }
    // As above, and each of the ten classes has its share of the differences' errors.
    #expect(abs(loss - expected) <= Double(count) * 4 * Double(Float.ulpOfOne))
    for (found, (softmax, target)) in zip(logits.floats, zip(softmax, targets)) {
      #expect(abs(Double(found) - (softmax - target) / 4) <= 4 * Double(Float.ulpOfOne))
    }
  }

  @Test(arguments: scales)
  func theGradientIsSoftmaxWithoutTheLabel(_ scale: Float) {
    let (logits, labels) = data(scale)
    let softmax = reference(logits.floats, labels).softmax
    let batch = 48
    labels.withUnsafeBufferPointer { SoftmaxCrossentropy.backward(logits: logits.buffer, labels: $0, batch: batch) }
    for n in 0..<Self.samples {
      for c in 0..<Self.classes {
        let expected = (softmax[n * Self.classes + c] - (c == Int(labels[n]) ? 1 : 0)) / Double(batch)
        // p = exp(d) / Σ exp(d): the rounding of d = x - max costs the exponential 2·scale·ε at most, expf 2 ulp, the
        // sum of the classes, the division, the label and the weight an ulp each, all relative to values of at most 1.
        let tolerance = (4 * Double(scale) + Double(Self.classes) + 6) * Double(Float.ulpOfOne) / Double(batch)
        #expect(abs(Double(logits.buffer[n * Self.classes + c]) - expected) <= tolerance)
      }
      // Softmax sums to 1, so a row's gradient sums to 0: ten values of at most 1/batch, each rounded.
      let sum = logits.buffer[n * Self.classes..<(n + 1) * Self.classes].reduce(0) { $0 + Double($1) }
      #expect(abs(sum) <= Double(Self.classes + 6) * Double(Float.ulpOfOne) / Double(batch))
    }
  }

  @Test func extremeLogitsGiveNoNaN() {
    let logits = FloatStorage([1e4, -1e4, 0, -1e4, 1e4, 0])
    let labels: [Int32] = [0, 0]
    let score = labels.withUnsafeBufferPointer {
      SoftmaxCrossentropy.forward(logits: logits.buffer.reading, labels: $0)
    }
    #expect(score == 2e4)
    labels.withUnsafeBufferPointer { SoftmaxCrossentropy.backward(logits: logits.buffer, labels: $0, batch: 2) }
    #expect(logits.floats == [0, 0, 0, -0.5, 0.5, 0])
  }

  @Test(arguments: 0..<3)
  func aNaNShowsInTheLoss(at place: Int) {
    let logits = FloatStorage([1, 2, 3])
    logits.buffer[place] = .nan
    let score = [Int32(1)].withUnsafeBufferPointer {
      SoftmaxCrossentropy.forward(logits: logits.buffer.reading, labels: $0)
    }
    #expect(score.isNaN)
  }
}
