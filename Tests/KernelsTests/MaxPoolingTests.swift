import Kernels
import Tensors
import Testing

/// A window over an image of whole numbers in -4 … 4, where ties are the rule.
struct PoolingCase: CustomTestStringConvertible {
  let testDescription: String
  let vertical: WindowAxis
  let horizontal: WindowAxis
  let channels: Int
  let samples = 2

  init(_ name: String, _ height: Int, _ width: Int, _ channels: Int, window: Int, stride: Int, _ padding: Padding) {
    testDescription = "\(name), \(padding)"
    vertical = WindowAxis(input: height, kernel: window, stride: stride, padding: padding)
    horizontal = WindowAxis(input: width, kernel: window, stride: stride, padding: padding)
    self.channels = channels
  }

  var input: Shape { [vertical.input, horizontal.input, channels] }
  var output: Shape { [vertical.output, horizontal.output, channels] }

  static let all = [
    PoolingCase("2 × 2", 6, 8, 3, window: 2, stride: 2, .valid),
    PoolingCase("a rest that no window covers", 7, 9, 2, window: 2, stride: 2, .valid),
    PoolingCase("a rest of two", 11, 8, 1, window: 3, stride: 3, .valid),
    PoolingCase("windows that overlap", 9, 9, 5, window: 3, stride: 2, .valid),
    PoolingCase("windows with gaps", 10, 7, 2, window: 2, stride: 3, .valid),
    PoolingCase("many channels", 4, 4, 33, window: 2, stride: 2, .valid),
    PoolingCase("padding after", 7, 5, 2, window: 2, stride: 2, .same),
    PoolingCase("padding on both sides", 8, 7, 3, window: 3, stride: 1, .same),
  ]
}

@Suite struct MaxPoolingTests {
  @Test(arguments: PoolingCase.all)
  func itIsTheFirstLargestOfEachWindow(_ test: PoolingCase) {
    let x = FloatStorage(Values.whole.random(test.samples * test.input.count, seed: 1))
    let y = FloatStorage(nan: test.samples * test.output.count)
    let gradient = Values.whole.random(y.buffer.count, seed: 2)
    let dy = FloatStorage(gradient)
    let dx = FloatStorage(nan: x.buffer.count)
    let pooling = MaxPooling(vertical: test.vertical, horizontal: test.horizontal, channels: test.channels)

    pooling.forward(x: x.view(test.input), y: y.view(test.output))
    pooling.backward(
      x: x.view(test.input), y: y.view(test.output), dy: dy.view(test.output), dx: dx.view(test.input))

    let winners = winners(test, x.floats)
    expectSameBits(y.floats, winners.map { x.floats[$0] })
    var expected = [Float](repeating: 0, count: x.buffer.count)
    for (place, winner) in winners.enumerated() { expected[winner] += gradient[place] }
    expectSameBits(dx.floats, expected)
  }

  @Test func aTieGoesToTheFirstInRowOrder() {
    let pooling = MaxPooling(
      vertical: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid),
      horizontal: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid), channels: 1)
    let (x, y) = (FloatStorage([1, 5, 5, 5]), FloatStorage(nan: 1))
    let (dy, dx) = (FloatStorage([7]), FloatStorage(nan: 4))
    pooling.forward(x: x.view([2, 2, 1]), y: y.view([1, 1, 1]))
    pooling.backward(x: x.view([2, 2, 1]), y: y.view([1, 1, 1]), dy: dy.view([1, 1, 1]), dx: dx.view([2, 2, 1]))
    #expect(dx.floats == [0, 7, 0, 0])
  }

  @Test(arguments: 0..<4)
  func aNaNShows(at place: Int) {
    let pooling = MaxPooling(
      vertical: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid),
      horizontal: WindowAxis(input: 2, kernel: 2, stride: 2, padding: .valid), channels: 1)
    let (x, y) = (FloatStorage([1, 2, 3, 4]), FloatStorage([0]))
    x.buffer[place] = .nan
    pooling.forward(x: x.view([2, 2, 1]), y: y.view([1, 1, 1]))
    #expect(y.buffer[0].isNaN)
  }

  /// For each output the place in x of the first largest element of its window.
  private func winners(_ test: PoolingCase, _ x: [Float]) -> [Int] {
    let (v, h) = (test.vertical, test.horizontal)
    var winners: [Int] = []
    for n in 0..<test.samples {
      for oh in 0..<v.output {
        for ow in 0..<h.output {
          for c in 0..<test.channels {
            var window: [Int] = []
            for kh in 0..<v.kernel {
              for kw in 0..<h.kernel {
                let (ih, iw) = (oh * v.stride - v.before + kh, ow * h.stride - h.before + kw)
                guard 0..<v.input ~= ih && 0..<h.input ~= iw else { continue }
                window.append(((n * v.input + ih) * h.input + iw) * test.channels + c)
              }
            }
            winners.append(window.reduce(window[0]) { x[$1] > x[$0] ? $1 : $0 })
          }
        }
      }
    }
    return winners
  }
}
