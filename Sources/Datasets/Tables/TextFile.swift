import Files

/// What tables have in common as texts.
enum TextFile {
  /// Where the text begins: behind the mark of byte order, if there is one.
  ///
  /// - Parameter rows: what rows stand for: `series`.
  /// - Throws: `FileError`, malformed, for an empty file, and for what has bytes that texts have not.
  static func start(_ bytes: UnsafeRawBufferPointer, path: String, rows: String) throws(FileError) -> Int {
    guard !bytes.isEmpty else {
      throw FileError(.malformed, path, "is empty, expected a row for each \(rows)")
    }
    if let place = bytes.firstIndex(of: 0) {
      throw FileError(
        .malformed, path, offset: place, "is 0, which no text has, expected a table as text: save it as CSV in UTF-8")
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The text at `range`.
  ///
  /// - Throws: `FileError`, malformed, where it is no UTF-8.
  static func text(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, path: String, line: Int
  ) throws(FileError) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw FileError(
        .malformed, path, offset: range.lowerBound,
        "the text \(excerpt(bytes, range)) of line \(line) is not in UTF-8: save the table in UTF-8")
    }
    return text
  }

  /// A field for messages: its first characters, in backquotes; a question mark for those that cannot be shown.
  static func excerpt(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String {
    let text = String(decoding: bytes[range.prefix(60)], as: UTF8.self)
    let shown = text.unicodeScalars.prefix(30).map { $0.value < 32 || 127..<160 ~= $0.value ? "?" : String($0) }
      .joined()
    return "`\(shown)\(text.unicodeScalars.count > 30 ? "…" : "")`"
  }
}
