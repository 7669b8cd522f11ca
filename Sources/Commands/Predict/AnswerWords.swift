import Objectives
import Reports
import Runs
import Tensors

/// What a network says of a sample, in words: for people, as fields of a JSON object, and as cells of a table.
struct AnswerWords {
  let answers: Answers
  /// The shape of a sample's outputs.
  let output: Shape
  /// What classes, labels or numbers are called; numbers may have no names.
  let names: [String]
  /// How many classes are named.
  let top: Int
  /// The names as strings of JSON.
  private let quotedNames: [String]
  private let width: Int

  /// - Parameters:
  ///   - output: the shape of a sample's outputs.
  ///   - names: what classes, labels or numbers are called; empty for numbers without names.
  ///   - top: how many of them are named.
  init(_ answers: Answers, output: Shape, names: [String], top: Int) throws {
    (self.answers, self.output, self.names) = (answers, output, names)
    quotedNames = try names.map { try JSON.line($0) }
    self.top = min(top, max(1, names.count))
    width = names.map(\.count).max() ?? 0
  }

  // MARK: - What is said

  /// The share of each class or label: its probability or, where there are several positions, how many of them have it.
  func shares(_ outputs: FloatBuffer) -> [Float] {
    switch answers {
    case .oneClass: return outputs.count == 1 ? [1 - outputs[0], outputs[0]] : Array(outputs)
    case .labels(_, positions: 1): return Array(outputs)
    case .positions(let positions, let classes):
      var counts = [Int](repeating: 0, count: classes)
      for index in map(outputs) { counts[Int(index)] += 1 }
      return counts.map { Float($0) / Float(positions) }
    case .labels(let labels, let positions):
      var counts = [Int](repeating: 0, count: labels)
      for (place, isSet) in map(outputs).enumerated() { counts[place % labels] += Int(isSet) }
      return counts.map { Float($0) / Float(positions) }
    case .numbers: return []
    }
  }

  /// The class at each position: the first of the largest outputs or, of a single one, whether it is above ½. Of labels, whether
  /// each is set.
  func map(_ outputs: FloatBuffer) -> [Int32] {
    guard case .positions(let positions, _) = answers, outputs.count > positions else {
      return outputs.map { $0 > 0.5 ? 1 : 0 }
    }
    let width = outputs.count / positions
    return (0..<positions).map { position in
      var best = position * width
      for place in position * width..<(position + 1) * width where outputs[place] > outputs[best] { best = place }
      return Int32(best - position * width)
    }
  }

  /// Classes or labels with their shares, the largest first; of equals the first comes first.
  private func ranked(_ shares: [Float]) -> [(index: Int, share: Float)] {
    let order = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
    return order.prefix(top).map { ($0, shares[$0]) }
  }

  /// What is to be known of answers that rest on no number.
  ///
  /// - Parameter count: how many samples have such.
  static func lost(_ count: Int) -> String {
    "what the network gives for \("sample".counted(count)) is no number (NaN): what is said of \(count == 1 ? "it" : "them") has no "
      + "meaning"
  }

  // MARK: - In words

  /// The outputs that a line for people has room for.
  private static let shownNumbers = 8

  /// For people: the likeliest classes with their shares, in columns; or the numbers.
  func text(_ outputs: FloatBuffer) -> String {
    guard case .numbers(let count) = answers else {
      return ranked(shares(outputs)).map { "\(names[$0.index].padded(to: width)) \($0.share.fixed(4))" }.joined(
        separator: "  ")
    }
    let shown = outputs.prefix(Self.shownNumbers).enumerated()
      .map { names.isEmpty ? "\($1)" : "\(names[$0]) \($1)" }.joined(separator: "  ")
    return count > Self.shownNumbers ? "\(shown)  … (\(count) numbers)" : shown
  }

  /// The fields of a JSON object, without braces.
  ///
  /// - Parameter isWhole: whether all that the network says is wanted, not only the likeliest classes.
  func json(_ outputs: FloatBuffer, isWhole: Bool = false) -> String {
    let shares = shares(outputs)
    func list(_ key: String, _ noun: String, _ share: String) -> String {
      let items = ranked(shares).map { "{\"\(noun)\":\(quotedNames[$0.index]),\"\(share)\":\(Self.number($0.share))}" }
      return "\"\(key)\":[\(items.joined(separator: ","))]"
    }
    func numbers(_ key: String, _ values: some Sequence<Float>) -> String {
      "\"\(key)\":[\(values.map(Self.number).joined(separator: ","))]"
    }
    switch answers {
    case .oneClass:
      let best = ranked(shares)[0]
      return "\"class\":\(quotedNames[best.index]),\"probability\":\(Self.number(best.share)),"
        + list("top", "class", "probability") + (isWhole ? "," + numbers("probabilities", shares) : "")
    case .labels(_, positions: 1):
      let set = shares.indices.filter { shares[$0] > 0.5 }.map { quotedNames[$0] }
      return "\"labels\":[\(set.joined(separator: ","))],"
        + list("top", "label", "probability") + (isWhole ? "," + numbers("probabilities", shares) : "")
    case .positions, .labels:
      return list("shares", "class", "share") + (isWhole ? ",\"map\":\(nested(map(outputs)))" : "")
    case .numbers:
      return numbers("values", outputs) + (names.isEmpty ? "" : ",\"names\":[\(quotedNames.joined(separator: ","))]")
    }
  }

  /// A class map as lists in lists.
  private func nested(_ map: [Int32]) -> String {
    let extents = mapShape.dimensions
    func list(_ axis: Int, _ range: Range<Int>) -> String {
      guard axis < extents.count else { return "\(map[range.lowerBound])" }
      let size = range.count / extents[axis]
      let items = (0..<extents[axis]).map { index in
        list(axis + 1, range.lowerBound + index * size..<range.lowerBound + (index + 1) * size)
      }
      return "[\(items.joined(separator: ","))]"
    }
    return list(0, map.indices)
  }

  /// The shape of a class map: that of the positions, behind which labels have an axis of their own.
  var mapShape: Shape {
    if case .labels(let labels, _) = answers, labels > 1 { return output }
    return Shape(Array(output.dimensions.dropLast()))
  }

  // MARK: - As cells

  /// The names of the cells.
  var headings: [String] {
    switch answers {
    case .oneClass: ["predicted"] + names.map { "p_\($0)" }
    case .labels(_, positions: 1): names.map { "p_\($0)" }
    case .positions, .labels: names.map { "share_\($0)" }
    case .numbers(let count): (names.isEmpty ? (0..<count).map(String.init) : names).map { "output_\($0)" }
    }
  }

  /// All that it says of a sample.
  func cells(_ outputs: FloatBuffer) -> [String] {
    let shares = shares(outputs)
    switch answers {
    case .oneClass: return [names[ranked(shares)[0].index]] + shares.map { "\($0)" }
    case .labels, .positions: return shares.map { "\($0)" }
    case .numbers: return outputs.map { "\($0)" }
    }
  }

  /// JSON has no word for what is no number; see `JSON`.
  private static func number(_ value: Float) -> String { value.isFinite ? "\(value)" : "\"\(value.asSpecialWord)\"" }
}
