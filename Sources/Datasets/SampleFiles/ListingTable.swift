import Files
import Glibc
import Tensors

/// A table that lists files of samples: a path, a label or several, and perhaps the part that each belongs to. Paths are
/// relative to the table's own folder.
///
/// With a header, columns go by their names; without one, the first is the path, the second the label, the third the part. One
/// label is a class where it is a word or a whole number, and else a value. Several columns of numbers are values, and so are
/// labels with `|` between them: 1 for each label that there is, 0 for all others, sorted by name.
struct ListingTable {
  /// The columns that say where the file is, which target it has, and of which part it is.
  struct Columns {
    let path: Int
    let labels: [Int]
    let part: Int?
    let names: [String]?

    /// What the column at a place is called in messages.
    func name(_ place: Int) -> String { names.map { "column `\($0[place])`" } ?? "column \(place + 1)" }
  }

  /// What is known of the targets that a network was trained on.
  struct Known {
    /// What each of several values of a target is called; nil where they have no names, or nothing was trained.
    var outputs: [String]?
    /// Whether they are classes; nil where that is for the table to say.
    var areClasses: Bool?
  }

  /// A row that was read.
  struct Row {
    let line: Int
    let path: String
    let labels: [String]
    let part: DataSplits.Part?
  }

  private static let pathNames = [
    "path", "filepath", "file", "filename", "image", "imagepath", "volume", "audio", "sound",
  ]
  private static let labelNames = ["label", "labels", "class", "classes", "target", "category"]
  private static let archiveEndings = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar"]
  private static let partNames = ["split", "set", "subset", "part", "partition"]

  /// The table as the user named it.
  let file: String
  private let table: [(line: Int, fields: [String])]

  /// Reads the table `file`; nil where that is a folder.
  ///
  /// - Throws: `FileError`: missing; malformed, with the line, for what is no table.
  init?(_ file: String) throws(FileError) {
    if Folder.isFolder(file) { return nil }
    guard access(file, F_OK) == 0 else {
      guard errno == ENOENT else { throw .system(file, "cannot be opened") }
      throw FileError(
        .missing, file,
        "there is no such folder or table: `--data DIR` names the folder with `train/CLASS/FILE` in it, `--data FILE` a table of "
          + "paths and labels")
    }
    guard !Self.archiveEndings.contains(where: file.lowercased().hasSuffix) else {
      throw FileError(.malformed, file, "is an archive: unpack it, and name the folder that comes of it")
    }
    self.file = file
    let contents = try MappedFile(file)
    table = try contents.withBytes { bytes throws(FileError) in try Self.rows(bytes, path: file) }
    try contents.check()
  }

  private static func rows(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FileError) -> [(line: Int, fields: [String])] {
    var scanner = try TableScanner(bytes, path: path, rowsOf: "file")
    try scanner.requireRow()
    var rows: [(line: Int, fields: [String])] = []
    repeat {
      var fields: [String] = []
      while let field = try scanner.nextField() { fields.append(try scanner.text(field)) }
      try scanner.require(rows.first?.fields.count ?? fields.count, found: fields.count)
      rows.append((scanner.row, fields))
    } while scanner.nextRow()
    return rows
  }

  /// The first of its files, whose ending says what they hold.
  var firstFile: String {
    let place = Self.pathColumn(table[0].fields)
    return place == nil ? table[0].fields[0] : table.count > 1 ? table[1].fields[place ?? 0] : ""
  }

  /// The files and their targets.
  ///
  /// - Parameters:
  ///   - format: what the files hold.
  ///   - target: the column of the label, where its name does not say it.
  ///   - split: what is held back of the training samples, where the table does not say it.
  ///   - known: what is known of the targets that the network was trained on.
  ///   - output: what the network gives for one of such files, nil where it is yet to be made; asked where that decides what
  ///     targets are.
  /// - Throws: `FileError`, malformed, with the line, for columns that are missing, and for a table without the samples that
  ///   `purpose` needs. What `output` throws.
  func listing(
    _ format: any SampleFormat, for purpose: ClassFolders.Purpose, target: String?, split: ValidationSplit?,
    known: Known, output: (_ paths: [String]) throws -> NetworkOutput?
  ) throws -> SampleListing {
    let columns = try columns(table[0].fields, target)
    return try listing(rows(columns), columns, format, purpose, split, known, output)
  }

  // MARK: - Rows

  private func rows(_ columns: Columns) throws(FileError) -> [Row] {
    guard columns.names == nil || table.count > 1 else {
      throw FileError(.malformed, file, "has a header and no rows, expected one for each file")
    }
    var rows: [Row] = []
    for (line, fields) in table.dropFirst(columns.names == nil ? 0 : 1) {
      let path = fields[columns.path]
      guard !path.isEmpty else { throw error(line, "names no file") }
      rows.append(
        Row(
          line: line, path: place(of: path), labels: columns.labels.map { fields[$0] },
          part: try columns.part.map { place throws(FileError) in try part(fields[place], line) }))
    }
    return rows
  }

  private func part(_ text: String, _ line: Int) throws(FileError) -> DataSplits.Part {
    guard let part = DataSplits.Part(word: text) else {
      throw error(line, "is of the part `\(text)`, expected train, validation or test")
    }
    return part
  }

  /// What the columns are, by the table's first row.
  private func columns(_ first: [String], _ target: String?) throws(FileError) -> Columns {
    guard let path = Self.pathColumn(first) else {
      try refuseHeader(first)
      if let target, let number = Int(target), case let place = number > 0 ? number - 1 : first.count + number,
        place > 0, place < first.count, number != 0
      {
        return Columns(path: 0, labels: [place], part: place == 1 && first.count > 2 ? 2 : nil, names: nil)
      }
      guard target == nil, first.count >= 2 else {
        throw error(
          1,
          "names no column of files, expected one called \(Self.pathNames.joined(separator: ", ")), or lines of path, label "
            + "and perhaps part" + (target == nil ? "" : ", of which --target names that of the label by its number"))
      }
      return Columns(path: 0, labels: [1], part: first.count > 2 ? 2 : nil, names: nil)
    }
    let part = Self.column(Self.partNames, in: first)
    let others = first.indices.filter { $0 != path && $0 != part }
    let labels: [Int]
    if let target {
      guard let place = first.firstIndex(of: target) else {
        throw error(1, "has no column `\(target)`, expected one of \(first.joined(separator: ", "))")
      }
      labels = [place]
    } else if let place = Self.column(Self.labelNames, in: first) {
      labels = [place]
    } else {
      labels = others
    }
    guard !labels.isEmpty else { throw error(1, "has no column of labels: name it label, or name it with --target") }
    return Columns(path: path, labels: labels, part: part, names: first)
  }

  /// Refuses a first row that is a header and is taken for data: it names no file, and the next row does.
  private func refuseHeader(_ first: [String]) throws(FileError) {
    guard table.count > 1, !first[0].contains("."), access(place(of: first[0]), F_OK) != 0,
      access(place(of: table[1].fields[0]), F_OK) == 0
    else { return }
    throw error(
      table[0].line,
      "is taken for data, as none of its columns is called \(Self.pathNames.joined(separator: ", ")), but there is no file "
        + "`\(first[0])`: where it is a header, call the column of files so")
  }

  /// Where a file is that the table names.
  private func place(of path: String) -> String {
    path.hasPrefix("/") ? path : (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + path
  }

  private static func pathColumn(_ header: [String]) -> Int? { column(pathNames, in: header) }

  /// The first of the columns called one of `names`, in capitals or not, with words put together or apart.
  private static func column(_ names: [String], in header: [String]) -> Int? {
    let words = header.map { $0.lowercased().filter { $0 != "_" && $0 != " " } }
    return names.lazy.compactMap { words.firstIndex(of: $0) }.first
  }

  func error(_ line: Int, _ message: String) -> FileError {
    FileError(.malformed, file, "line \(line): \(message)")
  }

  /// An error in a column, which has the name that it has in messages.
  func error(_ line: Int, _ column: String, _ message: String) -> FileError {
    FileError(.malformed, file, "line \(line), \(column): \(message)")
  }

  // MARK: - From rows to samples

  private func listing(
    _ rows: [Row], _ columns: Columns, _ format: any SampleFormat, _ purpose: ClassFolders.Purpose,
    _ split: ValidationSplit?, _ known: Known, _ output: (_ paths: [String]) throws -> NetworkOutput?
  ) throws -> SampleListing {
    let hasParts = columns.part != nil
    let targets = try targets(rows, columns, known: known) { try output(rows.map(\.path)) }
    let classes = targets.classes
    let areClasses = if case .classes = targets.meaning { true } else { false }
    var parts: [DataSplits.Part: [SampleListing.Item]] = [:]
    for (row, item) in zip(rows, targets.items) { parts[row.part ?? .training, default: []].append(item) }
    var origin = hasParts ? SampleListing.Origin.given : .undivided
    if parts[.validation] != nil, split != nil, purpose == .training {
      throw FileError(.malformed, file, "says what is for validation: leave --validation-split out")
    }
    if parts[.validation] == nil, split == nil, let test = parts.removeValue(forKey: .test) {
      parts[.validation] = test
    }
    if parts[.validation] == nil, let training = parts[.training] {
      let places = (split ?? .everyTenth).part(areClasses ? training.map(\.label) : training.map { _ in 0 })
      parts[.training] = places.training.map { training[$0] }
      parts[.validation] = places.validation.map { training[$0] }
      if hasParts { origin = .heldBack }
    }
    parts = parts.filter { !$0.value.isEmpty }
    if purpose == .training {
      guard parts[.training] != nil, parts[.validation] != nil else {
        throw FileError(
          .malformed, file,
          "has no \(format.noun)s to \(parts[.training] == nil ? "train on" : "validate with"): name more, or "
            + "their part in a column `split`"
            + (parts[.training] == nil ? "" : ", or hold a larger share back with --validation-split, such as 0.2"))
      }
      if areClasses, classes.count < 2 {
        throw FileError(.malformed, file, "has one class alone, `\(classes.first ?? "")`, expected two at least")
      }
    }
    return SampleListing(
      place: file, classes: classes, meaning: targets.meaning, outputNames: targets.outputNames, parts: parts,
      origin: origin,
      passedOver: "")
  }
}
