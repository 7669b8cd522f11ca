import Layers
import Tensors
import Testing

@Suite struct InitializerTests {
  /// Glorot's limit for a kernel (kh, kw, in, out) has kh·kw·in and kh·kw·out as its fans, for (in, out) those two alone.
  @Test(arguments: [([3, 3, 4, 8], 36 + 72), ([70, 50], 120)] as [(Shape, Float)])
  func glorotUniformFillsItsInterval(_ shape: Shape, _ fans: Float) {
    let values = FloatStorage(nan: shape.count)
    Initializer.glorotUniform.fill(values.buffer, shape: shape, seed: 5, parameter: 2)
    let limit = (6 / fans).squareRoot()
    #expect(values.floats.allSatisfy { -limit <= $0 && $0 < limit })
    // Of 288 or more uniform draws the largest falls short of 0.9 of the limit once in (1/0.95)^288 = 2.6 million keys.
    #expect(values.floats.reduce(0, max) > 0.9 * limit && values.floats.reduce(0, min) < -0.9 * limit)
  }

  /// Element e is word `e / 16 % 4` of block `e / 64 * 16 + e % 16`, its upper 24 bits as a float in [-1, 1).
  @Test func eachElementHasItsOwnBits() {
    let values = FloatStorage(nan: 333)
    Initializer.glorotUniform.fill(values.buffer, shape: [9, 37], seed: 5, parameter: 2)
    let key = RandomKey(seed: 5, purpose: .initialization(parameter: 2))
    let limit = (6 / Float(9 + 37)).squareRoot()
    let expected = (0..<333).map { e -> Float in
      let word = key.block(UInt32(e / 64 * 16 + e % 16))[e / 16 % 4]
      return (Float(word >> 8) * 0x1p-23 - 1) * limit
    }
    #expect(values.floats == expected)
  }

  @Test func zerosAreZeros() {
    let values = FloatStorage(nan: 7)
    Initializer.zeros.fill(values.buffer, shape: [7], seed: 5, parameter: 2)
    #expect(values.floats == [Float](repeating: 0, count: 7))
  }
}
