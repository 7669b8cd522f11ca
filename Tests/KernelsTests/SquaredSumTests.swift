import Kernels
import Tensors
import Testing

@Suite struct SquaredSumTests {
  private func sum(_ floats: [Float]) -> Double { floats.withUnsafeBufferPointer { squaredSum($0) } }

  /// Squares of small whole numbers and their sums are exact.
  @Test(arguments: [0, 1, 7, 8, 9, 100, 8192])
  func itIsTheSumOfSquares(count: Int) {
    let floats = (0..<count).map { Float($0 % 17 - 8) }
    let expected = floats.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(sum(floats) == expected)
  }

  /// Float32 would lose the small ones.
  @Test func itIsTakenInDoublePrecision() {
    #expect(sum([8192, 1, 1, 1]) == 67_108_867)
  }

  @Test func thePenaltysGradient() {
    let gradients = FloatStorage([1, 2, 3])
    [4, 0, -8].withUnsafeBufferPointer { addPenaltyGradient(gradients.buffer, values: $0, factor: 0.25) }
    #expect(gradients.floats == [3, 2, -1])
  }

  @Test func anAverageRunsTowardsWhatIsObserved() {
    let average = FloatStorage([8, 0])
    [0, 4].withUnsafeBufferPointer { averageUpdate(average.buffer, observed: $0, momentum: 0.75) }
    #expect(average.floats == [6, 1])
  }
}
