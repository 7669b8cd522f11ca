import Objectives

extension Assessment {
  /// The figures for people: who is taken for whom, what there is of each class, how sure and how right answers are, or how far
  /// off numbers are.
  package var lines: [String] {
    var parts: [[String]] = []
    if let confusion {
      if let matrix = matrix(confusion) { parts.append(matrix) } else { parts.append(pairs(confusion)) }
      parts.append(classTable(confusion))
    }
    if let residuals { parts.append(residualTable(residuals)) }
    if let calibration { parts.append(["expected calibration error \(calibration.expectedError.fixed(4))"]) }
    return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  /// More classes are not shown each.
  private static let mostClasses = 20
  /// How many there are instead: of pairs, and of classes.
  private static let shownPairs = 10
  private static let shownClasses = 10
  private static let nameWidth = 20

  private func shortName(_ index: Int, _ width: Int = nameWidth) -> String {
    name(ofClass: index).shortened(to: width)
  }

  /// A row for each true class and a column for each predicted one; nil where there are many.
  private func matrix(_ confusion: ConfusionMatrix) -> [String]? {
    guard confusion.classes.count <= Self.mostClasses, let rows = confusion.rows else { return nil }
    // Columns are narrow where there are many: names are cut to fit.
    let widest = rows.joined().map { $0.grouped.count }.max() ?? 1
    let width = max(widest, confusion.classes.count > 10 ? 6 : 10)
    let heading = ["true \\ predicted"] + rows.indices.map { shortName($0, width) }
    return Table.lines([heading] + rows.indices.map { row in [shortName(row)] + rows[row].map(\.grouped) })
  }

  /// The most frequent confusions.
  private func pairs(_ confusion: ConfusionMatrix) -> [String] {
    guard let pairs = confusion.confused, !pairs.isEmpty else { return [] }
    let rows = pairs.prefix(Self.shownPairs).map { pair in
      let support = confusion.classes[pair.truth].support
      return [
        "\(shortName(pair.truth)), taken for \(shortName(pair.predicted))", pair.count.grouped,
        "\((100 * Double(pair.count) / Double(max(1, support))).fixed(1)) %",
      ]
    }
    return Table.lines([["most confused", "samples", "of the class"]] + rows)
  }

  /// What there is of each class, or of those that do worst, and the means over all.
  private func classTable(_ confusion: ConfusionMatrix) -> [String] {
    let classes = confusion.classes
    func cells(_ figures: ConfusionMatrix.Figures) -> [String] {
      [
        figures.predicted == 0 ? "-" : figures.precision.fixed(4), figures.support == 0 ? "-" : figures.recall.fixed(4),
        figures.support + figures.predicted == 0 ? "-" : figures.f1.fixed(4), figures.support.grouped,
      ]
    }
    var shown = Array(classes.indices)
    var title = isOfLabels ? "label" : "class"
    if classes.count > Self.mostClasses {
      shown = Array(shown.sorted { (classes[$0].f1, $0) < (classes[$1].f1, $1) }.prefix(Self.shownClasses))
      title = "the worst \(shown.count) of \(classes.count.grouped)"
    }
    let support = classes.reduce(0) { $0 + $1.support }
    func mean(_ weight: (ConfusionMatrix.Figures) -> Double) -> [String] {
      [\ConfusionMatrix.Figures.precision, \.recall, \.f1].map { figure in
        classes.reduce(0) { $0 + weight($1) * $1[keyPath: figure] }.fixed(4)
      } + [support.grouped]
    }
    let means = [
      ["mean"] + mean { _ in 1 / Double(classes.count) },
      ["mean by support"] + mean { Double($0.support) / Double(max(1, support)) },
    ]
    let rows = shown.map { [shortName($0)] + cells(classes[$0]) }
    return Table.lines([[title, "precision", "recall", "f1", "support"]] + rows + means)
  }

  private var isOfLabels: Bool { if case .labels = answers { true } else { false } }

  private func residualTable(_ residuals: [Residuals]) -> [String] {
    let rows = residuals.enumerated().map { index, figures in
      [
        name(ofNumber: index)?.shortened(to: Self.nameWidth) ?? (residuals.count == 1 ? "all" : "\(index)"),
        figures.mean.brief, figures.meanAbsolute.brief,
        figures.rootMeanSquare.brief, figures.rSquared.map { $0.fixed(4) } ?? "-",
      ]
    }
    return Table.lines([["output minus target", "mean", "mean absolute", "root mean square", "r squared"]] + rows)
  }
}
