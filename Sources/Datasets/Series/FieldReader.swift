import Files

/// Turns fields into numbers and targets, or says where they are none.
struct FieldReader {
  /// The file as the user named it.
  let path: String
  /// What becomes of missing values.
  let missing: SeriesOptions.MissingValues

  /// The number in a field: rounded to 64 bits, and then to 32, as NumPy's `astype` does; NaN where it is missing and may be.
  ///
  /// - Parameter column: what the field's place in the line is called.
  /// - Throws: `FileError`, malformed, that names line and column.
  @inline(__always)
  func number(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, line: Int, column: @autoclosure () -> String
  ) throws(FileError) -> Float {
    let number = DecimalNumber(bytes, range)
    if case .number(let value) = number, Float(value).isFinite { return Float(value) }
    if number == .missing, missing != .refused { return .nan }
    throw error(number, bytes, range, line: line, column: column())
  }

  private func error(
    _ number: DecimalNumber, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, line: Int, column: String
  ) -> FileError {
    let text = TextFile.excerpt(bytes, DecimalNumber.trimmed(bytes, range))
    let message =
      switch number {
      case .missing:
        "the value is missing (\(text)), expected a number: fill in what is missing with --missing zero or --missing mean, or "
          + "take the \(column.hasPrefix("column") ? "row" : "series") out"
      case .infinite: "is \(text), expected a finite number"
      case .number: "is \(text), more than floats of 32 bits hold (3.4e38): scale it"
      case .none:
        "is \(text), expected a number"
          + (bytes[range].contains(UInt8(ascii: ",")) ? " with a point for decimals" : "")
          + (column.contains("`")
            ? ": pass over the column with --drop, unless it is the one of --target or --group" : "")
      }
    return FileError(.malformed, path, "line \(line), \(column): \(message)")
  }

  /// What a field says of the target, which may not be missing.
  ///
  /// - Throws: `FileError`, malformed, that names line and column.
  func target(_ text: String, line: Int, column: String) throws(FileError) -> String {
    switch DecimalNumber(text) {
    case .missing:
      throw FileError(
        .malformed, path,
        "line \(line), \(column): the target is missing (`\(text)`), expected a class or a number: complete the row, or take it "
          + "out")
    case .infinite:
      throw FileError(
        .malformed, path, "line \(line), \(column): the target is \(text), expected a class or a finite number")
    case .number, .none: return text
    }
  }
}
