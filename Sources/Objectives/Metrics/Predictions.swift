import Kernels
import Tensors

/// What a model gave for some samples, and what was right: rows of `width` outputs, one row for each position.
struct Predictions {
  /// (rows, width).
  let outputs: FloatBuffer
  /// The outputs of a position.
  let width: Int
  /// What the outputs are.
  let form: Objective.Form
  /// Whether one class of a position is right, and no other.
  let areExclusive: Bool
  /// The true class of each row, where targets are classes and each has an output of its own.
  let classes: UnsafeBufferPointer<Int32>?
  /// The target of each output, where they are values.
  let values: FloatBuffer?

  var rows: Int { outputs.count / width }

  /// The first of the largest outputs of a row; of a single output, whether it is above ½.
  func predictedClass(_ row: Int) -> Int {
    if width == 1 { return outputs[row] > middle ? 1 : 0 }
    var best = row * width
    for i in row * width..<(row + 1) * width where outputs[i] > outputs[best] { best = i }
    return best - row * width
  }

  /// The class of a row, or the first of the largest of its targets.
  func trueClass(_ row: Int) -> Int {
    if let classes { return Int(classes[row]) }
    guard let values else { return 0 }
    if width == 1 { return values[row] > 0.5 ? 1 : 0 }
    var best = row * width
    for i in row * width..<(row + 1) * width where values[i] > values[best] { best = i }
    return best - row * width
  }

  /// The target of an output, where it is a class a 1 or a 0.
  func target(_ row: Int, _ column: Int) -> Float {
    if let classes { return Int(classes[row]) == column ? 1 : 0 }
    return values?[row * width + column] ?? 0
  }

  /// The target of an output, counted from the first row's first, as a number: a class with an output of its own gives a 1.
  func targetNumber(_ place: Int) -> Float { target(place / width, place % width) }

  /// Calls `body` for every output, with its row and column, and what it is as a probability, or as a value.
  ///
  /// - Parameter memory: `memoryCount(width:)` floats.
  @inline(__always)
  func forEachOutput(memory: MutableFloatBuffer, _ body: (_ row: Int, _ column: Int, _ output: Float) -> Void) {
    let size = Self.rowsAtOnce(width)
    for first in stride(from: 0, to: rows, by: size) {
      let some = first..<min(first + size, rows)
      let part = outputs.part(some.lowerBound * width..<some.upperBound * width)
      let block = memory.part(0..<part.count)
      switch form {
      case .softmaxLogits: softmaxRows(part, into: block, classes: width)
      case .sigmoidLogits: Activation.sigmoid.apply(part, into: block, channels: width)
      case .values: _ = block.update(fromContentsOf: part)
      }
      for row in some {
        for column in 0..<width { body(row, column, block[(row - first) * width + column]) }
      }
    }
  }

  /// The floats that `forEachOutput` needs.
  static func memoryCount(width: Int) -> Int { rowsAtOnce(width) * width }

  /// Short rows are read together.
  private static func rowsAtOnce(_ width: Int) -> Int { width > 16 ? 1 : 16 }

  /// The output that stands for ½.
  private var middle: Float { form == .sigmoidLogits ? 0 : 0.5 }
}
