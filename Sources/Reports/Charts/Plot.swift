/// The area of a chart with what is written at its sides. The lines are stretched to the room that there is; the letters are not,
/// so that they can be read on a telephone.
struct Plot {
  let x: Axis
  let y: Axis
  /// What is written below.
  let xName: String
  /// What is drawn, in a square of 1000 units with its origin above.
  var drawing: [Markup] = []
  /// Places in x that are marked, each with a word.
  var marks: [(x: Double, word: String)] = []
  /// Whether it is as high as wide.
  var isSquare = false
  /// Whether the numbers of its lines are shown below the pointer.
  var hovers = true

  /// More marks have no word of their own.
  private static let mostWords = 6

  /// A length of the drawing.
  static func units(_ share: Double) -> String { (1000 * min(max(share, -0.5), 1.5)).fixed(1).droppingZero }

  /// The point of a value, as `x,y`.
  func point(_ x: Double, _ y: Double) -> String {
    "\(Self.units(self.x.place(of: x))),\(Self.units(1 - self.y.place(of: y)))"
  }

  /// The whole, told to those who do not see it by `description`.
  func markup(_ description: String) -> Markup {
    let lines = y.ticks.map { tick -> Markup in
      let place = Self.units(1 - y.place(of: tick))
      return "<path class=\"grid\" d=\"M0 \(place)H1000\"/>"
    }
    let restarts = marks.map { mark -> Markup in
      "<path class=\"restart\" d=\"M\(Self.units(x.place(of: mark.x))) 0V1000\"/>"
    }
    let left = y.ticks.map { tick -> Markup in
      "<span class=\"y\" style=\"top:\(Self.percent(1 - y.place(of: tick)))\">\(tick.tickLabel)</span>"
    }
    let below = x.ticks.map { tick -> Markup in
      "<span class=\"x\" style=\"left:\(Self.percent(x.place(of: tick)))\">\(tick.tickLabel)</span>"
    }
    let words = marks.prefix(Self.mostWords).map { mark -> Markup in
      "<span class=\"mark\" style=\"left:\(Self.percent(x.place(of: mark.x)))\">\(mark.word)</span>"
    }
    let axis: Markup =
      hovers
      ? """
       data-x="\(xName)" data-axis="\(Self.number(x.range.lowerBound)) \(Self.number(x.range.upperBound)) \
      \(Self.number(y.range.lowerBound)) \(Self.number(y.range.upperBound)) \(y.isLogarithmic ? 1 : 0)"
      """ : ""
    return """
      <div class="plot\(isSquare ? " square" : "")"\(axis)>
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="\(description)">
      \(lines)<path class="axis" d="M0 0V1000H1000"/>\(restarts)
      \(drawing)<path class="hover axis" d="M0 0"/></svg>
      <div aria-hidden="true">\(left)\(below)\(Array(words))<span class="name">\(xName)</span></div></div>

      """
  }

  private static func percent(_ share: Double) -> String { "\((100 * share).fixed(2).droppingZero)%" }
  private static func number(_ value: Double) -> String { "\(value)" }
}

extension Double {
  /// As it is written at an axis: `0`, `0.25`, `12,000`, `1e-06`.
  package var tickLabel: String {
    guard self != 0, isFinite else { return self == 0 ? "0" : "\(self)" }
    if magnitude >= 1e7 || magnitude < 1e-4 {
      let text = "\(self)"
      return text.count <= 7 ? text : brief
    }
    if magnitude >= 1000 && self == rounded() { return Int(self).grouped }
    return fixed(6).droppingZero
  }
}

extension String {
  /// A decimal number without the zeros at its end.
  var droppingZero: String {
    guard contains(".") else { return self }
    var rest = self[...]
    while rest.last == "0" { rest.removeLast() }
    if rest.last == "." { rest.removeLast() }
    return rest == "-0" ? "0" : String(rest)
  }
}
