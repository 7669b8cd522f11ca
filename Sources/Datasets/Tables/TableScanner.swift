import Files

/// Goes through the fields of a table, row by row: quoted ones as RFC 4180 has them, with doubled quotes, separators and line
/// breaks within. Lines end in LF, CR LF or CR; blank ones are passed over, and so is the mark of byte order that UTF-8
/// files from Windows begin with.
///
/// Fields are separated by what the first line has of these, outside of quotes: tabs; else semicolons; else commas; else blanks,
/// any number of them.
struct TableScanner {
  /// Where a field's text is, without quotes around it.
  struct Field {
    let range: Range<Int>
    let isQuoted: Bool
  }

  /// The whole file.
  let bytes: UnsafeRawBufferPointer
  /// The line where the current row begins, from 1.
  private(set) var row = 0

  private let path: String
  /// What rows stand for: `series`.
  private let noun: String
  private let separator: UInt8
  private let isBlankSeparated: Bool
  private var place: Int
  /// The line of `place`.
  private var line = 1
  /// Whether the current row has no more fields.
  private var isRowDone = true

  private static let (tab, feed, carriage, space, quote) = (
    UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\"")
  )

  /// Begins before the first row of a table that is all of `bytes`.
  ///
  /// - Parameter noun: what rows stand for, for errors: `series`.
  /// - Throws: `FileError`, malformed, for what is no text.
  init(_ bytes: UnsafeRawBufferPointer, path: String, rowsOf noun: String) throws(FileError) {
    (self.bytes, self.path, self.noun) = (bytes, path, noun)
    place = try TextFile.start(bytes, path: path, rows: noun)
    separator = Self.separator(bytes, from: place)
    isBlankSeparated = separator == Self.space
  }

  private static func separator(_ bytes: UnsafeRawBufferPointer, from start: Int) -> UInt8 {
    let candidates = [tab, UInt8(ascii: ";"), UInt8(ascii: ",")]
    var (isQuoted, isBlank) = (false, true)
    var isThere = [Bool](repeating: false, count: 256)
    for byte in bytes[start...] {
      if byte == feed || byte == carriage, !isQuoted {
        guard isBlank else { break }
        isThere[Int(tab)] = false
      } else {
        if byte != space, byte != tab { isBlank = false }
        if byte == quote { isQuoted.toggle() }
        if !isQuoted { isThere[Int(byte)] = true }
      }
    }
    return candidates.first { isThere[Int($0)] } ?? space
  }

  /// Goes on to the next row with anything in it, when all fields of the current one are taken; false where there is none.
  mutating func nextRow() -> Bool {
    precondition(isRowDone, "a row has fields left")
    while place < bytes.count {
      var ahead = place
      while ahead < bytes.count, isBlank(bytes[ahead]) { ahead += 1 }
      guard ahead < bytes.count else { return false }
      if bytes[ahead] == Self.feed || bytes[ahead] == Self.carriage {
        place = ahead
        breakLine()
      } else {
        if isBlankSeparated { place = ahead }
        (row, isRowDone) = (line, false)
        return true
      }
    }
    return false
  }

  /// Goes on to the first row, or, behind a header, to the next.
  ///
  /// - Throws: `FileError`, malformed, where there is none.
  mutating func requireRow(behindHeader hasHeader: Bool = false) throws(FileError) {
    guard !nextRow() else { return }
    throw FileError(
      .malformed, path,
      hasHeader
        ? "has a header and no rows, expected one for each \(noun)"
        : "has blank lines alone, expected a row for each \(noun)"
    )
  }

  /// Makes sure that the row which was read had as many fields as the first.
  ///
  /// - Throws: `FileError`, malformed, with its line.
  func require(_ expected: Int, found: Int) throws(FileError) {
    guard found != expected else { return }
    throw FileError(
      .malformed, path,
      "line \(row): has \(found) field\(found == 1 ? "" : "s"), expected \(expected) as the first line has: complete the row, or "
        + "take it out")
  }

  /// The next field of the row; nil after the last.
  ///
  /// - Throws: `FileError`, malformed, for quotes that are not closed, or closed within a field.
  mutating func nextField() throws(FileError) -> Field? {
    guard !isRowDone else { return nil }
    let field: Field
    if place < bytes.count, bytes[place] == Self.quote {
      field = Field(range: try quotedRange(), isQuoted: true)
    } else {
      let start = place
      while place < bytes.count, !isEnd(bytes[place]) { place += 1 }
      field = Field(range: start..<place, isQuoted: false)
    }
    if isBlankSeparated {
      while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    }
    if place == bytes.count {
      isRowDone = true
    } else if bytes[place] == Self.feed || bytes[place] == Self.carriage {
      breakLine()
      isRowDone = true
    } else if !isBlankSeparated {
      place += 1  // the separator, behind which there is a field even at the file's end
    }
    return field
  }

  /// A field's text: without blanks around it where it is not quoted, and with doubled quotes made single where it is.
  ///
  /// - Throws: `FileError`, malformed, where it is no UTF-8.
  func text(_ field: Field) throws(FileError) -> String {
    let range = field.isQuoted ? field.range : DecimalNumber.trimmed(bytes, field.range)
    let text = try TextFile.text(bytes, range, path: path, line: row)
    guard field.isQuoted, text.contains("\"\"") else { return text }
    return text.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"")
  }

  private mutating func quotedRange() throws(FileError) -> Range<Int> {
    let opened = line
    place += 1
    let start = place
    while true {
      guard place < bytes.count else {
        throw FileError(
          .malformed, path,
          "line \(opened): a quote is opened and never closed; close it, or double it where it is meant")
      }
      if bytes[place] == Self.feed || bytes[place] == Self.carriage {
        breakLine()
      } else if bytes[place] != Self.quote {
        place += 1
      } else if place + 1 < bytes.count, bytes[place + 1] == Self.quote {
        place += 2
      } else {
        break
      }
    }
    let range = start..<place
    place += 1
    guard place == bytes.count || isEnd(bytes[place]) else {
      throw FileError(
        .malformed, path,
        "line \(line): has text behind a closing quote, expected the end of the field; double the quotes that are meant"
      )
    }
    return range
  }

  private mutating func breakLine() {
    let isPair = bytes[place] == Self.carriage && place + 1 < bytes.count && bytes[place + 1] == Self.feed
    place += isPair ? 2 : 1
    line += 1
  }

  /// Whether a byte is white space that means nothing here.
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == Self.space || byte == Self.tab && separator != Self.tab
  }

  /// Whether a byte ends a field that is not quoted.
  private func isEnd(_ byte: UInt8) -> Bool {
    byte == separator || byte == Self.feed || byte == Self.carriage || isBlankSeparated && byte == Self.tab
  }
}
