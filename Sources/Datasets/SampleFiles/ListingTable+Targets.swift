import Files
import Tensors

extension ListingTable {
  /// What the labels are, and each row's.
  struct Targets {
    /// The classes, in the order of the items' labels; none where targets are values.
    var classes: [String] = []
    let meaning: SampleListing.Meaning
    /// What each of several values of a target is called.
    var outputNames: [String]?
    let items: [SampleListing.Item]
  }

  /// What the labels are, and each row's.
  ///
  /// - Parameters:
  ///   - known: what is known of the targets that the network was trained on.
  ///   - output: what the network gives; asked where that decides what whole numbers are.
  /// - Throws: `FileError`, malformed, with the line of a label that is none, or none that the network knows; what `output`
  ///   throws.
  func targets(
    _ rows: [Row], _ columns: Columns, known: Known, output: () throws -> NetworkOutput?
  ) throws -> Targets {
    if columns.labels.count > 1 { return try valuesByColumn(rows, columns, known.outputs) }
    let texts = rows.map { $0.labels[0] }
    if known.outputs != nil || texts.contains(where: { $0.contains("|") }) {
      return try labelLists(rows, known.outputs)
    }
    if let row = rows.first(where: { $0.labels[0].isEmpty }) { throw error(row.line, "has no label") }
    try refuseTwins(rows.map { ($0.labels[0], $0.line) })
    let names = ClassNames(sorting: texts)
    let column = columns.name(columns.labels[0])
    let numbers = try numbers(rows, column)
    let areNumbers = numbers.allSatisfy { $0 != nil }
    let areClasses =
      try known.areClasses ?? names.areClasses(for: areNumbers ? try output() : nil)
    if !areClasses, let row = zip(rows, numbers).first(where: { $1 == nil })?.0 {
      throw error(row.line, column, "the target is `\(row.labels[0])`, but the network was trained on numbers")
    }
    let items = zip(rows, numbers).map { row, number in
      SampleListing.Item(path: row.path, label: names[row.labels[0]] ?? 0, values: number.map { [Float($0)] } ?? [])
    }
    return areClasses
      ? Targets(classes: names.names, meaning: .classes, items: items)
      : Targets(meaning: .values([1]), items: items)
  }

  /// Refuses labels that are the same letters in other bytes, which would be one.
  func refuseTwins(_ labels: [(text: String, line: Int)]) throws(FileError) {
    guard let (first, second) = NameTwins.find(in: labels.map(\.text)) else { return }
    throw error(
      labels[second].line,
      "has the label \(NameTwins.inBytes(labels[second].text)), which is \(NameTwins.inBytes(labels[first].text)) of line "
        + "\(labels[first].line) in other bytes: write both alike")
  }

  /// The number that each row's label is; nil where it is a word.
  ///
  /// - Parameter column: what the column of labels is called.
  /// - Throws: `FileError`, malformed, with the line of what is missing, infinite or too large among numbers, and of a word
  ///   where most are numbers with decimals.
  private func numbers(_ rows: [Row], _ column: String) throws(FileError) -> [Double?] {
    let found = rows.map { DecimalNumber($0.labels[0]) }
    let numbers = found.map(\.value)
    let known = numbers.compactMap(\.self)
    let areMostDecimals = known.count > found.count / 2 && known.contains { $0 != $0.rounded() }
    guard !known.isEmpty, areMostDecimals || !found.contains(.none) else { return numbers }
    let fields = FieldReader(path: file, missing: .refused)
    for (row, number) in zip(rows, numbers) {
      let text = try fields.target(row.labels[0], line: row.line, column: column)
      guard let number else {
        throw error(row.line, column, "the target is `\(text)`, expected a number, as most others are")
      }
      guard Float(number).isFinite else {
        throw error(row.line, column, "the target is \(text), more than floats of 32 bits hold (3.4e38): scale it")
      }
    }
    return numbers
  }
}
