import Files

/// What the columns of a table with separators are: its first row and the options say it.
struct TableColumns {
  /// The names of all columns; nil without a header.
  let names: [String]?
  /// The place of the targets; nil where there are none.
  let target: Int?
  /// The place of what rows are grouped by; nil where each row is a series.
  let group: Int?
  /// The places of what is passed over.
  let dropped: Set<Int>
  /// How many fields each row has; nil where that may differ.
  let count: Int?

  private let path: String

  /// Looks at the first row. It is a header where the target is asked for by a name that is in it; where `--target` is the
  /// number of a column, and without it, there is no header.
  ///
  /// - Parameters:
  ///   - scanner: at the first row, whose fields are yet to be taken.
  ///   - reading: whether there have to be targets.
  ///   - notice: is told of a first row that might be a header.
  /// - Throws: `FileError`, malformed, where a column is not there, or there is no saying which are meant.
  init(
    _ scanner: TableScanner, path: String, options: SeriesOptions, target reading: SeriesTable.TargetReading,
    _ notice: (String) -> Void
  ) throws(FileError) {
    var scanner = scanner
    var row: [TableScanner.Field] = []
    while let field = try scanner.nextField() { row.append(field) }
    self.path = path
    let words = row.indices.filter { DecimalNumber(scanner.bytes, row[$0].range) == .none }
    if case .optional(let numbers) = reading {
      var texts: [String] = []
      for field in row { texts.append(try scanner.text(field)) }
      let isNumber = options.target.map { Int($0) != nil } ?? true
      if words.isEmpty
        ? options.group == nil && row.count == numbers : Self.lacks(options.target, texts, isNumber, numbers)
      {
        (names, target) = (words.isEmpty ? nil : texts, nil)
        group = try options.group.map { group throws(FileError) in try Self.column(group, "--group", in: texts, path) }
        count = words.isEmpty ? nil : texts.count
        // A table without targets may lack what tells of them, too.
        dropped = Set(texts.indices.filter { !words.isEmpty && options.dropped.contains(texts[$0]) })
        return
      }
    }
    let isNamed = options.target != nil || options.group != nil || !options.dropped.isEmpty
    guard isNamed || !words.filter({ $0 > 0 }).isEmpty else {
      (names, target, group, dropped, count) = (nil, 0, nil, [], nil)
      if row.count > 2, try Self.isCounting(row.dropFirst(), scanner) {
        notice(
          "\(path): line \(scanner.row) counts its columns and is taken for a series: where it is a header, name the column of "
            + "targets by --target")
      }
      return
    }
    var names: [String] = []
    for field in row { names.append(try scanner.text(field)) }
    guard let target = options.target else {
      let word = words.first { $0 > 0 }.map { names[$0] } ?? ""
      let reason =
        isNamed
        ? ""
        : "line \(scanner.row) is a header (`\(word)` is no number\(word.contains(",") ? ", whose decimals have a point" : "")): "
      throw FileError(
        .malformed, path, "\(reason)name the column of targets by --target COLUMN, one of \(Self.list(names))")
    }
    // A row of numbers is no header because one of them is the number of a column.
    let isCounting = try Self.isCounting(row[...], scanner)
    let isHeader = !words.isEmpty || isCounting
    if options.group == nil, options.dropped.isEmpty, !(isHeader && names.contains(target)), let number = Int(target),
      1...row.count ~= number || -row.count ... -1 ~= number,
      case let place = number > 0 ? number - 1 : row.count + number, words.allSatisfy({ $0 == place })
    {
      (self.names, self.target, group, dropped, count) = (nil, place, nil, [], row.count)
      return
    }
    self.target = try Self.column(target, "--target", in: names, path)
    group = try options.group.map { group throws(FileError) in try Self.column(group, "--group", in: names, path) }
    guard group != self.target else {
      throw FileError(.malformed, path, "--group and --target both name the column `\(target)`, expected two columns")
    }
    var dropped: Set<Int> = []
    for name in options.dropped {
      let place = try Self.column(name, "--drop", in: names, path)
      guard place != self.target, place != group else {
        throw FileError(.malformed, path, "--drop names the column `\(name)`, which --target or --group names as well")
      }
      dropped.insert(place)
    }
    self.dropped = dropped
    guard names.count > (group == nil ? 1 : 2) + dropped.count else {
      throw FileError(.malformed, path, "has no columns of numbers beside \(Self.list(names))")
    }
    (self.names, count) = (names, names.count)
  }

  /// The places of numbers that have names.
  var numbers: [Int] { (names ?? []).indices.filter { $0 != target && $0 != group && !dropped.contains($0) } }

  /// What the column at a place is called in messages.
  func name(_ place: Int) -> String {
    if let names, names.indices.contains(place) { return "column `\(names[place])`" }
    return "column \(place + 1)"
  }

  /// Refuses a first row without a header that is one: a word in the place of the target, where all others have numbers.
  ///
  /// - Throws: `FileError`, malformed.
  func check(_ table: SeriesTable) throws(FileError) {
    guard names == nil, table.count > 1, let first = table.targets.first, DecimalNumber(first) == .none,
      table.targets.dropFirst().allSatisfy({ DecimalNumber($0) != .none })
    else { return }
    throw table.error(
      line: table.lines[0],
      "has the target `\(first)`, and all others are numbers: where it is a header, say --target '\(first)', else give all "
        + "classes names, or numbers")
  }

  /// Whether a header is of columns without targets: it lacks the name of theirs or, where they have none, has as many columns
  /// as a series has numbers.
  private static func lacks(_ target: String?, _ names: [String], _ isNumber: Bool, _ numbers: Int) -> Bool {
    isNumber ? names.count == numbers : target.map { !names.contains($0) } ?? false
  }

  private static func column(
    _ name: String, _ option: String, in names: [String], _ path: String
  ) throws(FileError) -> Int {
    let places = names.indices.filter { names[$0] == name }
    guard let place = places.first else {
      throw FileError(.malformed, path, "has no column `\(name)` for \(option), expected one of \(list(names))")
    }
    guard places.count == 1 else {
      throw FileError(
        .malformed, path, "has \(places.count) columns called `\(name)`, expected one for \(option): rename the others")
    }
    return place
  }

  /// Whether fields are 0, 1, 2, … or 1, 2, 3, …, as pandas calls columns that have no names.
  private static func isCounting(
    _ fields: ArraySlice<TableScanner.Field>, _ scanner: TableScanner
  ) throws(FileError) -> Bool {
    guard let first = try fields.first.flatMap({ field throws(FileError) in try Int(scanner.text(field)) }) else {
      return false
    }
    for (place, field) in fields.enumerated() {
      guard 0...1 ~= first, try scanner.text(field) == "\(first + place)" else { return false }
    }
    return true
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count) in all)" : "")
  }
}
