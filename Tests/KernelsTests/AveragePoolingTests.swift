import Kernels
import Tensors
import Testing

@Suite struct AveragePoolingTests {
  /// Sums of whole numbers are exact, so that only the division rounds, and it rounds the same everywhere.
  @Test(arguments: PoolingCase.all)
  func itIsTheMeanOfTheElementsThatExist(_ test: PoolingCase) {
    let x = FloatStorage(Values.whole.random(test.samples * test.input.count, seed: 1))
    let y = FloatStorage(nan: test.samples * test.output.count)
    AveragePooling(test.geometry).forward(x: x.view(test.input), y: y.view(test.output))
    let values = x.floats
    expectSameBits(y.floats, test.windows.map { $0.reduce(0) { $0 + values[$1] } / Float($0.count) })
  }

  /// Each window's gradient is a multiple of its number of elements, so that the shares are whole and their sums exact.
  @Test(arguments: PoolingCase.all)
  func eachElementGetsItsShareOfTheGradient(_ test: PoolingCase) {
    let shares = Values.whole.random(test.samples * test.output.count, seed: 2)
    let dy = FloatStorage(zip(shares, test.windows).map { $0 * Float($1.count) })
    let dx = FloatStorage(nan: test.samples * test.input.count)
    AveragePooling(test.geometry).backward(dy: dy.view(test.output), dx: dx.view(test.input))
    var expected = [Float](repeating: 0, count: dx.buffer.count)
    for (share, window) in zip(shares, test.windows) {
      for place in window { expected[place] += share }
    }
    #expect(dx.floats == expected)
  }
}
