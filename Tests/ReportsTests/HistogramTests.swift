import Reports
import Tensors
import Testing

@Suite struct HistogramTests {
  private func histogram(_ numbers: [Float]) -> Histogram { numbers.withUnsafeBufferPointer { Histogram($0) } }

  /// As TensorFlow 2.21's `tf.compat.v1.summary.histogram` counts them.
  @Test func bucketsAreTensorFlows() {
    let found = histogram([-1.5, -0.25, 0, 0, 1e-13, 0.1, 0.5, 0.5, 3])
    #expect((found.lowest, found.highest, found.count) == (-1.5, 3, 9))
    #expect(found.sum == 2.350000001490216 && found.squaredSum == 11.822500000298023)
    #expect(found.buckets.map(\.count) == [0, 1, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0])
    #expect(
      found.buckets.map(\.limit) == [
        -1.624957930213695, -1.47723448201245, -0.2656936063469233, -0.24153964213356663, 0, 1e-12, 0.09312398815580714,
        0.10243638697138786, 0.47069243095356195, 0.5177616740489182, 2.8787120958073054, 3.1665833053880363,
        .greatestFiniteMagnitude,
      ])
  }

  /// Every number lies below its bucket's limit and not below that of the bucket before, whatever its size and sign.
  @Test func everyNumberHasItsBucket() {
    for sign in [Float(1), -1] {
      for bits in stride(from: UInt32(0), to: Float.infinity.bitPattern, by: 9_973_001) {
        let number = sign * Float(bitPattern: bits)
        let buckets = histogram([number]).buckets
        guard let index = buckets.firstIndex(where: { $0.count == 1 }) else {
          Issue.record("\(number) is in no bucket")
          return
        }
        #expect(Double(number) < buckets[index].limit, "\(number)")
        if index > 0 { #expect(Double(number) >= buckets[index - 1].limit, "\(number)") }
      }
    }
  }

  @Test func noNumbersAndWhatIsNone() {
    for numbers in [[], [Float.nan, .infinity, -.infinity]] {
      let found = histogram(numbers)
      #expect((found.lowest, found.highest, found.count, found.sum) == (0, 0, 0, 0))
      #expect(found.buckets.map(\.limit) == [.greatestFiniteMagnitude] && found.buckets[0].count == 0)
    }
    #expect(histogram([.nan, 1, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]).count == 3)
  }

  /// All are kept, then a half, a quarter, an eighth: half a thousand for each time that the row is doubled.
  @Test func aRowOfAnyLengthTakesLittleRoom() {
    let thinning = Thinning(dense: 1000)
    #expect((1...1000).allSatisfy(thinning.keeps))
    var end = 1000
    for _ in 0..<8 {
      #expect((end + 1...2 * end).count(where: thinning.keeps) == 500)
      #expect(thinning.keeps(2 * end))
      end *= 2
    }
  }
}
