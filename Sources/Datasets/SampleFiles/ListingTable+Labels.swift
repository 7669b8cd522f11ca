import Files
import Tensors

/// Targets of several values: labels with a bar between them, or columns of numbers. Where a network was trained on some, they
/// are matched by their names.
extension ListingTable {
  /// A 1 for each label that a row has, 0 for all others.
  ///
  /// - Throws: `FileError`, malformed, with the line of a label that is none of `known`.
  func labelLists(_ rows: [Row], _ known: [String]?) throws(FileError) -> Targets {
    let lists = rows.map { $0.labels[0].split(separator: "|").map { $0.trimmingSpaces } }
    let labels = zip(rows, lists).flatMap { row, list in list.map { (text: $0, line: row.line) } }
    try refuseTwins(labels)
    let names = known.map { ClassNames($0) } ?? ClassNames(sorting: labels.map(\.text))
    if let known, let stranger = labels.first(where: { names[$0.text] == nil }) {
      throw error(
        stranger.line,
        "has the label `\(stranger.text)`, but the network was trained on the labels \(Self.list(known))")
    }
    let items = zip(rows, lists).map { row, list in
      var values = [Float](repeating: 0, count: names.names.count)
      for label in list { if let place = names[label] { values[place] = 1 } }
      return SampleListing.Item(path: row.path, values: values)
    }
    return Targets(meaning: .values([names.names.count]), outputNames: names.names, items: items)
  }

  /// A value for each column of labels, in the table's order, or in the network's.
  ///
  /// - Throws: `FileError`, malformed, with the line of what is no number, and for columns that are not those of `known`.
  func valuesByColumn(_ rows: [Row], _ columns: Columns, _ known: [String]?) throws(FileError) -> Targets {
    let found = columns.labels.map { columns.names?[$0] ?? "\($0 + 1)" }
    var order = Array(found.indices)
    if let known, known != found {
      guard Set(known) == Set(found), known.count == found.count, Set(known).count == known.count else {
        throw error(
          1,
          "has the columns \(Self.list(found)), but the network was trained on \(Self.list(known)): expected the same names"
        )
      }
      order = known.compactMap(found.firstIndex)
    }
    var items: [SampleListing.Item] = []
    for row in rows {
      var values: [Float] = []
      for place in order {
        values.append(try value(row.labels[place], row.line, columns.name(columns.labels[place])))
      }
      items.append(SampleListing.Item(path: row.path, values: values))
    }
    return Targets(meaning: .values([found.count]), outputNames: order.map { found[$0] }, items: items)
  }

  /// One of several numbers of a row.
  private func value(_ text: String, _ line: Int, _ column: String) throws(FileError) -> Float {
    guard let value = DecimalNumber(text).value, Float(value).isFinite else {
      throw error(line, column, "is `\(text)`, expected a number; a column of classes is named with --target")
    }
    return Float(value)
  }

  /// The first ten, and how many there are of more.
  private static func list(_ names: [String]) -> String {
    names.prefix(10).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 10 ? ", … (\(names.count) in all)" : "")
  }
}

extension Substring {
  /// Without spaces around it.
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
