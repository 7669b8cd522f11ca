/// A piece of HTML.
///
/// What is put into a literal is escaped, unless it is markup itself: nothing that comes from data, be it a name of a class, a
/// path or a command, becomes an element or leaves an attribute's quotes.
package struct Markup: ExpressibleByStringInterpolation, Sendable {
  /// The text as it goes into the file.
  package let text: String

  package init(stringLiteral value: String) { text = value }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
  private init(text: String) { self.text = text }

  /// Text with nothing in it that HTML gives a meaning to.
  package init(escaping text: some StringProtocol) {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // What XML and HTML know as no character: control characters but for white space.
      case "\u{0}"..<"\u{9}", "\u{B}"..<"\u{D}", "\u{E}"..<" ", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}":
        escaped.unicodeScalars.append("\u{FFFD}")
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    self.text = escaped
  }

  /// Pieces one after the other.
  package init(_ pieces: [Markup]) { text = pieces.map(\.text).joined() }

  /// Whether there is nothing.
  var isEmpty: Bool { text.isEmpty }

  /// Puts a literal together.
  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    package mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { text += piece.text } }
    package mutating func appendInterpolation(_ markup: Markup?) { text += markup?.text ?? "" }
    package mutating func appendInterpolation(_ number: Int) { text += String(number) }
    package mutating func appendInterpolation(_ text: some StringProtocol) { self.text += Markup(escaping: text).text }
  }
}
