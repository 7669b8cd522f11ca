import Files

/// Which tables are read, and which part each of them is.
struct SeriesPlan {
  /// The table of training samples, which says what classes there are; nil where there is none.
  private(set) var training: String?
  /// Whether a share of its samples is held back to validate with.
  private(set) var isSplit = false
  /// The tables of other parts that are wanted.
  private(set) var others: [(part: DataSplits.Part, path: String)] = []

  /// All tables, that of training samples first where there is one.
  var paths: [String] { (training.map { [$0] } ?? []) + others.map(\.path) }

  /// Decides from the files that there are what `parts` are made of.
  ///
  /// - Throws: `FileError`, missing or malformed, where a part that is needed has no samples, or too many.
  init(_ files: SeriesFiles, path: String, isSplit wantsSplit: Bool, parts: Set<DataSplits.Part>, isLooking: Bool)
    throws(FileError)
  {
    let isTraining = parts.contains(.training)
    let isJudged = isTraining && parts.contains(.validation) && !isLooking
    if let single = files.single {
      guard wantsSplit || !isJudged else {
        throw FileError(
          .malformed, path,
          "is a single table: say by --validation-split SHARE which share of its series is held back to validate with, such "
            + "as 0.2, or name a folder of train and validation tables")
      }
      if wantsSplit || isTraining {
        (training, isSplit) = (single, wantsSplit)
      } else {
        others = [(parts.contains(.validation) ? .validation : .test, single)]
      }
      return
    }
    training = files.parts[.training]
    guard !isTraining || training != nil else {
      throw FileError(.missing, path, "has no table to train on, expected NAME_TRAIN or train beside the others")
    }
    isSplit = wantsSplit && training != nil
    var (validation, test) = (files.parts[.validation], files.parts[.test])
    if isSplit, let validation {
      throw FileError(.malformed, validation, "validates already: leave out --validation-split, or take the file away")
    }
    if !isSplit, validation == nil { (validation, test) = (test, nil) }
    guard !isJudged || validation != nil || isSplit else {
      throw FileError(
        .missing, path,
        "has no table to validate with: add NAME_TEST or validation, or hold a share back by --validation-split SHARE")
    }
    let found: [(part: DataSplits.Part, path: String?)] = [(.validation, validation), (.test, test)]
    others = found.compactMap { part, path in path.map { (part, $0) } }.filter { parts.contains($0.part) }
    guard isTraining || !others.isEmpty || isSplit else {
      throw FileError(.missing, path, "has no table to judge, expected NAME_TEST, validation or test")
    }
  }
}
