import Datasets
import Files
import Objectives
import Reports
import Runs
import Tensors

/// What a network says of each sample, as a table with commas between: a row for each sample, in the data set's order.
///
/// The sample's file or its number, the class that it is of, the class that it was taken for, and the probability of each;
/// of labels and numbers what each is and what was said of it.
struct PredictionTable {
  private let objective: Objective
  private let samples: any Dataset
  private let names: [String]

  /// - Throws: `UsageError` where there is no row to write for a sample.
  init(_ objective: Objective, of samples: any Dataset) throws(UsageError) {
    (self.objective, self.samples) = (objective, samples)
    let count: Int
    switch objective.answers {
    case .oneClass(let classes): count = classes
    case .labels(let labels, positions: 1): count = labels
    case .numbers(let numbers): count = numbers
    case .positions(let positions, _), .labels(_, let positions):
      throw UsageError(
        "--predictions writes a row for each sample, but the network answers at \(positions) positions of each: leave it out"
      )
    }
    let names = samples.answerNames
    self.names = names.count == count ? names : (0..<count).map(String.init)
  }

  /// What every such table begins with.
  static let start = "sample,"

  /// The names of the columns.
  var heading: String {
    switch objective.answers {
    case .oneClass: (["sample", "true", "predicted"] + names.map { "p_\($0)" }).commaSeparated
    case .labels: (["sample"] + names.flatMap { ["true_\($0)", "p_\($0)"] }).commaSeparated
    default: (["sample"] + names.flatMap { ["true_\($0)", "output_\($0)"] }).commaSeparated
    }
  }

  /// The rows of some samples, whose outputs follow one another.
  func rows(_ range: Range<Int>, _ outputs: ArraySlice<Double>) -> String {
    let width = objective.output.count
    let values = FloatStorage(count: max(1, samples.targets.count))
    var text = ""
    for (index, sample) in range.enumerated() {
      let start = outputs.startIndex + index * width
      let own = outputs[start..<start + width].map { Float($0) }
      let name = samples.origin(of: sample) ?? "\(sample)"
      text += ([name] + (isOneClass ? classes(sample, own, values) : numbers(sample, own, values))).commaSeparated
    }
    return text
  }

  private var isOneClass: Bool { if case .oneClass = objective.answers { true } else { false } }

  private func classes(_ sample: Int, _ outputs: [Float], _ values: FloatStorage) -> [String] {
    let shares = outputs.count == 1 ? [1 - outputs[0], outputs[0]] : outputs
    // The first of the largest, as everywhere; of a single output, whether it is above ½.
    let predicted = outputs.count == 1 ? (outputs[0] > 0.5 ? 1 : 0) : Self.first(shares)
    return [names[truth(of: sample, values)], names[predicted]] + shares.map { "\($0)" }
  }

  private func numbers(_ sample: Int, _ outputs: [Float], _ values: FloatStorage) -> [String] {
    if case .classes = samples.targets {
      values.buffer[0] = Float(samples.label(of: sample))
    } else {
      samples.loadValues(of: sample, into: values.buffer)
    }
    return zip(values.buffer, outputs).flatMap { ["\($0)", "\($1)"] }
  }

  private func truth(of sample: Int, _ values: FloatStorage) -> Int {
    if case .classes = samples.targets { return samples.label(of: sample) }
    samples.loadValues(of: sample, into: values.buffer)
    return values.buffer.count == 1 ? (values.buffer[0] > 0.5 ? 1 : 0) : Self.first(Array(values.buffer))
  }

  private static func first(_ numbers: [Float]) -> Int {
    numbers.indices.reduce(0) { numbers[$1] > numbers[$0] ? $1 : $0 }
  }
}
