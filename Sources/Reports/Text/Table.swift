/// Rows of cells in columns: the first to the left, all others, which are numbers, to the right.
package enum Table {
  /// The lines, with two spaces between columns. All rows have as many cells.
  package static func lines(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        column == 0 ? cell.0.padded(to: cell.1) : cell.0.aligned(to: cell.1)
      }.joined(separator: "  ").trimmed
    }
  }
}
