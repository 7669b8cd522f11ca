/// Lines over the course of a run.
package struct LineChart {
  /// One line.
  struct Line {
    /// What the legend calls it.
    let name: String
    /// Where it goes, from left to right; what is not finite is left out, and leaves a gap.
    var points: [(x: Double, y: Double)]
    /// Which of the eight colours and four dashes it has, from 0.
    var style = 0
    /// Whether it is in the background.
    var isThin = false
    /// Whether its points are drawn.
    var hasDots = false
  }

  /// What the chart shows.
  let title: String
  /// What is written below.
  let xName: String
  let lines: [Line]
  /// Places that are marked, each with a word.
  var marks: [(x: Double, word: String)] = []
  /// Whether the lines may be shown by their logarithms.
  var mayBeLogarithmic = false
  /// The last x, where the chart is to go further than its lines.
  var end: Double?

  /// More points than so many of one line say nothing more.
  package static let mostPoints = 500

  /// The figure; nothing where no line has a point.
  var markup: Markup {
    let lines = lines.map { line in
      var line = line
      line.points = Self.thinned(line.points)
      return line
    }.filter { line in line.points.contains { $0.y.isFinite } }
    let all = lines.flatMap(\.points).filter { $0.y.isFinite }
    guard let y = Axis(of: all.map(\.y), mayBeLogarithmic: mayBeLogarithmic),
      let x = Axis(of: all.map(\.x) + [0] + (end.map { [$0] } ?? []), count: 6, isTight: true)
    else { return "" }
    var plot = Plot(x: x, y: y, xName: xName)
    plot.marks = marks.filter { x.range.contains($0.x) }
    plot.drawing = lines.map { draw($0, in: plot) }
    let scale = y.isLogarithmic ? ", logarithmic scale" : ""
    let legend = lines.map { line -> Markup in
      "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"\(classes(line))\" d=\"M1 5H25\"/></svg>\(line.name)</li>"
    }
    let description = "\(title)\(scale). " + lines.map(Self.describe).joined(separator: " ")
    return """
      <figure><figcaption>\(title)<small class="note">\(scale)</small></figcaption>
      <ul class="legend">\(legend)</ul>
      \(plot.markup(description))</figure>

      """
  }

  private func classes(_ line: Line) -> String {
    "s c\(line.style % 8 + 1) d\(lines.count > 1 ? line.style % 4 + 1 : 1)\(line.isThin ? " thin" : "")"
  }

  private func draw(_ line: Line, in plot: Plot) -> Markup {
    let runs = line.points.split { !$0.y.isFinite }
    let strokes = runs.map { run -> Markup in
      let points = run.map { plot.point($0.x, $0.y) }.joined(separator: " ")
      return "<polyline class=\"\(classes(line))\" data-name=\"\(line.name)\" points=\"\(points)\"/>\n"
    }
    guard line.hasDots && line.points.count <= Self.mostDots || line.points.count == 1 else { return Markup(strokes) }
    // Lines of no length with round ends: circles, however the drawing is stretched.
    let dots = runs.joined().map { "M\(plot.point($0.x, $0.y))h0" }.joined()
    return "\(strokes)<path class=\"dots c\(line.style % 8 + 1)\" d=\"\(dots)\"/>\n"
  }

  private static let mostDots = 60

  /// `validation goes from 2.3 to 0.41, at its lowest 0.39.`
  private static func describe(_ line: Line) -> String {
    let values = line.points.map(\.y).filter(\.isFinite)
    guard let first = values.first, let last = values.last, let lowest = values.min(), let highest = values.max() else {
      return ""
    }
    return "\(line.name) goes from \(first.brief) to \(last.brief), between \(lowest.brief) and \(highest.brief)."
  }

  /// As many points at most, each the mean of those that it stands for; the last stays what it is.
  package static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard points.count > mostPoints, let last = points.last else { return points }
    let parts = mostPoints - 1
    return (0..<parts).map { part in
      let own = points[part * points.count / parts..<(part + 1) * points.count / parts]
      let finite = own.filter { $0.y.isFinite }
      let middle = own.reduce(0) { $0 + $1.x } / Double(own.count)
      return (middle, finite.isEmpty ? .nan : finite.reduce(0) { $0 + $1.y } / Double(finite.count))
    } + [last]
  }
}
