import Files
import Tensors

extension ListingTable {
  /// What the labels are, and each row's.
  func targets(
    _ rows: [Row], _ columns: Columns
  ) throws(FileError) -> (classes: [String], SampleListing.Meaning, [SampleListing.Item]) {
    if columns.labels.count > 1 {
      var items: [SampleListing.Item] = []
      for row in rows {
        var values: [Float] = []
        for (place, text) in zip(columns.labels, row.labels) {
          values.append(try value(text, row.line, columns.names?[place] ?? "\(place + 1)"))
        }
        items.append(SampleListing.Item(path: row.path, values: values))
      }
      return ([], .values([columns.labels.count]), items)
    }
    let texts = rows.map { $0.labels[0] }
    if texts.contains(where: { $0.contains("|") }) {
      let lists = texts.map { $0.split(separator: "|").map { $0.trimmingSpaces } }
      let names = ClassNames(sorting: lists.flatMap(\.self))
      let items = zip(rows, lists).map { row, list in
        var values = [Float](repeating: 0, count: names.names.count)
        for label in list { if let place = names[label] { values[place] = 1 } }
        return SampleListing.Item(path: row.path, values: values)
      }
      return ([], .values([names.names.count]), items)
    }
    if let row = rows.first(where: { $0.labels[0].isEmpty }) { throw error(row.line, "has no label") }
    let names = ClassNames(sorting: texts)
    let numbers = texts.map { DecimalNumber($0).value }
    let items = zip(rows, numbers).map { row, number in
      SampleListing.Item(path: row.path, label: names[row.labels[0]] ?? 0, values: number.map { [Float($0)] } ?? [])
    }
    guard names.areClasses(isBinary: false) else { return ([], .values([1]), items) }
    let areNumbers = numbers.allSatisfy { $0 != nil }
    return (names.names, areNumbers ? .classesOrValues : .classes, items)
  }

  private func value(_ text: String, _ line: Int, _ column: String) throws(FileError) -> Float {
    guard let value = DecimalNumber(text).value, Float(value).isFinite else {
      throw error(
        line, "column `\(column)`: is `\(text)`, expected a number; a column of classes is named with --target")
    }
    return Float(value)
  }
}

extension Substring {
  /// Without spaces around it.
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
