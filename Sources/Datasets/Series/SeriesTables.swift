import Files
import Tensors

/// Data sets of series in tables: CSV and TSV files, as the UCR archive has them or with a header, and `.ts` files of sktime,
/// aeon and the UEA archive, gzipped or not. Samples are (length, channels).
public enum SeriesTables {
  /// Opens the tables in a folder, or one of them with those beside it: `NAME_TRAIN` and `NAME_TEST`, or `train`, `validation`
  /// and `test`. Where no file is for validation, `split` holds samples of the training table back; without it, the test table
  /// validates, as there is nothing else.
  ///
  /// All numbers are rounded to 64 bits and then to 32, and held in memory, four bytes each, in every process.
  ///
  /// - Parameters:
  ///   - path: a table of series, or the folder of several.
  ///   - options: how its columns are read.
  ///   - split: the share of the training table that validates; nil where a file does.
  ///   - parts: which parts are wanted. Without training, a table whose name says no part is taken whole, unless there
  ///     is a `split`.
  ///   - classes: what the network that is judged was trained on, none for values; nil where it is yet to be trained.
  ///   - isLooking: whether nobody trains on them: what is missing may stay so, and there may be nothing to validate with.
  ///   - notice: is told, a sentence at a time, what looks odd and is taken as it is.
  ///   - output: what the network gives for samples of this shape; nil where there is no network yet. Targets are
  ///     classes where they are words or whole numbers, but for those whole numbers that a network of a single output is trained
  ///     with as values; else they are values. A `.ts` file says itself which they are.
  /// - Throws: `FileError`: missing; malformed, with line and column, for what is no such table, or holds no samples for a part
  ///   that is wanted. What `output` throws.
  public static func open(
    _ path: String, options: SeriesOptions, split: ValidationSplit?, parts: Set<DataSplits.Part>,
    classes: [String]? = nil, isLooking: Bool = false, notice: (String) -> Void = { _ in },
    output: (Shape) throws -> NetworkOutput?
  ) throws -> DataSplits {
    var options = options
    if isLooking && options.missing == .refused { options.missing = .kept }
    let plan = try SeriesPlan(
      SeriesFiles(path), path: path, isSplit: split != nil, parts: parts, isLooking: isLooking)
    var tables: [SeriesTable] = []
    for path in plan.paths { tables.append(try SeriesTable.read(path, options, notice)) }
    let first = tables[0]
    for other in tables.dropFirst() { try other.check(like: first) }
    let layout = try SeriesLayout(tables, shape: options.shape, notice)
    let targets = try SeriesTargets(first, output: try output(layout.shape), known: classes)
    if parts.contains(.training), targets.names.count == 1 {
      throw FileError(
        .malformed, first.path, "has samples of one class alone, `\(targets.names[0])`, expected two at least")
    }
    let places = try Self.places(first, targets, plan.isSplit ? split : nil)
    let means = plan.training == nil ? nil : SeriesMeans(first, places.training, layout.shape)
    var samples: [BufferSamples] = []
    for table in tables {
      let numbers = try layout.numbers(of: table) { place in
        switch options.missing {
        case .mean: means?[place]
        case .kept: .nan
        case .refused, .zero: 0
        }
      }
      samples.append(try targets.samples(table, numbers, shape: layout.shape))
    }
    var result: [DataSplits.Part: any Dataset] = [:]
    if plan.isSplit {
      result[.training] = SelectedSamples(of: samples[0], places.training)
      result[.validation] = SelectedSamples(of: samples[0], places.validation)
    } else if plan.training != nil {
      result[.training] = samples[0]
    }
    for (other, data) in zip(plan.others, samples.suffix(plan.others.count)) { result[other.part] = data }
    return DataSplits(result.filter { parts.contains($0.key) })
  }

  /// The part that the table at `path` is judged as: that of its name, but a test validates where nothing else does, and of a
  /// table to train on that is what is held back; nil for a folder, and for a table whose name says no part.
  ///
  /// - Throws: `FileError`: missing, or malformed where there are several tables for a part.
  public static func part(judgedBy path: String, split: ValidationSplit?) throws(FileError) -> DataSplits.Part? {
    let files = try SeriesFiles(path)
    switch files.named {
    case .training? where split != nil: return .validation
    case .test? where split == nil && files.parts[.validation] == nil: return .validation
    case let named: return named
    }
  }

  /// Which samples of the first table are for training, and which are held back.
  private static func places(
    _ table: SeriesTable, _ targets: SeriesTargets, _ split: ValidationSplit?
  ) throws(FileError) -> (training: [Int], validation: [Int]) {
    guard let split else { return (Array(0..<table.count), []) }
    let places = split.part(try targets.strata(of: table))
    guard !places.training.isEmpty, !places.validation.isEmpty else {
      throw FileError(
        .malformed, table.path,
        "has \(table.count) series, of which a share of \(split.share) leaves \(places.training.count) to train on and "
          + "\(places.validation.count) to validate with: choose another share, or get more series")
    }
    return places
  }
}
