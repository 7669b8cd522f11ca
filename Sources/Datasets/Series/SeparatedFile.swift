import Files

/// A table of values with separators between them: with a header and `--target`, or, as the UCR archive has them (Dau et al.
/// 2019), without and the target first.
struct SeparatedFile {
  private let path: String
  private let channels: Int?
  private let columns: TableColumns
  private let fields: FieldReader
  private let reading: SeriesTable.TargetReading

  /// Reads all of `bytes`.
  ///
  /// - Parameter notice: is told, in a sentence, what looks odd and is taken as it is.
  /// - Throws: `FileError`, malformed, which says where in the file, and what to do.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, options: SeriesOptions, target: SeriesTable.TargetReading,
    notice: (String) -> Void
  ) throws(FileError) -> SeriesTable {
    var scanner = try TableScanner(bytes, path: path, rowsOf: "series")
    try scanner.requireRow()
    let columns = try TableColumns(scanner, path: path, options: options, target: target, notice)
    let file = SeparatedFile(
      path: path, channels: options.shape?[1], columns: columns,
      fields: FieldReader(path: path, missing: options.missing), reading: target)
    if columns.names != nil {
      while try scanner.nextField() != nil {}
      try scanner.requireRow(behindHeader: true)
    }
    return try file.table(&scanner, notice)
  }

  private func table(_ scanner: inout TableScanner, _ notice: (String) -> Void) throws(FileError) -> SeriesTable {
    let names = columns.numbers.compactMap { columns.names?[$0] }
    var table = SeriesTable(path, channels: columns.group == nil ? channels ?? 1 : names.count, columns: names)
    var groups: [String] = []
    var counting = CountingColumn(name: columns.numbers.first == 0 ? names.first : nil)
    repeat {
      let start = table.numbers.count
      var (place, target) = (0, "")
      while let field = try scanner.nextField() {
        if place == columns.target {
          guard reading == .required else {
            place += 1
            continue
          }
          target = try fields.target(scanner.text(field), line: scanner.row, column: columns.name(place))
        } else if place == columns.group {
          groups.append(try group(scanner.text(field), line: scanner.row))
        } else if place < columns.count ?? .max, !columns.dropped.contains(place) {
          let number = try fields.number(scanner.bytes, field.range, line: scanner.row, column: columns.name(place))
          if place == 0 { counting.see(number) }
          table.append(number)
        }
        place += 1
      }
      if let count = columns.count { try scanner.require(count, found: place) }
      try check(numbers: table.numbers.count - start, channels: table.channels, line: scanner.row)
      table.endSeries(line: scanner.row, target: target)
    } while scanner.nextRow()
    try columns.check(table)
    if let sentence = counting.sentence { notice("\(path): \(sentence)") }
    return columns.group == nil ? table : try table.grouped(by: groups)
  }

  private func group(_ text: String, line: Int) throws(FileError) -> String {
    guard !text.isEmpty else {
      throw FileError(
        .malformed, path, "line \(line): has nothing in the column of --group, expected which series the row belongs to"
      )
    }
    return text
  }

  private func check(numbers: Int, channels: Int, line: Int) throws(FileError) {
    guard numbers > 0 else {
      throw FileError(
        .malformed, path, "line \(line): has one field, expected a target and the numbers of a series")
    }
    guard columns.group != nil || numbers % channels == 0 else {
      throw FileError(
        .malformed, path,
        "line \(line): has \(numbers) numbers, expected a multiple of \(channels), the channels of --input-shape")
    }
  }
}

/// Finds out whether a first column of numbers merely counts its rows, as the index does that pandas writes.
private struct CountingColumn {
  private let name: String?
  private var next: Float = 0
  private var isCounting: Bool

  /// A column of this name, nil where it has none or holds no numbers.
  init(name: String?) {
    self.name = name
    isCounting = ["", "unnamed: 0", "id", "index"].contains(name?.lowercased())
  }

  mutating func see(_ number: Float) {
    if next == 0, number == 1 { next = 1 }
    isCounting = isCounting && number == next
    next += 1
  }

  /// What there is to say.
  var sentence: String? {
    guard isCounting, let name else { return nil }
    return "the first column, `\(name)`, counts the rows and is taken for values: take it out (in pandas, index=False)"
  }
}

extension SeriesTable {
  /// Makes one series of all rows of a group, in the order in which they and the groups first come.
  ///
  /// - Throws: `FileError`, malformed, where a group has several targets.
  fileprivate func grouped(by groups: [String]) throws(FileError) -> SeriesTable {
    var places: [String: Int] = [:]
    var rows: [[Int]] = []
    for (row, group) in groups.enumerated() {
      let place = places[group, default: rows.count]
      if place == rows.count {
        places[group] = place
        rows.append([])
      } else if targets[rows[place][0]] != targets[row] {
        throw error(
          line: lines[row],
          "the target of `\(group)` is `\(targets[row])`, but `\(targets[rows[place][0]])` in line \(lines[rows[place][0]]): "
            + "expected one target for a group")
      }
      rows[place].append(row)
    }
    var table = SeriesTable(path, channels: channels, columns: columns)
    for group in rows {
      for row in group {
        for number in numbers[range(row)] { table.append(number) }
      }
      table.endSeries(line: lines[group[0]], target: targets[group[0]])
    }
    return table
  }
}
