import Glibc
import Kernels
import Tensors
import Testing

@Suite struct SoftmaxRowsTests {
  /// Rows of few classes lie across the lanes, longer ones along them; both have ends that fill no vector.
  static let lengths = [1, 2, 3, 10, 15, 16, 17, 21, 31, 32, 33, 100, 1000]

  private func logits(_ rows: Int, _ classes: Int) -> [Float] {
    Values.fractional.random(rows * classes, seed: 3).map { $0 * 9 }
  }

  private func reference(_ row: ArraySlice<Float>) -> [Double] {
    let peak = Double(row.max() ?? 0)
    let sum = row.reduce(0) { $0 + exp(Double($1) - peak) }
    return row.map { Double($0) - peak - log(sum) }
  }

  @Test(arguments: lengths)
  func bothAreTheirFormulas(classes: Int) {
    let rows = 19
    let x = FloatStorage(logits(rows, classes))
    let (softmax, logSoftmax) = (FloatStorage(nan: rows * classes), FloatStorage(nan: rows * classes))
    softmaxRows(x.buffer.reading, into: softmax.buffer, classes: classes)
    logSoftmaxRows(x.buffer.reading, into: logSoftmax.buffer, classes: classes)
    for n in 0..<rows {
      let row = n * classes..<(n + 1) * classes
      for (i, expected) in zip(row, reference(x.floats[row])) {
        // x - max is rounded at 18, its exponential and the sum to a few ε.
        let relative = (18 / 2 + 6 + Double(classes) / 32) * Double(Float.ulpOfOne)
        #expect(abs(Double(softmax.floats[i]) - exp(expected)) <= relative * exp(expected))
        #expect(abs(Double(logSoftmax.floats[i]) - expected) <= relative + 4 * Double(Float.ulpOfOne) * abs(expected))
      }
    }
  }

  /// A row has the same bits wherever it stands, alone, among others, and in place.
  @Test(arguments: lengths)
  func aRowHasTheSameBitsAnywhere(classes: Int) {
    let rows = 37
    let (x, dy) = (FloatStorage(logits(rows, classes)), FloatStorage(Values.fractional.random(rows * classes, seed: 4)))
    for activation in [Activation.softmax, .logSoftmax] {
      let (y, dx) = (FloatStorage(nan: rows * classes), FloatStorage(dy.floats))
      activation.apply(x.buffer.reading, into: y.buffer, channels: classes)
      activation.gradient(y: y.buffer.reading, dy: dx.buffer, channels: classes)
      for n in [0, 1, 15, 16, 31, 36] {
        let row = n * classes..<(n + 1) * classes
        let (own, gradient) = (FloatStorage(Array(x.floats[row])), FloatStorage(Array(dy.floats[row])))
        activation.apply(own.buffer.reading, into: own.buffer, channels: classes)
        expectSameBits(own.floats, Array(y.floats[row]))
        activation.gradient(y: own.buffer.reading, dy: gradient.buffer, channels: classes)
        expectSameBits(gradient.floats, Array(dx.floats[row]))
      }
    }
  }

  @Test(arguments: lengths)
  func theGradientsAreTheirFormulas(classes: Int) {
    let rows = 18
    let (x, dy) = (FloatStorage(logits(rows, classes)), Values.fractional.random(rows * classes, seed: 4))
    for activation in [Activation.softmax, .logSoftmax] {
      let (y, dx) = (FloatStorage(nan: rows * classes), FloatStorage(dy))
      activation.apply(x.buffer.reading, into: y.buffer, channels: classes)
      activation.gradient(y: y.buffer.reading, dy: dx.buffer, channels: classes)
      for n in 0..<rows {
        let row = n * classes..<(n + 1) * classes
        let sum = row.reduce(0.0) { $0 + Double(dy[$1]) * (activation == .softmax ? Double(y.floats[$1]) : 1) }
        for i in row {
          let (y, dy) = (Double(y.floats[i]), Double(dy[i]))
          let expected = activation == .softmax ? y * (dy - sum) : dy - exp(y) * sum
          #expect(abs(Double(dx.floats[i]) - expected) <= 1e-6 * (1 + Double(classes) / 16), "\(activation), row \(n)")
        }
      }
    }
  }

  /// What is no number, or ∞, makes its row NaN, and no other.
  @Test(arguments: lengths) func aNaNMakesItsRowNaN(classes: Int) {
    for (bad, place) in [(Float.nan, 0), (.nan, classes - 1), (.infinity, classes / 2)] {
      let rows = FloatStorage([Float](repeating: 1, count: 20 * classes))
      rows.buffer[17 * classes + place] = bad
      softmaxRows(rows.buffer, classes: classes)
      for (i, value) in rows.floats.enumerated() { #expect(value.isNaN == (i / classes == 17)) }
    }
  }
}
