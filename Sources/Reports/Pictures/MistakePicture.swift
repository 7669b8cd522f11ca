import Datasets
import Graphics
import Objectives

/// The samples that a network was most wrong about, as one picture: each with what was said of it and what it is.
package struct MistakePicture {
  private let mistakes: [Mistake]
  private let gallery: SampleGallery
  private let classNames: [String]

  /// How many there are at most, and how many side by side.
  package static let most = 24
  private static let across = 6
  private static let gap = 6
  /// Captions have two lines.
  private static let lines = 2
  /// How many letters a caption has room for at least.
  private static let letters = 20

  /// Shows `mistakes`, samples of `dataset`; nil where there are none, or samples are nothing that can be drawn.
  package init?(_ mistakes: [Mistake], of dataset: any Dataset) {
    guard !mistakes.isEmpty, let gallery = SampleGallery(of: dataset, []) else { return nil }
    (self.mistakes, self.gallery) = (Array(mistakes.prefix(Self.most)), gallery)
    classNames = dataset.answerNames
  }

  /// Draws them, the worst first; nil where there is no memory for it.
  package func drawn() -> Canvas? {
    guard let (tile, scale) = gallery.tile(for: mistakes[0].sample) else { return nil }
    let text = Self.lines * Canvas.letter.height
    let height = tile.height * scale + text + Self.gap
    let width = max(tile.width * scale, Self.letters * Canvas.letter.width) + Self.gap
    let across = min(Self.across, mistakes.count)
    let down = (mistakes.count + across - 1) / across
    guard let canvas = Canvas(height: Self.gap + down * height, width: Self.gap + across * width) else { return nil }
    for (place, mistake) in mistakes.enumerated() {
      let (y, x) = (Self.gap + place / across * height, Self.gap + place % across * width)
      gallery.draw(mistake.sample, on: canvas, y: y, x: x, tile, scale)
      for (line, words) in caption(of: mistake).enumerated() {
        canvas.write(
          words.shortened(to: width / Canvas.letter.width),
          y: y + tile.height * scale + line * Canvas.letter.height, x: x)
      }
    }
    return canvas
  }

  /// What was said, and what is true.
  private func caption(of mistake: Mistake) -> [String] {
    switch mistake.fault {
    case .oneClass(let truth, let predicted, let probability, _):
      ["\(probability.fixed(2)) \(name(predicted))", "is \(name(truth))"]
    case .positions(let right, let all): ["\(right) of \(all) right"]
    case .labels(let wrong, let surest, let probability):
      ["\("label".counted(wrong)) wrong", "\(probability.fixed(2)) \(name(surest))"]
    case .numbers(let output, let target, _, let place):
      // Of several numbers the one that is shown is named.
      [(classNames.count > 1 ? "\(name(place ?? 0)) " : "") + Double(output).brief, "is \(Double(target).brief)"]
    }
  }

  private func name(_ number: Int) -> String {
    classNames.indices.contains(number) ? classNames[number] : "\(number)"
  }
}
