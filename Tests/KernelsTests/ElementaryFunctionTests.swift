import Glibc
import Kernels
import Tensors
import Testing

/// The functions of `Sources/Kernels/Functions` against glibc's of Double, over floats of all sizes and signs.
///
/// An error is counted in ulp of the right result, and below the normal floats in their constant distance.
@Suite struct ElementaryFunctionTests {
  struct Case: CustomStringConvertible, Sendable {
    let description: String
    let ulps: Double
    let found: @Sendable (FloatBuffer, MutableFloatBuffer) -> Void
    let expected: @Sendable (Double) -> Double

    /// An activation, which has no more than so many ulp of error.
    init(_ activation: Activation, _ ulps: Double, _ expected: @escaping @Sendable (Double) -> Double) {
      (description, self.ulps, self.expected) = (activation.rawValue, ulps, expected)
      found = { x, y in activation.apply(x, into: y, channels: 1) }
    }

    init(
      _ name: String, _ ulps: Double, _ found: @escaping @Sendable (FloatBuffer, MutableFloatBuffer) -> Void,
      _ expected: @escaping @Sendable (Double) -> Double
    ) {
      (description, self.ulps, self.found, self.expected) = (name, ulps, found, expected)
    }
  }

  static let cases = [
    Case(.exponential, 4) { exp($0) },
    Case(.sigmoid, 4) { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) },
    Case(.tanh, 4) { tanh($0) },
    Case(.softplus, 4) { max($0, 0) + log1p(exp(-abs($0))) },
    Case(.logSigmoid, 4) { -(max(-$0, 0) + log1p(exp(-abs($0)))) },
    Case(.elu, 4) { $0 > 0 ? $0 : expm1($0) },
    Case(.selu, 4) { 1.050_700_987 * ($0 > 0 ? $0 : 1.673_263_242 * expm1($0)) },
    Case(.gelu, 4) { $0 == -.infinity ? 0 : $0 * erfc(-$0 / 2.0.squareRoot()) / 2 },
    Case(.silu, 4) { $0 == -.infinity ? 0 : $0 < 0 ? $0 * exp($0) / (1 + exp($0)) : $0 / (1 + exp(-$0)) },
    Case(.mish, 4) { $0 == -.infinity ? 0 : $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) },
    Case(.squareplus, 4) { x in
      let upper = abs(x) / 2 + (x * x / 4 + 1).squareRoot()
      return x < 0 ? 1 / upper : upper
    },
    Case(.softsign, 4) { $0.isInfinite ? ($0 < 0 ? -1 : 1) : $0 / (1 + abs($0)) },
    Case("log", 4, logarithm) { log($0) },
    Case("log1p", 4, logarithmOfOnePlus) { -1 + 0x1p-24 <= $0 && $0 < 0x1p+126 ? log1p($0) : .nan },
  ]

  /// Every `step`-th bit pattern, and all about the places where something changes.
  static func arguments(step: Int) -> [Float] {
    var patterns = stride(from: 0, through: Int(UInt32.max), by: step).map { UInt32($0) }
    let corners: [Float] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, .infinity, 1, 2, 6, 0.5, 1e10, 15, 20,
      13.2, 14.3, 18, 87.3, 88.7, 89, 104, 120, 0.346_573_6, 0.693_147_2, 1.0 / 3, 2.0 / 3, 4.0 / 3,
    ]
    for corner in corners {
      for distance in -40...40 {
        let bits = UInt32(truncatingIfNeeded: Int(corner.bitPattern) + distance)
        patterns += [bits, bits ^ 0x8000_0000]
      }
    }
    return patterns.map(Float.init(bitPattern:))
  }

  private static let floats = arguments(step: 4_993)

  /// The largest error over some arguments, and where it is.
  static func worst(_ test: Case, _ x: [Float]) -> (ulps: Double, at: Float) {
    let (x, y) = (FloatStorage(x), FloatStorage(count: x.count))
    test.found(x.buffer.reading, y.buffer)
    var worst = (ulps: 0.0, at: Float(0))
    for (x, found) in zip(x.buffer, y.buffer) {
      let expected = test.expected(Double(x))
      // What rounds to ∞ or to NaN is it.
      let nearest = Float(expected)
      if test.description == "log1p", expected.isNaN, !x.isNaN { continue }
      if nearest.isNaN || nearest.isInfinite || found.isNaN || found.isInfinite {
        let isRight = nearest.isNaN ? found.isNaN : nearest == found
        // The last float and ∞ are neighbours.
        let isNear = found == .infinity && nearest == .greatestFiniteMagnitude
        if !isRight && !isNear { return (.infinity, x) }
        continue
      }
      let unit = Double(max(nearest.magnitude, .leastNormalMagnitude).ulp)
      let error = abs(Double(found) - expected) / unit
      if error > worst.ulps { worst = (error, x) }
    }
    return worst
  }

  @Test(arguments: cases)
  func areRightToAFewUlp(_ test: Case) {
    let worst = Self.worst(test, Self.floats)
    #expect(worst.ulps <= test.ulps, "\(worst.ulps) ulp at \(worst.at)")
  }

  /// Sixteen, and any smaller number at the end of a buffer, have the same bits.
  @Test(arguments: Activation.allCases)
  func theEndOfABufferHasTheSameBits(_ activation: Activation) {
    guard activation != .softmax, activation != .logSoftmax else { return }
    let x = FloatStorage((0..<64).map { Float($0) / 7 - 4 })
    let (whole, gradient) = (FloatStorage(count: 64), FloatStorage((0..<64).map { Float($0) - 30 }))
    let dy = gradient.floats
    activation.apply(x.buffer.reading, into: whole.buffer, channels: 1)
    activation.gradient(before: x.buffer.reading, y: whole.buffer.reading, dy: gradient.buffer, channels: 1)
    for count in [1, 7, 15, 17, 31, 33] {
      let (y, dx) = (FloatStorage(nan: count), FloatStorage(Array(dy[..<count])))
      let part = FloatStorage(Array(x.floats[..<count]))
      activation.apply(part.buffer.reading, into: y.buffer, channels: 1)
      expectSameBits(y.floats, Array(whole.floats[..<count]))
      activation.gradient(before: part.buffer.reading, y: y.buffer.reading, dy: dx.buffer, channels: 1)
      expectSameBits(dx.floats, Array(gradient.floats[..<count]))
    }
  }

  /// A diverged network must show: a NaN goes through every function, forward and backward.
  @Test(arguments: Activation.allCases)
  func aNaNStaysOne(_ activation: Activation) {
    let x = FloatStorage([1, .nan, -1, 2])
    let (ones, halves) = (FloatStorage([1, 1, 1, 1]), FloatStorage([0.5, 0.5, 0.5, 0.5]))
    let (y, dx) = (FloatStorage(count: 4), FloatStorage(count: 4))
    let channels = activation == .softmax || activation == .logSoftmax ? 4 : 1
    activation.apply(x.buffer.reading, into: y.buffer, channels: channels)
    #expect(y.floats[1].isNaN)
    if channels == 1 { #expect(!y.floats[0].isNaN && !y.floats[2].isNaN && !y.floats[3].isNaN) }
    activation.gradient(
      before: x.buffer.reading, y: y.buffer.reading, dy: ones.buffer.reading, dx: dx.buffer, channels: channels)
    #expect(dx.floats[1].isNaN || activation == .linear)
    activation.gradient(
      before: ones.buffer.reading, y: halves.buffer.reading, dy: x.buffer.reading, dx: dx.buffer, channels: channels)
    #expect(dx.floats[1].isNaN)
  }

  /// Far out every function and its gradient are their limits, and no number is NaN.
  @Test(arguments: Activation.allCases)
  func theLimitsAreNumbers(_ activation: Activation) {
    guard activation != .softmax, activation != .logSoftmax else { return }
    let far: [Float] = [.infinity, .greatestFiniteMagnitude, 1e30, -1e30, -.greatestFiniteMagnitude, -.infinity]
    let (x, y, dx) = (FloatStorage(far), FloatStorage(count: far.count), FloatStorage(count: far.count))
    activation.apply(x.buffer.reading, into: y.buffer, channels: 1)
    let ones = FloatStorage([Float](repeating: 1, count: far.count))
    activation.gradient(
      before: x.buffer.reading, y: y.buffer.reading, dy: ones.buffer.reading, dx: dx.buffer, channels: 1)
    for (x, (y, dx)) in zip(far, zip(y.floats, dx.floats)) {
      #expect(!y.isNaN && !dx.isNaN, "\(activation)(\(x)) = \(y), slope \(dx)")
      if activation != .exponential { #expect(dx.isFinite, "the slope of \(activation) at \(x) is \(dx)") }
    }
    if activation == .squareplus { #expect(y.floats[1] == .greatestFiniteMagnitude) }
  }

  /// Slopes against differences of the function itself, in Double.
  @Test func theSlopesAreThoseOfTheFunctions() {
    for test in Self.cases {
      guard let activation = Activation(rawValue: test.description) else { continue }
      // Off the corners.
      let floats = (0..<400).map { Float($0) * 0.06 - 11.97 }
      let (x, y, dx) = (FloatStorage(floats), FloatStorage(count: 400), FloatStorage([Float](repeating: 1, count: 400)))
      activation.apply(x.buffer.reading, into: y.buffer, channels: 1)
      activation.gradient(before: x.buffer.reading, y: y.buffer.reading, dy: dx.buffer, channels: 1)
      for (x, slope) in zip(floats, dx.floats) {
        let h = 0x1p-14
        let expected = (test.expected(Double(x) + h) - test.expected(Double(x) - h)) / (2 * h)
        // The slope is off by a few ulp of the numbers that it is made of; the difference by h²/6 times the third
        // derivative, and by 2⁻⁵²/h of the function.
        let size = max(1, abs(expected))
        let tolerance = 8 * 0x1p-24 * size + 2e-9 * size + 0x1p-37 * abs(test.expected(Double(x)))
        #expect(abs(Double(slope) - expected) <= tolerance, "\(activation) at \(x): \(slope), expected \(expected)")
      }
    }
  }
}
