import Datasets
import Tensors

extension DataReport {
  /// The report for people: what samples and targets are, how many there are of each class, the numbers, and what to look at.
  package var lines: [String] {
    let notes = notes
    let clean = "Every number is there, no sample is constant, and none is there twice."
    return ["\(name): \(sampleWords); \(targetWords)", ""] + targetTable + [""] + numberTable + [""]
      + (notes.isEmpty ? [clean] : notes.map { "! \($0)" })
  }

  // MARK: - What samples are

  private var form: SampleForm { SampleForm(sampleShape) }

  private var sampleWords: String {
    let words = form == .other ? "samples of \(Shape(sampleShape))" : form.words
    return words + (levels.map { ", \($0.grouped) levels from 0 to 1" } ?? ", any numbers")
  }

  private var targetWords: String {
    let count = targets.shape.reduce(1, *)
    let shape = targets.shape.map(\.grouped).joined(separator: "×")
    switch targets.kind {
    case .classes:
      let names = targets.classNames
      let classes = names.count == 1 ? "the class \(names[0])" : "one of \(names.count.grouped) classes"
      return targets.shape.isEmpty ? "\(classes) each" : "\(classes) at each of \(shape) positions"
    case .values where hasLabels: return count == 1 ? "yes or no each" : "\(count.grouped) labels each, set or not"
    case .values: return count == 1 ? "a number to predict each" : "\(shape) numbers to predict each"
    }
  }

  /// Whether targets are labels that are set or not.
  private var hasLabels: Bool {
    targets.kind == .values && parts.allSatisfy { $0.outputs.allSatisfy { $0.ones != nil } }
  }

  // MARK: - Tables

  /// More classes, or outputs, than so many are cut short to the first and the last of them.
  private static let mostRows = 20
  private static let ends = 5

  private var targetTable: [String] {
    let names = parts.map(\.part.rawValue)
    let totals = ["samples"] + parts.map { $0.samples.grouped }
    switch targets.kind {
    case .classes:
      let noun = targets.shape.isEmpty ? "class" : "positions"
      return countTable(
        [noun] + names, targets.classNames.map { $0.shortened(to: 30) }, parts.map(\.classCounts), totals)
    case .values where hasLabels:
      let counts = parts.map { $0.outputs.map { $0.ones ?? 0 } }
      let labels = counts[0].count == 1 ? ["set"] : counts[0].indices.map { outputName($0) ?? "label \($0)" }
      return countTable(["label"] + names, labels, counts, totals)
    case .values:
      let heading = ["output", "lowest", "highest", "mean", "deviation"]
      let rows = parts.flatMap { part in
        let shown = part.outputs.count <= Self.mostRows ? part.outputs.count : Self.ends
        return part.outputs.prefix(shown).enumerated().map { output, numbers in
          let name = outputName(output) ?? (part.outputs.count > 1 ? "\(output)" : nil)
          return [part.part.rawValue + (name.map { ", \($0)" } ?? "")] + cells(numbers)
        } + (shown < part.outputs.count ? [["… \(part.outputs.count - shown) more", "", "", "", ""]] : [])
      }
      return Table.lines([["", "samples"]] + parts.map { [$0.part.rawValue, $0.samples.grouped] }) + [""]
        + Table.lines([heading] + rows)
    }
  }

  /// What a value of a target is called; nil where they have no names, or are summed up in fewer rows.
  private func outputName(_ output: Int) -> String? {
    guard let names = targets.outputNames, names.count == parts[0].outputs.count else { return nil }
    return names[output].shortened(to: 30)
  }

  /// A row of counts for each name; the largest and the smallest alone where there are many.
  private func countTable(_ heading: [String], _ names: [String], _ counts: [[Int]], _ totals: [String]) -> [String] {
    func row(_ index: Int) -> [String] { [names[index]] + counts.map { $0[index].grouped } }
    guard names.count > Self.mostRows else { return Table.lines([heading] + names.indices.map(row) + [totals]) }
    let sorted = names.indices.sorted { (counts[0][$1], $0) < (counts[0][$0], $1) }
    let hidden = ["… \((names.count - 2 * Self.ends).grouped) more"] + counts.map { _ in "" }
    let rows = sorted.prefix(Self.ends).map(row) + [hidden] + sorted.suffix(Self.ends).map(row)
    return Table.lines([heading] + rows + [totals])
  }

  /// A row for each channel of the first part, where they are few, and one for each of the other parts.
  private var numberTable: [String] {
    let rows = parts.enumerated().flatMap { place, part in
      let isApart = place == 0 && 2...4 ~= part.channels.count
      return isApart
        ? part.channels.enumerated().map { ["\(part.part.rawValue), \(channelName($0))"] + cells($1) }
        : [[part.part.rawValue] + cells(part.numbers)]
    }
    return Table.lines([["numbers", "lowest", "highest", "mean", "deviation"]] + rows)
  }

  private func cells(_ numbers: NumberSummary) -> [String] {
    [
      numbers.lowest?.brief ?? "-", numbers.highest?.brief ?? "-", numbers.mean?.brief ?? "-",
      numbers.deviation?.brief ?? "-",
    ]
  }

  private func channelName(_ channel: Int) -> String {
    if case .picture(_, _, channels: 3) = form { return ["red", "green", "blue"][channel] }
    return "\(form == .features(sampleShape[0]) ? "feature" : "channel") \(channel)"
  }
}
