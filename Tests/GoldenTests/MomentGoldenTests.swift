import Datasets
import FoundationEssentials
import Testing

/// Means and deviations of any floats, compared with those that Python's fractions have for them, to the last bit;
/// `Tests/Goldens/moments.py` wrote them.
@Suite struct MomentGoldenTests {
  struct Numbers: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    /// The floats.
    let bits: [UInt32]
    let mean: UInt32
    let deviation: UInt32

    var floats: [Float] { bits.map { Float(bitPattern: $0) } }
    var testDescription: String { name }
  }

  static let goldens: [Numbers] = Golden.cases("moments")

  /// As so many samples of one channel.
  private func samples(_ floats: [Float], each count: Int = 1) -> BufferSamples {
    BufferSamples(name: "floats", shape: [count, 1], samples: floats, values: floats, targets: [count])
  }

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count == 42)
  }

  @Test(arguments: goldens)
  func noBitIsLostInAnyOrder(_ golden: Numbers) throws {
    let floats = golden.floats
    var orders = [floats, floats.reversed(), floats.sorted()]
    for factor in [7, 11, 29, 58] {
      orders.append(floats.indices.sorted { $0 * factor % 101 < $1 * factor % 101 }.map { floats[$0] })
    }
    let deviation = golden.deviation == 0 ? 1 : Float(bitPattern: golden.deviation)
    for order in orders {
      for threads in [1, 3] {
        let found = try Normalization(of: samples(order), threads: threads)
        // A mean of zero has no sign.
        #expect(found.mean[0] == Float(bitPattern: golden.mean) && found.deviation == [deviation])
      }
      #expect(try Normalization(of: samples(order, each: order.count)).mean[0] == Float(bitPattern: golden.mean))
    }
  }

  /// All lists side by side, each at a place of its own.
  @Test func eachFeatureHasItsOwn() throws {
    let goldens = Self.goldens.filter { $0.bits.count == 60 }
    try #require(goldens.count == 20)
    let floats = (0..<60).flatMap { row in goldens.map { Float(bitPattern: $0.bits[row]) } }
    let data = BufferSamples(name: "floats", shape: [4, 5], samples: floats, values: floats, targets: [20])
    for threads in [1, 4] {
      let found = try Normalization(.feature, of: data, threads: threads)
      #expect(found.mean == goldens.map { Float(bitPattern: $0.mean) })
      #expect(found.deviation == goldens.map { Float(bitPattern: $0.deviation) })
    }
  }
}
