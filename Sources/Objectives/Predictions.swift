import Glibc
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

  /// What the outputs of a row are as probabilities, or as values, in `buffer`, which holds `width` floats.
  func read(_ row: Int, into buffer: MutableFloatBuffer) {
    _ = buffer.update(fromContentsOf: outputs.part(row * width..<(row + 1) * width))
    switch form {
    case .softmaxLogits: softmaxRows(buffer, classes: width)
    case .sigmoidLogits: for i in 0..<width { buffer[i] = 1 / (1 + expf(-buffer[i])) }
    case .values: break
    }
  }

  /// The output that stands for ½.
  private var middle: Float { form == .sigmoidLogits ? 0 : 0.5 }
}
