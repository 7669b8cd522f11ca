import Objectives

extension RunReport {
  /// More classes have no column of their own.
  private static let mostColumns = 20
  /// So many classes are shown of more, those that do worst, and so many pairs.
  private static let mostRows = 20
  private static let mostOutputs = 4
  /// What is longer is cut off.
  static let nameWidth = 60

  var answers: Markup {
    guard let assessment = record.assessment else { return "" }
    var parts: [Markup] = []
    if let confusion = assessment.confusion {
      parts.append(confusionTable(confusion, assessment))
      let figures = classTable(confusion, assessment)
      let reliability = assessment.calibration.map(ReliabilityDiagram.markup) ?? ""
      parts.append("<div class=\"two\"><div class=\"fits\">\(figures)</div>\(reliability)</div>\n")
    }
    if let residuals = assessment.residuals { parts.append(residualPart(residuals, assessment)) }
    let step = record.judgedStep.map { " after step \($0.grouped)" } ?? ""
    return Section.make(
      "What it answers",
      lead: "On \("validation sample".counted(assessment.samples))\(step).", parts)
  }

  func className(_ index: Int, in assessment: Assessment) -> String {
    assessment.name(ofClass: index).shortened(to: Self.nameWidth)
  }

  /// What a number is called, where it has a name.
  func numberName(_ index: Int, in assessment: Assessment) -> String? {
    assessment.name(ofNumber: index)?.shortened(to: Self.nameWidth)
  }

  // MARK: - Classes

  private func confusionTable(_ confusion: ConfusionMatrix, _ assessment: Assessment) -> Markup {
    guard confusion.classes.count <= Self.mostColumns, let rows = confusion.rows else {
      return pairTable(confusion, assessment)
    }
    let names = rows.indices.map { className($0, in: assessment) }
    let cells = rows.enumerated().map { truth, row in
      let support = max(1, row.reduce(0, +))
      return [Markup(escaping: names[truth])]
        + row.enumerated().map { predicted, count -> Markup in
          let share = Double(count) / Double(support)
          // Never so dark that the number on it could not be read.
          let shade = (0.42 * share.squareRoot()).fixed(3)
          let kind = truth == predicted ? " class=\"right\"" as Markup : count == 0 ? " class=\"zero\"" : ""
          return """
            <span\(kind) style="background:rgba(var(--heat), \(shade))" \
            title="\(names[truth]), taken for \(names[predicted]): \(count.grouped), \((100 * share).fixed(1)) %">\
            \(count.grouped)</span>
            """
        }
    }
    let table = HTMLTable(
      caption: "Confusion matrix: a row for each true class, a column for each answer",
      heading: ["true \\ answer"] + names.map { Markup(escaping: $0) }, rows: cells,
      showsCaption: true,
      style: "matrix")
    return "\(table.markup)<p class=\"note\">Framed cells are right answers.</p><br>\n"
  }

  /// Who is taken for whom most often.
  private func pairTable(_ confusion: ConfusionMatrix, _ assessment: Assessment) -> Markup {
    guard let pairs = confusion.confused, !pairs.isEmpty else { return "" }
    let rows = pairs.prefix(Self.mostRows).map { pair -> [Markup] in
      let support = max(1, confusion.classes[pair.truth].support)
      return [
        Markup(escaping: className(pair.truth, in: assessment)),
        Markup(escaping: className(pair.predicted, in: assessment)), Markup(escaping: pair.count.grouped),
        share(Double(pair.count) / Double(support)),
      ]
    }
    return HTMLTable(
      caption: "The most frequent confusions", heading: ["class", "taken for", "answers", "of the class"], rows: rows,
      textColumns: [1], showsCaption: true
    ).markup + "<br>\n"
  }

  private func classTable(_ confusion: ConfusionMatrix, _ assessment: Assessment) -> Markup {
    let classes = confusion.classes
    var shown = Array(classes.indices)
    let isCut = classes.count > Self.mostRows
    if isCut {
      shown = Array(shown.sorted { (classes[$0].f1, $0) < (classes[$1].f1, $1) }.prefix(Self.mostRows))
    }
    let rows = shown.map { index -> [Markup] in
      let figures = classes[index]
      return [
        Markup(escaping: className(index, in: assessment)),
        figures.predicted == 0 ? "–" : share(figures.precision), figures.support == 0 ? "–" : share(figures.recall),
        figures.support + figures.predicted == 0 ? "–" : share(figures.f1), Markup(escaping: figures.support.grouped),
      ]
    }
    let isOfLabels = if case .labels = assessment.answers { true } else { false }
    let (noun, nouns) = isOfLabels ? ("label", "labels") : ("class", "classes")
    let caption =
      isCut ? "The \(shown.count) of \(classes.count.grouped) \(nouns) that do worst" : "Each \(noun) by itself"
    let table = HTMLTable(
      caption: caption, heading: [Markup(escaping: noun), "precision", "recall", "F1", "support"],
      rows: rows, showsCaption: true)
    return table.markup
      + """
      <p class="note">Precision: of the answers for it, the share that is right. Recall: of what is of it, the share that was \
      found. F1: the harmonic mean of the two.</p>

      """
  }

  /// A share with a bar beside it.
  func share(_ value: Double) -> Markup {
    let width = (100 * min(max(value, 0), 1)).fixed(0)
    return
      "\((100 * value).fixed(1)) %<span class=\"share\" aria-hidden=\"true\"><i style=\"width:\(width)%\"></i></span>"
  }

  // MARK: - Numbers

  private func residualPart(_ residuals: [Residuals], _ assessment: Assessment) -> Markup {
    func name(_ index: Int) -> String {
      numberName(index, in: assessment) ?? (residuals.count == 1 ? "Output" : "Output \(index)")
    }
    let rows = residuals.enumerated().map { index, figures -> [Markup] in
      [
        Markup(escaping: name(index)), Markup(escaping: figures.mean.brief),
        Markup(escaping: figures.meanAbsolute.brief),
        Markup(escaping: figures.rootMeanSquare.brief), Markup(escaping: figures.rSquared.map { $0.fixed(4) } ?? "–"),
      ]
    }
    let table = HTMLTable(
      caption: "Output minus target", heading: ["output", "mean", "mean absolute", "root mean square", "R²"],
      rows: rows,
      showsCaption: true)
    let plots = residuals.prefix(Self.mostOutputs).enumerated().map { ScatterPlot.markup($1, name: name($0)) }
    return table.markup + "<br>\n" + grid(plots)
  }
}
