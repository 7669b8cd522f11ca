extension [String] {
  /// The cells as a line of a table with commas between them, in quotes where RFC 4180 wants them.
  package var commaSeparated: String {
    map { cell in
      let isPlain = !cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
      return isPlain ? cell : "\"\(cell.replacing("\"", with: "\"\""))\""
    }.joined(separator: ",") + "\n"
  }
}
