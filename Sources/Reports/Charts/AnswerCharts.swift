import Objectives

/// How sure answers are and how right: a bar for each bin, where equal heights and places would be perfect.
enum ReliabilityDiagram {
  static func markup(_ calibration: Calibration) -> Markup {
    let answers = calibration.bins.reduce(0) { $0 + $1.answers }
    guard answers > 0 else { return "" }
    let ends = [0, 0.2, 0.4, 0.6, 0.8, 1]
    var plot = Plot(x: Axis(0...1, ticks: ends), y: Axis(0...1, ticks: ends), xName: "probability that was given")
    (plot.isSquare, plot.hovers) = (true, false)
    let width = 1 / Double(calibration.bins.count)
    plot.drawing = calibration.bins.enumerated().compactMap { index, bin in
      guard bin.answers > 0 else { return nil }
      let low = Double(index) * width
      let range = "\(low.fixed(1)) to \((low + width).fixed(1))"
      return """
        <rect class="bar" x="\(Plot.units(low + 0.006))" y="\(Plot.units(1 - bin.accuracy))" \
        width="\(Plot.units(width - 0.012))" height="\(Plot.units(bin.accuracy))"><title>\(range): \
        \("answer".counted(bin.answers)), \((100 * bin.accuracy).fixed(1)) % right, \
        \((100 * bin.confidence).fixed(1)) % expected</title></rect>

        """
    }
    let dots = calibration.bins.filter { $0.answers > 0 }.map { "M\(plot.point($0.confidence, $0.accuracy))h0" }
      .joined()
    plot.drawing.append(
      "<path class=\"s c2 d2\" d=\"M0 1000L1000 0\"/><path class=\"dots c2\" d=\"\(dots)\"/>\n")
    let error = calibration.expectedError.fixed(4)
    return """
      <figure><figcaption>Reliability</figcaption>
      <ul class="legend"><li><svg viewBox="0 0 26 10" aria-hidden="true"><rect class="bar" width="26" height="10"/></svg>share \
      that is right</li><li><svg viewBox="0 0 26 10" aria-hidden="true"><path class="s c2 d2" d="M1 5H25"/></svg>as sure as \
      right</li></ul>
      \(plot.markup("Reliability diagram of \(answers.grouped) answers; the expected calibration error is \(error)."))
      <p class="note">Expected calibration error \(error), over \(calibration.bins.count) bins of equal width. A bar above \
      the dashed line: more often right than the network thought. The dots stand at the mean probability of each bin.</p></figure>

      """
  }
}

/// Outputs over targets: on the dashed line they are the same.
enum ScatterPlot {
  static func markup(_ residuals: Residuals, name: String) -> Markup {
    guard let axis = Axis(of: residuals.points.flatMap { [$0.target, $0.output] }) else { return "" }
    var plot = Plot(x: axis, y: axis, xName: "target")
    (plot.isSquare, plot.hovers) = (true, false)
    let dots = residuals.points.filter { $0.target.isFinite && $0.output.isFinite }
      .map { "M\(plot.point($0.target, $0.output))h0" }.joined()
    plot.drawing = [
      "<path class=\"s c2 d2\" d=\"M0 1000L1000 0\"/><path class=\"dots thin c1\" d=\"\(dots)\"/>\n"
    ]
    let deviation = residuals.rootMeanSquare.brief
    return """
      <figure><figcaption>\(name): output over target</figcaption>
      \(plot.markup("\(name): outputs over targets; the root of their mean squared difference is \(deviation)."))</figure>

      """
  }
}
