import Kernels
import Tensors
import Testing

@Suite struct FiniteNumbersTests {
  /// All kinds: both infinities, quiet and signalling NaNs of both signs, with the smallest and the largest payload.
  private static let special = [
    0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0xFF80_0001, 0x7FFF_FFFF, 0xFFFF_FFFF,
  ]
  .map { Float(bitPattern: $0) }
  /// What is finite by a hair, and the rest of the odd ones.
  private static let finite: [Float] = [
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, -0, .leastNonzeroMagnitude, -.leastNormalMagnitude, 1,
  ]

  private func find(_ floats: [Float]) -> Int? { floats.withUnsafeBufferPointer { firstNotFinite($0) } }

  /// Lengths around those of vectors and blocks.
  private static let counts = Array(0...50) + [1007, 1008, 1009, 1023, 1024, 1025, 2048, 3001]

  @Test(arguments: counts) func finiteNumbersHaveNoFault(count: Int) {
    #expect(find((0..<count).map { Self.finite[$0 % Self.finite.count] }) == nil)
  }

  @Test(arguments: counts) func everyPlaceIsLookedAt(count: Int) {
    var floats = (0..<count).map { Self.finite[$0 % Self.finite.count] }
    var missed: [String] = []
    for place in 0..<count {
      let special = Self.special[place % Self.special.count]
      let before = floats[place]
      floats[place] = special
      if find(floats) != place { missed.append("\(special) at \(place)") }
      floats[place] = before
    }
    #expect(missed.isEmpty)
  }

  @Test(arguments: special) func theFirstOfSeveralIsFound(_ special: Float) {
    var floats = [Float](repeating: 1, count: 2500)
    for place in [2400, 1300, 1290, 17] {
      floats[place] = special
      #expect(find(floats) == place)
    }
  }

  /// As in a file whose header has any length.
  @Test func floatsMayLieAnywhere() {
    let floats: [Float] = (0..<40).map { $0 == 37 ? .nan : Float($0) }
    for shift in 0..<4 {
      var bytes = [UInt8](repeating: 0xFF, count: shift)
      floats.withUnsafeBytes { bytes.append(contentsOf: $0) }
      bytes.withUnsafeBytes { #expect(firstNotFinite(UnsafeRawBufferPointer(rebasing: $0[shift...])) == 37) }
    }
  }

  @Test func theyAreCalledByName() {
    #expect(Self.special.map(\.asSpecialWord) == ["Infinity", "-Infinity"] + [String](repeating: "NaN", count: 6))
    #expect((1.5 as Float).asSpecialWord == "1.5")
  }
}
