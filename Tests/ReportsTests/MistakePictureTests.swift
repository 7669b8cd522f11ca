import Graphics
import Objectives
import Reports
import Tensors
import Testing

@Suite struct MistakePictureTests {
  private func mistakes(_ count: Int) -> [Mistake] {
    (0..<count).map {
      Mistake(sample: $0, fault: .oneClass(truth: 0, predicted: 1, probability: 0.75, trueProbability: 0.25))
    }
  }

  private func draw(_ mistakes: [Mistake], _ shape: Shape) -> Canvas? {
    let samples = MadeData.classes([Int32](repeating: 0, count: 30), ["one", "the other"], nil, shape)
    return MistakePicture(mistakes, of: samples)?.drawn()
  }

  private func row(_ canvas: Canvas, _ y: Int) -> [UInt8] {
    var row = [UInt8](repeating: 0, count: 4 * canvas.width)
    row.withUnsafeMutableBufferPointer { canvas.write(row: y, to: $0) }
    return row
  }

  /// Six side by side, 24 at most, each of 64×64 pixels above two lines of text of twenty letters.
  @Test(arguments: [(1, 1, 1), (6, 1, 6), (7, 2, 6), (30, 4, 6)])
  func theyStandSideBySide(_ count: Int, _ down: Int, _ across: Int) throws {
    let canvas = try #require(draw(mistakes(count), [8, 8, 1]))
    #expect((canvas.height, canvas.width) == (6 + down * (64 + 26 + 6), 6 + across * (120 + 6)))
  }

  /// What a sample looks like, and what is said of it.
  @Test func eachHasItsCaption() throws {
    let canvas = try #require(draw(mistakes(1), [8, 8, 1]))
    // The first place of a sample has half of the number that all others have.
    let places = (6..<6 + 64).flatMap { y in (6..<6 + 64).map { row(canvas, y)[4 * $0] } }
    #expect(places.contains(255) && places.contains { $0 < 200 })
    for line in 0..<2 {
      let text = (70 + 13 * line..<70 + 13 * (line + 1)).flatMap { row(canvas, $0) }
      #expect(text.contains(0))
    }
    for fault in [
      Mistake.Fault.positions(right: 3, of: 64), .labels(wrong: 1, surest: 9, probability: .nan),
      .numbers(output: .infinity, target: -1e30, deviation: .nan),
    ] { #expect(draw([Mistake(sample: 0, fault: fault)], [8, 8, 1]) != nil) }
  }

  @Test func samplesOfAllKinds() {
    for (shape, isDrawn) in [
      ([40, 2], true), ([4, 4, 4, 1], true), ([300, 200, 3], true), ([20], true), ([3], false),
    ] as [([Int], Bool)] {
      #expect((draw(mistakes(2), Shape(shape)) != nil) == isDrawn, "\(shape)")
    }
    #expect(draw([], [8, 8, 1]) == nil)
  }
}
