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
  /// The columns that say where the file is, which target it has, of which part it is, and what it belongs to.
  struct Columns {
    let path: Int
    let labels: [Int]
    let part: Int?
    let names: [String]?
    let group: Int?

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
    /// What of the rows of one value stays in one part; nil where each row is by itself.
    let group: String?
  }

  private static let archiveEndings = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar"]

  /// The table as the user named it.
  let file: String
  /// Its rows, the first of which may be a header.
  let table: [(line: Int, fields: [String])]

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
  ///   - target: the column of the label, where its name does not say it, or columns of numbers with commas between.
  ///   - group: the column whose rows of one value stay in one part, such as those of a patient; nil for none.
  ///   - split: what is held back of the training samples, where the table does not say it.
  ///   - known: what is known of the targets that the network was trained on.
  ///   - output: what the network gives for one of such files, nil where it is yet to be made; asked where that decides what
  ///     targets are.
  /// - Throws: `FileError`, malformed, with the line, for columns that are missing, and for a table without the samples that
  ///   `purpose` needs. What `output` throws.
  func listing(
    _ format: any SampleFormat, for purpose: ClassFolders.Purpose, target: String?, group: String?,
    split: ValidationSplit?, known: Known, output: (_ paths: [String]) throws -> NetworkOutput?
  ) throws -> SampleListing {
    let columns = try columns(table[0].fields, target, group)
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
      let group = columns.group.map { fields[$0] }
      if let place = columns.group, group?.isEmpty == true {
        throw error(line, columns.name(place), "names no group")
      }
      rows.append(
        Row(
          line: line, path: place(of: path), labels: columns.labels.map { fields[$0] },
          part: try columns.part.map { place throws(FileError) in try part(fields[place], line) }, group: group))
    }
    return rows
  }

  /// Where a file is that the table names.
  func place(of path: String) -> String {
    path.hasPrefix("/") ? path : (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + path
  }

  private func part(_ text: String, _ line: Int) throws(FileError) -> DataSplits.Part {
    guard let part = DataSplits.Part(word: text) else {
      throw error(line, "is of the part `\(text)`, expected train, validation or test")
    }
    return part
  }

  func error(_ line: Int, _ message: String) -> FileError {
    FileError(.malformed, file, "line \(line): \(message)")
  }

  /// An error in a column, which has the name that it has in messages.
  func error(_ line: Int, _ column: String, _ message: String) -> FileError {
    FileError(.malformed, file, "line \(line), \(column): \(message)")
  }

  // MARK: - From rows to samples

  /// Refuses rows of one group in several parts.
  private func refuseParted(_ rows: [Row]) throws(FileError) {
    var parts: [String: (part: DataSplits.Part, line: Int)] = [:]
    for row in rows {
      guard let group = row.group, let part = row.part else { continue }
      guard let other = parts.updateValue((part, row.line), forKey: group), other.part != part else { continue }
      throw error(
        row.line,
        "is of the group `\(group)` and for \(part.rawValue), line \(other.line) of the same is for \(other.part.rawValue): leave "
          + "--group out where that is meant")
    }
  }

  private func listing(
    _ rows: [Row], _ columns: Columns, _ format: any SampleFormat, _ purpose: ClassFolders.Purpose,
    _ split: ValidationSplit?, _ known: Known, _ output: (_ paths: [String]) throws -> NetworkOutput?
  ) throws -> SampleListing {
    let hasParts = columns.part != nil
    let targets = try targets(rows, columns, known: known) { try output(rows.map(\.path)) }
    let classes = targets.classes
    let areClasses = if case .classes = targets.meaning { true } else { false }
    try refuseParted(rows)
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
      let labels = areClasses ? training.map(\.label) : training.map { _ in 0 }
      let groups = rows.filter { ($0.part ?? .training) == .training }.compactMap(\.group)
      let split = split ?? .everyTenth
      let places = columns.group == nil ? split.part(labels) : split.part(labels, groups: groups)
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
