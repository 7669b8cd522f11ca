import Files
import Glibc

/// Which files hold the parts of a data set of series, by their names: `NAME_TRAIN.tsv`, or `train.csv`.
struct SeriesFiles {
  /// The file of each part that there is.
  private(set) var parts: [DataSplits.Part: String] = [:]
  /// A file whose name says no part.
  private(set) var single: String?
  /// The part of the file that was named, rather than its folder; nil where its name says none.
  private(set) var named: DataSplits.Part?

  /// The endings of tables; the first is taken of files that differ in nothing else, as in the archives' own folders.
  private static let endings = [".ts", ".csv", ".tsv", ".txt"].flatMap { [$0, "\($0).gz"] }
  /// A name, taken apart.
  private struct Name {
    let name: String
    /// What stands before the part.
    let set: String
    let part: DataSplits.Part
    /// The place of its ending among `endings`.
    let ending: Int

    init?(_ name: String) {
      let lower = name.lowercased()
      // The longest that fits: `.csv.gz` before `.gz`.
      guard let ending = endings.indices.last(where: { lower.hasSuffix(endings[$0]) }) else { return nil }
      let stem = name.dropLast(endings[ending].count)
      let word = stem.split(omittingEmptySubsequences: false) { $0 == "_" || $0 == "-" }.last ?? stem
      guard let part = DataSplits.Part(word: word) else { return nil }
      (self.name, self.part, self.ending) = (name, part, ending)
      set = String(stem.dropLast(word.count))
    }
  }

  /// Looks for the files of a folder, or for those beside a file.
  ///
  /// - Throws: `FileError`: missing; malformed where a folder holds no such files, or those of several data sets.
  init(_ path: String) throws(FileError) {
    guard access(path, F_OK) == 0 else {
      throw FileError(
        .missing, path, "there is no such file or folder, expected a table of series or the folder of some")
    }
    if Folder.isFolder(path) {
      let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      let names = try Self.names(in: path)
      guard let first = names.first else {
        throw FileError(
          .missing, path,
          "has no tables of series: expected NAME_TRAIN and NAME_TEST, or train, validation and test, ending in "
            + ".ts, .csv, .tsv or .txt, or --data with the path of a single table")
      }
      if let other = names.first(where: { $0.set != first.set }) {
        throw FileError(
          .malformed, path,
          "holds several data sets, as \(first.name) and \(other.name): name a file of one of them by --data")
      }
      parts = try Self.choose(names, in: path, instead: nil)
    } else {
      let place = path.lastIndex(of: "/")
      let folder = place.map { String(path[..<$0]) } ?? "."
      guard let named = Name(String(path[(place.map { path.index(after: $0) } ?? path.startIndex)...])) else {
        single = path
        return
      }
      self.named = named.part
      parts = try Self.choose(Self.names(in: folder).filter { $0.set == named.set }, in: folder, instead: named)
      parts[named.part] = path
    }
  }

  /// The names that say a part, sorted by their bytes.
  private static func names(in folder: String) throws(FileError) -> [Name] {
    try FolderListing.names(in: folder.isEmpty ? "/" : folder).compactMap(Name.init)
  }

  /// The file of each part; with the ending of `named`, where there is one.
  private static func choose(
    _ names: [Name], in folder: String, instead named: Name?
  ) throws(FileError) -> [DataSplits.Part: String] {
    var chosen: [DataSplits.Part: String] = [:]
    for part in DataSplits.Part.allCases where part != named?.part {
      let candidates = names.filter { $0.part == part }
      let ending = candidates.contains { $0.ending == named?.ending } ? named?.ending : candidates.map(\.ending).min()
      let equals = candidates.filter { $0.ending == ending }
      guard equals.count < 2 else {
        throw FileError(
          .malformed, folder, "has \(equals[0].name) and \(equals[1].name) for \(part.rawValue), expected one of them")
      }
      if let file = equals.first { chosen[part] = "\(folder)/\(file.name)" }
    }
    return chosen
  }
}
