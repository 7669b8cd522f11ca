import Tensors

extension Metric {
  /// Keras's number of thresholds of a curve.
  private static let thresholds = 200

  /// How many numbers are counted or summed up for it, where each position has `width` outputs.
  func counterCount(width: Int) -> Int {
    switch self {
    case .accuracy, .binaryAccuracy, .topAccuracy, .meanAbsoluteError, .meanSquaredError: 2
    case .precision, .recall: 3
    case .f1: 3 * width
    case .auc: 2 * (Self.thresholds + 1)
    case .meanIoU: max(width, 2) * max(width, 2)
    }
  }

  /// Adds what some predictions are worth to `counters`.
  ///
  /// - Parameter memory: `Predictions.memoryCount(width:)` floats.
  func count(
    _ predictions: Predictions, into counters: UnsafeMutableBufferPointer<Double>, memory: MutableFloatBuffer
  ) {
    switch self {
    case .accuracy where predictions.width > 1, .topAccuracy: countRanks(predictions, counters)
    case .f1 where predictions.width > 1 && predictions.areExclusive: countClasses(predictions, counters)
    case .meanIoU:
      let classes = max(predictions.width, 2)
      for n in 0..<predictions.rows {
        counters[predictions.trueClass(n) * classes + predictions.predictedClass(n)] += 1
      }
    default:
      predictions.forEachOutput(memory: memory) { row, column, output in
        countOutput(output, predictions.target(row, column), column, counters)
      }
    }
  }

  /// Right answers and all, by the place of the true class among the outputs.
  private func countRanks(_ predictions: Predictions, _ counters: UnsafeMutableBufferPointer<Double>) {
    let width = predictions.width
    for n in 0..<predictions.rows {
      let label = predictions.trueClass(n)
      if case .topAccuracy(let k) = self {
        let own = predictions.outputs[n * width + label]
        var larger = own.isNaN ? width : 0
        for i in n * width..<(n + 1) * width where predictions.outputs[i] > own { larger += 1 }
        counters[0] += larger < k ? 1 : 0
      } else {
        counters[0] += predictions.predictedClass(n) == label ? 1 : 0
      }
      counters[1] += 1
    }
  }

  /// True positives, false positives and false negatives of each class.
  private func countClasses(_ predictions: Predictions, _ counters: UnsafeMutableBufferPointer<Double>) {
    for n in 0..<predictions.rows {
      let (predicted, label) = (predictions.predictedClass(n), predictions.trueClass(n))
      if predicted == label {
        counters[3 * label] += 1
      } else {
        counters[3 * predicted + 1] += 1
        counters[3 * label + 2] += 1
      }
    }
  }

  /// One output by itself.
  private func countOutput(
    _ output: Float, _ target: Float, _ column: Int, _ counters: UnsafeMutableBufferPointer<Double>
  ) {
    let (isAbove, isTrue) = (output > 0.5, target > 0.5)
    switch self {
    case .precision, .recall, .f1:
      let start = self == .f1 ? 3 * column : 0
      if isAbove && isTrue { counters[start] += 1 }
      if isAbove && !isTrue { counters[start + 1] += 1 }
      if !isAbove && isTrue { counters[start + 2] += 1 }
    case .auc: counters[2 * Self.place(output) + (isTrue ? 0 : 1)] += 1
    case .meanAbsoluteError:
      counters[0] += Double(abs(output - target))
      counters[1] += 1
    case .meanSquaredError:
      let error = Double(output - target)
      counters[0] += error * error
      counters[1] += 1
    default:
      counters[0] += isAbove == isTrue ? 1 : 0
      counters[1] += 1
    }
  }

  /// How many of Keras's thresholds, -1e-7, 1/199, … 198/199, 1 + 1e-7, lie below an output.
  private static func place(_ output: Float) -> Int {
    guard output > -1e-7 else { return 0 }
    guard output <= 1 + 1e-7 else { return thresholds }
    // The first guess may be off by one, by rounding.
    func threshold(_ index: Int) -> Float { Float(Double(index) / Double(thresholds - 1)) }
    var place = min(max(Int((output * Float(thresholds - 1)).rounded(.up)), 1), thresholds - 1)
    while place > 1, output <= threshold(place - 1) { place -= 1 }
    while place < thresholds - 1, output > threshold(place) { place += 1 }
    return place
  }

  /// What the counters of all samples make.
  func value(_ counters: ArraySlice<Double>) -> Double {
    let counters = Array(counters)
    func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }
    switch self {
    case .accuracy, .binaryAccuracy, .topAccuracy, .meanAbsoluteError, .meanSquaredError:
      return ratio(counters[0], counters[1])
    case .precision: return ratio(counters[0], counters[0] + counters[1])
    case .recall: return ratio(counters[0], counters[0] + counters[2])
    case .f1:
      let classes = counters.count / 3
      return (0..<classes).reduce(0) { sum, c in
        sum + ratio(2 * counters[3 * c], 2 * counters[3 * c] + counters[3 * c + 1] + counters[3 * c + 2])
      } / Double(classes)
    case .meanIoU:
      let classes = Int(Double(counters.count).squareRoot())
      let shares = (0..<classes).compactMap { c -> Double? in
        let row = (0..<classes).reduce(0) { $0 + counters[c * classes + $1] }
        let column = (0..<classes).reduce(0) { $0 + counters[$1 * classes + c] }
        let union = row + column - counters[c * classes + c]
        return union == 0 ? nil : counters[c * classes + c] / union
      }
      return ratio(shares.reduce(0, +), Double(shares.count))
    case .auc: return Self.area(counters)
    }
  }

  /// The trapezoids under the curve of true over false positives.
  private static func area(_ counters: [Double]) -> Double {
    let bins = counters.count / 2
    // Above threshold i are the outputs with more than i thresholds below them.
    var (positives, negatives) = (0.0, 0.0)
    var points: [(x: Double, y: Double)] = []
    for bin in (0..<bins).reversed() {
      if bin < bins - 1 { points.append((negatives, positives)) }
      positives += counters[2 * bin]
      negatives += counters[2 * bin + 1]
    }
    // The last bin, below the lowest threshold, holds nothing that is a probability.
    points.append((negatives, positives))
    guard positives > 0, negatives > 0 else { return 0 }
    return zip([(x: 0, y: 0)] + points, points).reduce(0) { sum, pair in
      sum + (pair.1.x - pair.0.x) * (pair.1.y + pair.0.y) / 2
    } / (positives * negatives)
  }
}
