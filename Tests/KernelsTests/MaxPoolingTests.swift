import Kernels
import Tensors
import Testing

@Suite struct MaxPoolingTests {
  private static let pair = WindowGeometry(
    height: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid),
    width: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid), channels: 1)

  @Test(arguments: PoolingCase.all)
  func itIsTheFirstLargestOfEachWindow(_ test: PoolingCase) {
    let x = FloatStorage(Values.whole.random(test.samples * test.input.count, seed: 1))
    let y = FloatStorage(nan: test.samples * test.output.count)
    let gradient = Values.whole.random(y.buffer.count, seed: 2)
    let dy = FloatStorage(gradient)
    let dx = FloatStorage(nan: x.buffer.count)
    let pooling = MaxPooling(test.geometry)

    let winners = FloatStorage(nan: y.buffer.count)
    pooling.forward(x: x.view(test.input), y: y.view(test.output), winners: winners.buffer)
    pooling.backward(winners: winners.buffer.reading, dy: dy.view(test.output), dx: dx.view(test.input))

    let values = x.floats
    let largest = test.windows.map { window in window.reduce(window[0]) { values[$1] > values[$0] ? $1 : $0 } }
    expectSameBits(y.floats, largest.map { values[$0] })
    var expected = [Float](repeating: 0, count: x.buffer.count)
    for (place, winner) in largest.enumerated() { expected[winner] += gradient[place] }
    expectSameBits(dx.floats, expected)
  }

  /// The gradient of a ReLU and of the pooling behind it, in one.
  @Test(arguments: PoolingCase.all)
  func theRectifiedGradientIsThatOfThePositiveElements(_ test: PoolingCase) {
    let x = FloatStorage(Values.whole.random(test.samples * test.input.count, seed: 1).map { max($0 - 3, 0) })
    let y = FloatStorage(nan: test.samples * test.output.count)
    let dy = FloatStorage(Values.whole.random(y.buffer.count, seed: 2))
    let (dx, rectified) = (FloatStorage(nan: x.buffer.count), FloatStorage(nan: x.buffer.count))
    let pooling = MaxPooling(test.geometry)
    let winners = FloatStorage(nan: y.buffer.count)
    for (target, rectifies) in [(dx, false), (rectified, true)] {
      pooling.forward(
        x: x.view(test.input), y: y.view(test.output), winners: winners.buffer, rectifies: rectifies)
      pooling.backward(winners: winners.buffer.reading, dy: dy.view(test.output), dx: target.view(test.input))
    }
    let expected = zip(dx.floats, x.floats).map { $1 > 0 ? $0 : 0 }
    expectSameBits(rectified.floats, expected)
    let isTelling = expected != dx.floats
    #expect(isTelling, "no window has a maximum of 0")
  }

  @Test func aTieGoesToTheFirstInRowOrder() {
    let pooling = MaxPooling(Self.pair)
    let (x, y) = (FloatStorage([1, 5, 5, 5]), FloatStorage(nan: 1))
    let (dy, dx, winners) = (FloatStorage([7]), FloatStorage(nan: 4), FloatStorage(nan: 1))
    pooling.forward(x: x.view([2, 2, 1]), y: y.view([1, 1, 1]), winners: winners.buffer)
    pooling.backward(winners: winners.buffer.reading, dy: dy.view([1, 1, 1]), dx: dx.view([2, 2, 1]))
    #expect(dx.floats == [0, 7, 0, 0])
  }

  @Test func theGlobalMaximumIsShared() {
    let line = WindowGeometry(width: WindowAxis(input: 4, kernel: 4, stride: 1, padding: .valid), channels: 2)
    let (x, y) = (FloatStorage([1, 5, 3, 5, 3, 2, 3, 5]), FloatStorage(nan: 2))
    let (dy, dx) = (FloatStorage([6, 12]), FloatStorage(nan: 8))
    let pooling = MaxPooling(line)
    pooling.forward(x: x.view([4, 2]), y: y.view([2]))
    pooling.backwardSharing(x: x.view([4, 2]), y: y.view([2]), dy: dy.view([2]), dx: dx.view([4, 2]))
    #expect(y.floats == [3, 5])
    #expect(dx.floats == [0, 4, 2, 4, 2, 0, 2, 4])
  }

  @Test(arguments: 0..<4, [1, 8, 16, 24])
  func aNaNShows(at place: Int, _ channels: Int) {
    let pair = WindowGeometry(height: Self.pair.height, width: Self.pair.width, channels: channels)
    let x = FloatStorage([5, 2, 3, 4].flatMap { [Float](repeating: $0, count: channels) })
    let (y, winners) = (FloatStorage(nan: channels), FloatStorage(nan: channels))
    for c in stride(from: 0, to: channels, by: 3) { x.buffer[place * channels + c] = .nan }
    MaxPooling(pair).forward(
      x: x.view([2, 2, channels]), y: y.view([1, 1, channels]), winners: winners.buffer)
    for c in 0..<channels {
      #expect(c % 3 == 0 ? y.floats[c].isNaN : y.floats[c] == 5)
      #expect(winners.floats[c] == (c % 3 == 0 ? Float(place) : 0))
    }
  }
}
