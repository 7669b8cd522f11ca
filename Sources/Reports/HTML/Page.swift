/// A document of its own: nothing is fetched from anywhere, and all is there without scripts.
struct Page {
  /// What a window is called.
  let title: String
  /// The parts, from the top.
  let parts: [Markup]
  /// What is told to the page's script besides, for a page that renews itself.
  var live: Markup = ""

  /// The whole file.
  var text: String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="cnn-dist">
      <link rel="icon" href="data:,">
      <title>\(title)</title>
      <style>\(Style.sheet)</style>
      </head>
      <body>
      <main id="report">
      \(parts)
      </main>
      <script>\(Script.hovering)\(live)</script>
      </body>
      </html>

      """
    return page.text
  }
}

/// A part of a page under a title of its own.
enum Section {
  /// With `lead` as a sentence below the title. Nothing where there is nothing to show.
  static func make(_ title: String, lead: String = "", _ contents: [Markup]) -> Markup {
    guard contents.contains(where: { !$0.isEmpty }) else { return "" }
    let identifier = title.lowercased().map { $0.isASCII && $0.isLetter ? $0 : "-" }
    let sentence: Markup = lead.isEmpty ? "" : "<p class=\"lead\">\(lead)</p>"
    return """
      <section aria-labelledby="\(String(identifier))">
      <h2 id="\(String(identifier))">\(title)</h2>
      \(sentence)\(contents)
      </section>

      """
  }
}
