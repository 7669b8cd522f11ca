import Files
import Hosts

/// The series of one file, of any length each.
struct SeriesTable {
  /// What a file says of its targets.
  enum Declared: Equatable {
    /// They are of these classes.
    case classes([String])
    /// They are numbers.
    case values
  }

  /// Whether a file has to say what its series are.
  enum TargetReading: Equatable {
    /// It has to.
    case required
    /// It may, and what it says is of no interest. A row without a header and a target is so many numbers.
    case optional(numbers: Int)
  }

  /// The file as the user named it.
  let path: String
  /// How many numbers each step has.
  let channels: Int
  /// What its header calls the columns of numbers; empty where it has none.
  let columns: [String]
  /// What it says of its targets; nil for nothing.
  let declared: Declared?
  /// All numbers, series by series and step by step; NaN for what is missing.
  private(set) var numbers: [Float] = []
  /// Where each series begins in `numbers`, and where the last one ends.
  private(set) var starts = [0]
  /// The line where each series begins.
  private(set) var lines: [Int] = []
  /// The target of each series, as it is written.
  private(set) var targets: [String] = []

  /// What a gzipped table may unpack to: 4 GiB, or an eighth of the memory, as what is read of it takes more than it does.
  private static var mostBytes: Int { min(4 << 30, PhysicalMemory.bytes / 8) }

  /// Reads the table at `path`: a `.ts` file, or one with separators.
  ///
  /// - Parameter notice: is told, in a sentence, what looks odd and is taken as it is.
  /// - Throws: `FileError`: missing; malformed, with line and column.
  static func read(
    _ path: String, _ options: SeriesOptions, target: TargetReading = .required, _ notice: (String) -> Void
  ) throws(FileError) -> SeriesTable {
    let contents = try FileContents(path, limit: mostBytes)
    let result = contents.withBytes { bytes in
      Result { () throws(FileError) in try read(bytes, path, options, target: target, notice) }
    }
    try contents.check()  // before anything is said of what may be zeros of a file that was cut off
    return try result.get()
  }

  /// Reads all of `bytes`: a `.ts` file, by its name or, where that says nothing, its first letter; or one with separators.
  ///
  /// - Throws: `FileError`, malformed, with line and column.
  static func read(
    _ bytes: UnsafeRawBufferPointer, _ path: String, _ options: SeriesOptions, target: TargetReading,
    _ notice: (String) -> Void
  ) throws(FileError) -> SeriesTable {
    let name = path.lowercased()
    return name.hasSuffix(".ts") || name.hasSuffix(".ts.gz") || target != .required && bytes.first == UInt8(ascii: "@")
      ? try SktimeFile.read(bytes, path: path, options: options, target: target)
      : try SeparatedFile.read(bytes, path: path, options: options, target: target, notice: notice)
  }

  /// A file without series yet.
  init(_ path: String, channels: Int, columns: [String] = [], declared: Declared? = nil) {
    (self.path, self.channels, self.columns, self.declared) = (path, channels, columns, declared)
  }

  /// How many series there are.
  var count: Int { lines.count }
  /// How many steps series `index` has.
  func steps(_ index: Int) -> Int { (starts[index + 1] - starts[index]) / channels }
  /// Where the numbers of series `index` are.
  func range(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// Adds a number to the series that is being read.
  mutating func append(_ number: Float) { numbers.append(number) }

  /// Ends the series that is being read.
  mutating func endSeries(line: Int, target: String) {
    starts.append(numbers.count)
    lines.append(line)
    targets.append(target)
  }

  /// Makes sure that another table's series are of the same kind as those of `first`, to train on.
  ///
  /// - Throws: `FileError`, malformed, where its columns or channels are others.
  func check(like first: SeriesTable) throws(FileError) {
    if let place = columns.indices.first(where: { $0 >= first.columns.count || columns[$0] != first.columns[$0] }) {
      let other = place < first.columns.count ? "`\(first.columns[place])`" : "no more"
      throw FileError(
        .malformed, path,
        "has a column `\(columns[place])` where \(first.path) has \(other): expected the same columns in order")
    }
    guard columns.count == first.columns.count else {
      throw FileError(
        .malformed, path,
        "has \(columns.count) columns of numbers, expected \(first.columns.count) as \(first.path) has"
          + (columns.isEmpty || first.columns.isEmpty ? ", which differ in whether they have a header" : ""))
    }
    guard channels == first.channels else {
      throw FileError(
        .malformed, path, "has series of \(channels) channels, expected \(first.channels) as \(first.path) has")
    }
  }

  /// An error at a line of the file.
  func error(line: Int, _ message: String) -> FileError { FileError(.malformed, path, "line \(line): \(message)") }
}
