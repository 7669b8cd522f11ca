/// A table of HTML: the first cell of each row names it. It scrolls by itself where it is too wide for the page.
struct HTMLTable {
  /// What the table is of.
  let caption: String
  /// The names of the columns.
  let heading: [Markup]
  /// As many cells in each row.
  let rows: [[Markup]]
  /// The columns that are text; all others but the first are numbers, to the right.
  var textColumns: Set<Int> = []
  /// Whether the caption is for all to see, and not only for those who do not see where the table stands.
  var showsCaption = false
  /// Classes of the style sheet.
  var style = "numeric"

  /// A name for each row and one text beside it.
  static func pairs(_ caption: String, _ pairs: [(String, Markup)]) -> Markup {
    let rows = pairs.map { name, value -> Markup in "<div><dt>\(name)</dt><dd>\(value)</dd></div>\n" }
    return rows.isEmpty ? "" : "<dl aria-label=\"\(caption)\">\n\(rows)</dl>\n"
  }

  var markup: Markup {
    guard !rows.isEmpty else { return "" }
    func kind(_ column: Int) -> Markup { textColumns.contains(column) ? " class=\"text\"" : "" }
    let columns = heading.enumerated().map { column, name -> Markup in "<th scope=\"col\"\(kind(column))>\(name)</th>" }
    let lines = rows.map { row -> Markup in
      let cells = row.enumerated().dropFirst().map { column, cell -> Markup in "<td\(kind(column))>\(cell)</td>" }
      return "<tr><th scope=\"row\">\(row[0])</th>\(Array(cells))</tr>\n"
    }
    return """
      <div class="scroll" role="region" tabindex="0" aria-label="\(caption)">
      <table class="\(style)"><caption\(showsCaption ? "" : " class=\"unseen\"" as Markup)>\(caption)</caption>
      <thead><tr>\(columns)</tr></thead>
      <tbody>
      \(lines)</tbody></table></div>

      """
  }
}
