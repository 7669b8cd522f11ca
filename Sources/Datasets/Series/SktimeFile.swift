import Files

/// A `.ts` file, as sktime, aeon and the UEA archive have them (Bagnall et al. 2018; the format is described at
/// https://www.aeon-toolkit.org/en/stable/examples/datasets/data_loading.html): lines of `@KEY VALUE`, of which the last is
/// `@data`, and a line for each series: its dimensions and then its target, with colons between them, and commas between the
/// values of a dimension. Lines that begin with # or % are comments, capitals in keys mean nothing.
struct SktimeFile {
  private let path: String
  private let fields: FieldReader
  private var lines: TextLines
  private let reading: SeriesTable.TargetReading
  private var declared: SeriesTable.Declared?
  private var dimensions: Int?

  /// Reads all of `bytes`.
  ///
  /// - Throws: `FileError`, malformed, which says where in the file, and what to do.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, options: SeriesOptions, target: SeriesTable.TargetReading
  ) throws(FileError) -> SeriesTable {
    let flags = [
      ("--target", options.target != nil), ("--group", options.group != nil), ("--drop", !options.dropped.isEmpty),
    ]
    if target == .required, let flag = flags.first(where: \.1)?.0 {
      throw FileError(.malformed, path, "is a .ts file, which says itself what its targets are: leave out \(flag)")
    }
    var file = SktimeFile(
      path: path, fields: FieldReader(path: path, missing: options.missing), lines: try TextLines(bytes, path: path),
      reading: target)
    try file.readHeader()
    return try file.readSeries(bytes)
  }

  private func error(_ message: String) -> FileError { FileError(.malformed, path, "line \(lines.number): \(message)") }

  // MARK: - The header

  private mutating func readHeader() throws(FileError) {
    while let line = lines.next() {
      let text = try lines.text(line)
      let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard text.hasPrefix("@"), let key = words.first?.lowercased() else {
        throw error("is \(lines.excerpt(line)), expected @KEY VALUE or @data before the series")
      }
      if key == "@data" {
        guard declared != nil || reading != .required else {
          throw error("there are no targets: expected @classLabel true CLASS…, or @targetLabel true")
        }
        return
      }
      try take(key, words.dropFirst())
    }
    throw FileError(.malformed, path, "has no line @data, behind which its series are")
  }

  private mutating func take(_ key: String, _ values: ArraySlice<String>) throws(FileError) {
    let isTrue = values.first?.lowercased() == "true"
    switch key {
    case "@timestamps" where isTrue:
      throw error("its values have time stamps, which are not read: write the values alone, at equal intervals")
    case "@univariate" where isTrue: dimensions = 1
    case "@dimension", "@dimensions":
      guard let count = values.first.flatMap({ Int($0) }), count > 0 else {
        throw error("\(key) is \(values.first.map { "`\($0)`" } ?? "nothing"), expected a number from 1")
      }
      dimensions = count
    case "@targetlabel" where isTrue: declared = .values
    case "@classlabel" where isTrue:
      guard values.count > 1 else { throw error("@classLabel has no classes, expected their names behind `true`") }
      declared = .classes(Array(values.dropFirst()))
    default: break  // names, and what the series show themselves
    }
  }

  // MARK: - Series

  private mutating func readSeries(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> SeriesTable {
    var table: SeriesTable?
    var numbers: [Float] = []
    while let line = lines.next() {
      var steps = 0
      let parts = Self.split(bytes, line, at: UInt8(ascii: ":"))
      let channels = parts.count - (declared == nil ? 0 : 1)
      let expected = table?.channels ?? dimensions ?? max(channels, 1)
      guard channels == expected else {
        throw error(
          "has \(channels) dimensions\(declared == nil ? "" : " and a target"), expected \(expected)\(table == nil ? "" : " as in the lines before")"
        )
      }
      numbers.removeAll(keepingCapacity: true)
      for (dimension, part) in parts.prefix(channels).enumerated() {
        let start = numbers.count
        var place = part.lowerBound
        while place <= part.upperBound {
          var end = place
          while end < part.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
          numbers.append(
            try fields.number(
              bytes, place..<end, line: lines.number,
              column: (channels > 1 ? "dimension \(dimension + 1), " : "") + "step \(numbers.count - start + 1)"))
          place = end + 1
        }
        if dimension == 0 { steps = numbers.count }
        guard numbers.count - start == steps else {
          throw error(
            "dimension \(dimension + 1) has \(numbers.count - start) steps, expected \(steps) as in the first")
        }
      }
      let target =
        reading == .required
        ? try fields.target(
          lines.text(DecimalNumber.trimmed(bytes, parts[channels])), line: lines.number, column: "behind the last colon"
        )
        : ""
      var result = table ?? SeriesTable(path, channels: channels, declared: declared)
      table = nil  // so that nothing is copied
      for step in 0..<steps {
        for channel in 0..<channels { result.append(numbers[channel * steps + step]) }
      }
      result.endSeries(line: lines.number, target: target)
      table = result
    }
    guard let table else { throw FileError(.malformed, path, "has a header and no series behind @data") }
    return table
  }

  private static func split(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, at separator: UInt8) -> [Range<Int>] {
    var (parts, start) = ([Range<Int>](), range.lowerBound)
    for place in range where bytes[place] == separator {
      parts.append(start..<place)
      start = place + 1
    }
    return parts + [start..<range.upperBound]
  }
}

/// The lines of a text with anything in them, without blanks around it; none that begin with # or %.
private struct TextLines {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private var place: Int
  private var following = 1
  /// The number of the last line that was taken, from 1.
  private(set) var number = 0

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    (self.bytes, self.path) = (bytes, path)
    place = try TextFile.start(bytes, path: path, rows: "series")
  }

  mutating func next() -> Range<Int>? {
    let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    while place < bytes.count {
      let start = place
      while place < bytes.count, bytes[place] != feed, bytes[place] != carriage { place += 1 }
      let line = DecimalNumber.trimmed(bytes, start..<place)
      if place + 1 < bytes.count, bytes[place] == carriage, bytes[place + 1] == feed { place += 1 }
      place += 1
      number = following
      following += 1
      if let first = bytes[line].first, first != UInt8(ascii: "#"), first != UInt8(ascii: "%") { return line }
    }
    return nil
  }

  func text(_ range: Range<Int>) throws(FileError) -> String {
    try TextFile.text(bytes, range, path: path, line: number)
  }

  func excerpt(_ range: Range<Int>) -> String { TextFile.excerpt(bytes, range) }
}
