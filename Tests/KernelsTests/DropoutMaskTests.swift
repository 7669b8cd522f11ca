import Kernels
import Tensors
import Testing

@Suite struct DropoutMaskTests {
  private let key = RandomKey(seed: 42, purpose: .dropout(layer: 3), epoch: 5, sample: 1_234)

  /// The mask itself: what becomes of ones.
  private func mask(_ count: Int, rate: Float = 0.3, key: RandomKey) -> [Float] {
    let (x, y) = (FloatStorage([Float](repeating: 1, count: count)), FloatStorage(nan: count))
    DropoutMask(rate: rate).apply(x.buffer.reading, into: y.buffer, key: key)
    return y.floats
  }

  @Test func oneKeyIsOneMask() {
    expectSameBits(mask(1_000, key: key), mask(1_000, key: key))
    let others = [
      RandomKey(seed: 43, purpose: .dropout(layer: 3), epoch: 5, sample: 1_234),
      RandomKey(seed: 42, purpose: .dropout(layer: 4), epoch: 5, sample: 1_234),
      RandomKey(seed: 42, purpose: .dropout(layer: 3), epoch: 6, sample: 1_234),
      RandomKey(seed: 42, purpose: .dropout(layer: 3), epoch: 5, sample: 1_235),
    ]
    for other in others { #expect(mask(1_000, key: key) != mask(1_000, key: other)) }
  }

  /// The bits of each element, block by block: element e has half `e / 16 % 2` of word `e / 32 % 4` of block
  /// `e / 128 * 16 + e % 16`. Checkpoints of running experiments depend on that order.
  @Test func eachElementHasItsOwnBits() {
    let threshold = UInt32((0.3 * 65_536 as Float).rounded())
    let expected = (0..<1_000).map { e -> Float in
      let word = key.block(UInt32(e / 128 * 16 + e % 16))[e / 32 % 4]
      let half = e / 16 % 2 == 0 ? word & 0xFFFF : word >> 16
      return half < threshold ? 0 : 65_536 / Float(65_536 - threshold)
    }
    expectSameBits(mask(1_000, key: key), expected)
  }

  @Test(arguments: [0.2, 0.3, 0.5, 0.9] as [Float])
  func theKeptFractionIsTheRates(_ rate: Float) {
    let count = 1 << 20
    let kept = mask(count, rate: rate, key: key).count { $0 != 0 }
    // A binomial count; chance leaves five sigma once in 1.7 million keys, and this one key stays what it is.
    let expected = Double(count) * (1 - (Double(rate) * 65_536).rounded() / 65_536)
    let sigma = (expected * (1 - expected / Double(count))).squareRoot()
    #expect(abs(Double(kept) - expected) <= 5 * sigma)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 127, 128, 129, 200, 255, 256, 300])
  func aShorterSampleHasThePrefixOfTheMask(_ count: Int) {
    expectSameBits(mask(count, key: key), Array(mask(512, key: key).prefix(count)))
  }

  @Test func backwardDrawsForwardsMask() {
    let x = FloatStorage(Values.fractional.random(333, seed: 1))
    let dy = FloatStorage(Values.fractional.random(333, seed: 2))
    let (y, dx) = (FloatStorage(nan: 333), FloatStorage(nan: 333))
    DropoutMask(rate: 0.4).apply(x.buffer.reading, into: y.buffer, key: key)
    DropoutMask(rate: 0.4).apply(dy.buffer.reading, into: dx.buffer, key: key)
    let mask = mask(333, rate: 0.4, key: key)
    expectSameBits(y.floats, zip(x.floats, mask).map { $1 == 0 ? 0 : $0 * $1 })
    expectSameBits(dx.floats, zip(dy.floats, mask).map { $1 == 0 ? 0 : $0 * $1 })
  }

  /// The gradient of a ReLU and of the dropout behind it, in one: without a draw, the same bits.
  @Test func theRectifiedGradientIsThatOfThePositiveElements() {
    let x = FloatStorage(Values.fractional.random(333, seed: 1).map { max($0, 0) })
    let dy = FloatStorage(Values.fractional.random(333, seed: 2))
    let (y, dx, rectified) = (FloatStorage(nan: 333), FloatStorage(nan: 333), FloatStorage(nan: 333))
    DropoutMask(rate: 0.4).apply(x.buffer.reading, into: y.buffer, key: key)
    DropoutMask(rate: 0.4).apply(dy.buffer.reading, into: dx.buffer, key: key)
    DropoutMask(rate: 0.4).rectifiedGradient(y: y.buffer.reading, dy: dy.buffer.reading, dx: rectified.buffer)
    expectSameBits(rectified.floats, zip(dx.floats, x.floats).map { $1 > 0 ? $0 : 0 })
  }

  @Test(arguments: [64, 128, 333])
  func itWorksInPlace(_ count: Int) {
    let x = FloatStorage(Values.fractional.random(count, seed: 1))
    let y = FloatStorage(nan: count)
    DropoutMask(rate: 0.4).apply(x.buffer.reading, into: y.buffer, key: key)
    DropoutMask(rate: 0.4).apply(x.buffer.reading, into: x.buffer, key: key)
    expectSameBits(x.floats, y.floats)
  }

  @Test func nothingIsWrittenBehindTheTarget() {
    let (x, y) = (FloatStorage([Float](repeating: 1, count: 200)), FloatStorage([Float](repeating: -9, count: 256)))
    DropoutMask(rate: 0.4).apply(x.buffer.reading, into: y.buffer.part(0..<200), key: key)
    #expect(y.floats.suffix(56).allSatisfy { $0 == -9 })
  }

  @Test func rateZeroKeepsEverything() {
    expectSameBits(mask(200, rate: 0, key: key), [Float](repeating: 1, count: 200))
  }
}
