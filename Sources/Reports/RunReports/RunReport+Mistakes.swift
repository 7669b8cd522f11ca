import Objectives

extension RunReport {
  /// So many are shown.
  public static let mostMistakes = 24
  /// So many characters may all pictures have together, so that the page stays well below 2 MB.
  private static let pictureRoom = 1_000_000

  var mistakes: Markup {
    guard let assessment = record.assessment, !assessment.mistakes.isEmpty else { return "" }
    var room = Self.pictureRoom
    let items = assessment.mistakes.prefix(Self.mostMistakes).map { mistake -> Markup in
      let caption = caption(of: mistake, in: assessment)
      var picture: Markup = ""
      if let own = pictures[mistake.sample]?.markup("Sample \(mistake.sample)"), own.text.utf8.count <= room {
        room -= own.text.utf8.count
        picture = own
      }
      return
        "<li><figure>\(picture)<figcaption>\(caption)<small>sample \(mistake.sample.grouped)</small></figcaption></figure></li>\n"
    }
    return Section.make(
      title(assessment.answers), lead: lead(assessment.answers), ["<ul class=\"mistakes\">\n\(items)</ul>\n"])
  }

  private func title(_ answers: Answers) -> String {
    switch answers {
    case .oneClass, .labels: "The most confident mistakes"
    case .positions: "The samples with the most mistakes"
    case .numbers: "The samples that are farthest off"
    }
  }

  private func lead(_ answers: Answers) -> String {
    switch answers {
    case .oneClass: "The validation samples of which the network was surest, and wrong."
    case .labels: "The validation samples with a wrong label of which the network was surest."
    case .positions: "The validation samples with the fewest positions that are right."
    case .numbers: "The validation samples whose outputs are farthest from their targets."
    }
  }

  private func caption(of mistake: Mistake, in assessment: Assessment) -> Markup {
    func percent(_ share: Float) -> String { "\((100 * share).fixed(1)) %" }
    switch mistake.fault {
    case .oneClass(let truth, let predicted, let probability, let own):
      return """
        <b>\(className(truth, in: assessment))</b>, taken for <b class="was">\(className(predicted, in: assessment))</b>\
        <small>\(percent(probability)) sure; its own class \(percent(own))</small>
        """
    case .positions(let right, let all):
      return "<b>\(percent(Float(right) / Float(max(1, all))))</b> of \(all.grouped) positions right"
    case .labels(let wrong, let surest, let probability):
      return """
        <b class="was">\("label".counted(wrong))</b> wrong<small>surest of \(className(surest, in: assessment)), \
        \(percent(probability))</small>
        """
    case .numbers(let output, let target, let deviation, let place):
      let found: Markup = "<b class=\"was\">\(output.brief)</b> instead of <b>\(target.brief)</b>"
      guard case .numbers(let count) = assessment.answers, count > 1 else {
        return "\(found)<small>off by \(deviation.brief)</small>"
      }
      let name = numberName(place ?? 0, in: assessment) ?? "output \(place ?? 0)"
      return """
        \(name): \(found)<small>root mean square over \("output".counted(count)): \(deviation.brief)</small>
        """
    }
  }

  var filterSection: Markup {
    guard let filters else { return "" }
    return Section.make("First filters", lead: filters.lead, [filters.markup])
  }
}
