import Files

/// A table of values with separators between them: with a header and `--target`, or, as the UCR archive has them (Dau et al.
/// 2019), without and the target first.
struct SeparatedFile {
  private let path: String
  private let options: SeriesOptions
  private let fields: FieldReader
  /// The names of all columns; nil without a header.
  private var header: [String]?
  /// The column of the target.
  private var targetColumn = 0
  /// The column that rows are grouped by.
  private var groupColumn: Int?

  /// Reads all of `bytes`.
  ///
  /// - Parameter notice: is told, in a sentence, what looks odd and is taken as it is.
  /// - Throws: `FileError`, malformed, which says where in the file, and what to do.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, options: SeriesOptions, notice: (String) -> Void
  ) throws(FileError) -> SeriesTable {
    var scanner = try TableScanner(bytes, path: path)
    guard scanner.nextRow() else {
      throw FileError(.malformed, path, "has blank lines alone, expected a row for each series")
    }
    var file = SeparatedFile(path, options)
    if try file.takeHeader(scanner, notice) {
      while try scanner.nextField() != nil {}
      guard scanner.nextRow() else {
        throw FileError(.malformed, path, "has a header and no rows, expected one for each series")
      }
    }
    return try file.table(&scanner, notice)
  }

  private init(_ path: String, _ options: SeriesOptions) {
    (self.path, self.options) = (path, options)
    fields = FieldReader(path: path, missing: options.missing)
  }

  // MARK: - The header

  /// Looks at the first row, which is a header where columns are asked for by name.
  private mutating func takeHeader(_ first: TableScanner, _ notice: (String) -> Void) throws(FileError) -> Bool {
    var scanner = first
    var row: [TableScanner.Field] = []
    while let field = try scanner.nextField() { row.append(field) }
    let words = row.indices.dropFirst().filter { DecimalNumber(scanner.bytes, row[$0].range) == .none }
    guard options.target != nil || options.group != nil || !words.isEmpty else {
      try noticeCount(row, scanner, notice)
      return false
    }
    var names: [String] = []
    for field in row { names.append(try scanner.text(field)) }
    header = names
    guard let target = options.target else {
      var reason = ""
      if options.group == nil {
        let hint = names[words[0]].contains(",") ? ", whose decimals have a point" : ""
        reason = "line \(scanner.row) is a header (`\(names[words[0]])` is no number\(hint)): "
      }
      throw FileError(
        .malformed, path, "\(reason)name the column of targets by --target COLUMN, one of \(Self.list(names))")
    }
    targetColumn = try column(target, "--target", in: names)
    if let group = options.group {
      groupColumn = try column(group, "--group", in: names)
      guard groupColumn != targetColumn else {
        throw FileError(.malformed, path, "--group and --target both name the column `\(group)`, expected two columns")
      }
    }
    guard names.count > (groupColumn == nil ? 1 : 2) else {
      throw FileError(.malformed, path, "has no columns of numbers beside \(Self.list(names))")
    }
    return true
  }

  private func column(_ name: String, _ option: String, in names: [String]) throws(FileError) -> Int {
    let places = names.indices.filter { names[$0] == name }
    guard let place = places.first else {
      throw FileError(.malformed, path, "has no column `\(name)` for \(option), expected one of \(Self.list(names))")
    }
    guard places.count == 1 else {
      throw FileError(
        .malformed, path, "has \(places.count) columns called `\(name)`, expected one for \(option): rename the others")
    }
    return place
  }

  /// A first line of 0, 1, 2, … may be a header of numbers, as pandas writes one.
  private func noticeCount(
    _ row: [TableScanner.Field], _ scanner: TableScanner, _ notice: (String) -> Void
  ) throws(FileError) {
    guard row.count > 2 else { return }
    let first = try Int(scanner.text(row[1]))
    for (place, field) in row.dropFirst().enumerated() {
      guard let first, 0...1 ~= first, try scanner.text(field) == "\(first + place)" else { return }
    }
    notice(
      "\(path): line \(scanner.row) counts its columns and is taken for a series: where it is a header, name the column of "
        + "targets by --target")
  }

  /// A word before the numbers of the first line, and numbers in its place in all others, are a header.
  private func refuseHeader(_ table: SeriesTable) throws(FileError) {
    guard table.count > 1, let first = table.targets.first, DecimalNumber(first) == .none,
      table.targets.dropFirst().allSatisfy({ DecimalNumber($0) != .none })
    else { return }
    throw table.error(
      line: table.lines[0],
      "begins with `\(first)`, and all others with a number: where it is a header, say --target '\(first)', else give all "
        + "classes names, or numbers")
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count) in all)" : "")
  }

  // MARK: - Rows

  private func table(_ scanner: inout TableScanner, _ notice: (String) -> Void) throws(FileError) -> SeriesTable {
    let columns = (header ?? []).enumerated().filter { $0.offset != targetColumn && $0.offset != groupColumn }
    var table = SeriesTable(
      path, channels: groupColumn == nil ? options.shape?[1] ?? 1 : columns.count, columns: columns.map(\.element))
    var groups: [String] = []
    var counting = CountingColumn(name: header?.first, isNumbers: columns.first?.offset == 0)
    repeat {
      let start = table.numbers.count
      var (place, target) = (0, "")
      while let field = try scanner.nextField() {
        if place == targetColumn {
          target = try fields.target(scanner.text(field), line: scanner.row, column: name(place))
        } else if place == groupColumn {
          groups.append(try group(scanner.text(field), line: scanner.row))
        } else if place < header?.count ?? .max {
          let number = try fields.number(scanner.bytes, field.range, line: scanner.row, column: name(place))
          if place == 0 { counting.see(number) }
          table.append(number)
        }
        place += 1
      }
      try check(fields: place, numbers: table.numbers.count - start, channels: table.channels, line: scanner.row)
      table.endSeries(line: scanner.row, target: target)
    } while scanner.nextRow()
    if header == nil { try refuseHeader(table) }
    if let sentence = counting.sentence { notice("\(path): \(sentence)") }
    return groupColumn == nil ? table : try table.grouped(by: groups)
  }

  private func group(_ text: String, line: Int) throws(FileError) -> String {
    guard !text.isEmpty else {
      throw FileError(
        .malformed, path, "line \(line): has nothing in the column of --group, expected which series the row belongs to"
      )
    }
    return text
  }

  private func check(fields: Int, numbers: Int, channels: Int, line: Int) throws(FileError) {
    if let header, fields != header.count {
      throw FileError(
        .malformed, path,
        "line \(line): has \(fields) fields, expected \(header.count) as the header has columns: complete the row, or take it "
          + "out")
    }
    guard numbers > 0 else {
      throw FileError(
        .malformed, path, "line \(line): has one field, expected a target and behind it the numbers of a series")
    }
    guard groupColumn != nil || numbers % channels == 0 else {
      throw FileError(
        .malformed, path,
        "line \(line): has \(numbers) numbers, expected a multiple of \(channels), the channels of --input-shape")
    }
  }

  /// What a column is called in messages.
  private func name(_ place: Int) -> String {
    if let header, header.indices.contains(place) { return "column `\(header[place])`" }
    return "column \(place + 1)"
  }
}

/// Finds out whether a first column of numbers merely counts its rows, as the index does that pandas writes.
private struct CountingColumn {
  private let name: String?
  private var next: Float = 0
  private var isCounting: Bool

  init(name: String?, isNumbers: Bool) {
    self.name = name
    isCounting = isNumbers && ["", "unnamed: 0", "id", "index"].contains(name?.lowercased())
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
