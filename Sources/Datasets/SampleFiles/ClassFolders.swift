import Files

/// A folder that has a folder for each class, or such a folder for each part of a data set. Names are sorted by their bytes;
/// what is not used is counted.
struct ClassFolders {
  /// What the samples are wanted for.
  enum Purpose {
    /// Training needs samples of two classes at least, and some to validate with.
    case training
    /// Judging takes what there is.
    case judging
  }

  private let folder: String
  private let format: any SampleFormat
  private let purpose: Purpose
  private var passedOver: PassedOver

  /// Lists `folder/train/CLASS`, `folder/validation/CLASS` and `folder/test/CLASS`, or what else `DataSplits.Part` has for
  /// them, with all that is in folders below. What is to be judged needs no `train`.
  ///
  /// Where there is no `validation`, `test` takes its place, unless there is a `split`. Where there is neither, a share of each
  /// class is held back; where there is no `train` either, the classes stand in `folder` itself.
  ///
  /// - Throws: `FileError`: missing without the folder; malformed for training with fewer than two classes, a class without
  ///   a sample, no sample to validate with, or a split of what has a folder of its own; for judging without any sample; for
  ///   both with samples of a class that has none to train on, and with two classes whose names differ in bytes alone.
  static func list(
    _ folder: String, _ format: any SampleFormat, for purpose: Purpose, split: ValidationSplit?
  ) throws(FileError) -> SampleListing {
    var folders = ClassFolders(folder, format, purpose)
    return try folders.list(split)
  }

  private init(_ folder: String, _ format: any SampleFormat, _ purpose: Purpose) {
    (self.folder, self.format, self.purpose) = (folder, format, purpose)
    passedOver = PassedOver(format)
  }

  /// A class's name and the paths of its samples.
  private typealias Class = (name: String, paths: [String])

  private mutating func list(_ split: ValidationSplit?) throws(FileError) -> SampleListing {
    let top = try FolderEntries(folder, endings: format.endings)
    let named = try PartFolders(among: top.folders, of: folder, endings: format.endings)
    let hasTraining = named[.training] != nil
    var (validation, test) = (named[.validation], named[.test])
    if let validation, split != nil, purpose == .training {
      throw FileError(.malformed, folder, "has a folder `\(validation)` to validate with: leave --validation-split out")
    }
    if validation == nil && split == nil { swap(&validation, &test) }
    let others = [validation, test].compactMap(\.self)
    if let other = others.first, !hasTraining, purpose == .training {
      throw FileError(.malformed, folder, "has a folder `\(other)`, but none called `train` beside it")
    }
    if hasTraining || !others.isEmpty {
      passedOver.add(top)
      passedOver.add(stray: top.samples.count)
      let used = Set(named.names.values)
      passedOver.add(folders: top.folders.filter { !used.contains($0) }.map { "\(folder)/\($0)" })
    }

    var training: [Class] = []
    if hasTraining || others.isEmpty {
      let root = named[.training].map { "\(folder)/\($0)" } ?? folder
      training = try classes(in: root)
      if purpose == .training { try check(training, in: root) }
    }
    var parts: [DataSplits.Part: [Class]] = [:]
    for (part, name) in [(DataSplits.Part.validation, validation), (.test, test)] {
      parts[part] = try name.map { name throws(FileError) in try classes(in: "\(folder)/\(name)") }
    }
    if !hasTraining && !others.isEmpty {
      training = (parts[.validation] ?? parts[.test] ?? []).map { ($0.name, []) }
    }
    let names = training.map(\.name)
    for (part, name) in [(DataSplits.Part.validation, validation), (.test, test)] {
      guard let name, let stranger = parts[part]?.first(where: { !names.contains($0.name) }) else { continue }
      throw FileError(
        .malformed, "\(folder)/\(name)/\(stranger.name)", "is of a class that has no training \(format.noun)s")
    }
    if validation == nil {
      let split = split ?? .everyTenth
      func part(_ isHeldBack: Bool) -> [Class] {
        training.map {
          (
            $0.name,
            $0.paths.indices.filter { split.holdsBack($0) == isHeldBack }.map { [paths = $0.paths] in paths[$0] }
          )
        }
      }
      (parts[.validation], training) = (part(true), part(false))
    }
    parts[.training] = training
    return try listing(
      names, parts, validation != nil ? .given : hasTraining || !others.isEmpty ? .heldBack : .undivided, split)
  }

  private func listing(
    _ names: [String], _ parts: [DataSplits.Part: [Class]], _ origin: SampleListing.Origin, _ split: ValidationSplit?
  ) throws(FileError) -> SampleListing {
    let items = parts.mapValues { classes in
      let paths = Dictionary(classes.map { ($0.name, $0.paths) }) { first, _ in first }
      return SampleListing.interleaved(names.map { paths[$0] ?? [] })
    }.filter { !$0.value.isEmpty }
    if purpose == .training, items[.validation] == nil {
      let count = (split ?? .everyTenth).firstHeldBack
      throw FileError(
        .malformed, folder,
        "has no \(format.noun)s to validate with: add a folder `validation` beside `train`, or \(count) \(format.noun)s to a class, "
          + "of which one is taken" + (split.map { ", with --validation-split \($0)" } ?? ""))
    }
    if purpose == .judging, items[.validation] == nil, items[.test] == nil,
      origin != .undivided || items[.training] == nil
    {
      throw FileError(
        .malformed, folder,
        "has no \(format.noun)s to judge: expected a folder for each class in it, or in its folder `validation`, with the "
          + "class's \(format.noun)s")
    }
    return SampleListing(
      place: folder, classes: names, meaning: .classes, outputNames: nil, parts: items, origin: origin,
      passedOver: "\(passedOver)")
  }

  /// The classes whose folders stand in `root`.
  private mutating func classes(in root: String) throws(FileError) -> [Class] {
    let entries = try FolderEntries(root, endings: format.endings)
    passedOver.add(entries)
    passedOver.add(stray: entries.samples.count)
    if let (first, second) = NameTwins.find(in: entries.folders) {
      throw FileError(
        .malformed, root,
        "has two folders whose names are the same letters in other bytes, \(NameTwins.inBytes(entries.folders[first])) and "
          + "\(NameTwins.inBytes(entries.folders[second])): put the files of one class together, or rename one of them")
    }
    let above = Folder.lineage(root)
    var classes: [Class] = []
    for name in entries.folders {
      let path = "\(root)/\(name)"
      if let samples = try samples(below: path, above) { classes.append((name, samples)) }
    }
    return classes
  }

  /// All samples in the folder and below, sorted by their paths; nil where it is one of those above it, which a link leads back
  /// to.
  private mutating func samples(below path: String, _ above: Set<FileIdentity>) throws(FileError) -> [String]? {
    let own = FileIdentity(path)
    if let own, above.contains(own) {
      passedOver.add(circle: path)
      return nil
    }
    let entries = try FolderEntries(path, endings: format.endings)
    passedOver.add(entries)
    var samples = entries.samples.map { "\(path)/\($0)" }
    for folder in entries.folders {
      samples += try self.samples(below: "\(path)/\(folder)", above.union([own].compactMap(\.self))) ?? []
    }
    return entries.folders.isEmpty ? samples : samples.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Refuses what cannot be trained on.
  private func check(_ classes: [Class], in root: String) throws(FileError) {
    guard classes.count >= 2 else {
      let inner = try classes.first.map { only throws(FileError) in
        try FolderEntries("\(root)/\(only.name)", endings: format.endings).folders.isEmpty ? nil : only.name
      }
      throw FileError(
        .malformed, root,
        "has \(classes.count) folder\(classes.count == 1 ? "" : "s"), expected one for each of at least two classes, with the "
          + "class's \(format.noun)s in it"
          + ((inner ?? nil).map { ": `\($0)` has folders in it, and `--data \(root)/\($0)` names it" } ?? ""))
    }
    if let empty = classes.first(where: \.paths.isEmpty) {
      throw FileError(
        .malformed, "\(root)/\(empty.name)",
        "has no \(format.noun) in it: expected files that end in \(format.endings.joined(separator: ", "))"
          + (try unread(in: "\(root)/\(empty.name)").map { ", found \($0), which is not read: \(format.conversion)" }
            ?? ""))
    }
  }

  /// An ending of files in a folder that hold such samples in a format that is not read; nil for none.
  private func unread(in path: String) throws(FileError) -> String? {
    let others = try FolderEntries(path, endings: format.endings).others
    return format.unreadEndings.last { ending in others.contains { $0.lowercased().hasSuffix(ending) } }
  }
}
