import Datasets
import Tensors
import TestSupport
import Testing

/// Images of 6×5 in two channels, whose every pixel is another number: 1, 2, … in the first channel, their negatives in the
/// second.
private struct Numbered: Dataset {
  let name = "numbered"
  let sampleShape: Shape = [6, 5, 2]
  let classNames = ["a"]
  let count = 4000
  let digest = "none"

  func label(of sample: Int) -> Int { 0 }

  func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    for index in pixels.indices { pixels[index] = Float(index / 2 + 1) * (index % 2 == 0 ? 1 : -1) }
  }
}

@Suite struct AugmentationTests {
  /// The first channel after `augmentation`, row by row; the second must be its negative.
  private func rows(
    _ augmentation: Augmentation, _ sample: Int, seed: UInt64 = 1, epoch: Int = 0, isTraining: Bool = true
  ) -> [[Int]] {
    let pixels = FloatStorage(count: 60)
    SamplePreparation(augmentation: augmentation)
      .load(sample, of: Numbered(), into: pixels.buffer, draw: isTraining ? (seed, epoch) : nil)
    for index in 0..<30 { #expect(pixels.buffer[2 * index] == -pixels.buffer[2 * index + 1]) }
    return (0..<6).map { row in (0..<5).map { Int(pixels.buffer[2 * (5 * row + $0)]) } }
  }

  private static let original = (0..<6).map { row in (0..<5).map { 5 * row + $0 + 1 } }

  @Test func withoutItSamplesStayAsTheyAre() {
    #expect(rows(Augmentation(), 0) == Self.original)
    #expect(rows(Augmentation(crop: 4, flip: true, cutout: 5), 3, isTraining: false) == Self.original)
  }

  @Test func aFlipMirrorsHalfOfTheSamples() {
    let mirrored = Self.original.map { Array($0.reversed()) }
    let flips = (0..<4000).map { rows(Augmentation(flip: true), $0) }
    #expect(flips.allSatisfy { $0 == mirrored || $0 == Self.original })
    // Six standard deviations of 4,000 throws are 190.
    #expect(abs(flips.filter { $0 == mirrored }.count - 2000) < 190)
  }

  /// Every crop is the padded image's part at one of the 49 places, and every place comes up.
  @Test func aCropIsAPartOfThePaddedImage() {
    var places: [Int: Int] = [:]
    for sample in 0..<4000 {
      let found = rows(Augmentation(crop: 3), sample)
      let place = (-3...3).flatMap { y in (-3...3).map { (y, $0) } }.first { y, x in
        found
          == (0..<6).map { row in
            (0..<5).map { column in
              0..<6 ~= row + y && 0..<5 ~= column + x ? Self.original[row + y][column + x] : 0
            }
          }
      }
      guard let place else {
        Issue.record("\(found) is no part of the padded image")
        return
      }
      places[7 * place.0 + place.1, default: 0] += 1
    }
    // 82 on average, with a deviation of 9.
    #expect(places.count == 49 && places.values.allSatisfy { 28...136 ~= $0 })
  }

  /// A square whose centre is any of the 30 pixels; those beyond the border are missing from it.
  @Test(arguments: [1, 2, 3]) func cutoutIsASquareAroundAPixel(side: Int) {
    var centres: Set<Int> = []
    for sample in 0..<1000 {
      let found = rows(Augmentation(cutout: side), sample)
      let centre = (0..<30).first { centre in
        let (top, left) = (centre / 5 - side / 2, centre % 5 - side / 2)
        return found
          == (0..<6).map { row in
            (0..<5).map { column in
              top..<top + side ~= row && left..<left + side ~= column ? 0 : Self.original[row][column]
            }
          }
      }
      guard let centre else {
        Issue.record("\(found) lacks no square of \(side)")
        return
      }
      centres.insert(centre)
    }
    #expect(centres.count == 30)
  }

  /// What is drawn depends on seed, epoch and sample, and on nothing else: not on what is switched on besides.
  @Test func drawsFollowSeedEpochAndSample() {
    let all = Augmentation(crop: 3, flip: true, cutout: 2)
    var seen: Set<[[Int]]> = []
    for (seed, epoch, sample) in [(1, 0, 0), (2, 0, 0), (1 << 40, 0, 0), (1, 1, 0), (1, 0, 1)] as [(UInt64, Int, Int)] {
      seen.insert(rows(all, sample, seed: seed, epoch: epoch))
    }
    #expect(seen.count == 5)
    for sample in 0..<50 {
      let (cropped, flipped) = (rows(Augmentation(crop: 2), sample), rows(Augmentation(flip: true), sample))
      let isFlipped = flipped != Self.original
      let both = rows(Augmentation(crop: 2, flip: true), sample)
      #expect(both == (isFlipped ? cropped.map { Array($0.reversed()) } : cropped))
    }
  }

  /// Frozen: a change here is a change of every run that augments.
  @Test func theDrawsAreFrozen() {
    let drawn = (0..<8).map { sample in
      rows(Augmentation(crop: 3, flip: true), sample).map { row in row.map(String.init).joined(separator: " ") }[2]
    }
    #expect(
      drawn == [
        "0 16 17 18 19", "0 0 11 12 13", "24 23 22 21 0", "0 0 11 12 13", "0 0 0 0 0", "13 14 15 0 0", "14 13 12 11 0",
        "0 30 29 28 27",
      ])
  }

  /// Targets that lie on pixels would stay where they are.
  @Test func whatMovesPixelsIsNotForMaps() {
    for augmentation in [Augmentation(crop: 2), Augmentation(flip: true), Augmentation(flip: .alternate)] {
      for targets in [TargetKind.classes(3, positions: [28, 32]), .values([28, 32, 1]), .values([7, 8])] {
        let flaw = augmentation.flaw(for: [28, 32, 1], targets: targets)
        #expect(
          flaw
            == "augmentation \(augmentation) moves pixels, and the targets, which lie on them, would stay where they are: leave it out"
        )
      }
      for targets in [TargetKind.classes(3, positions: []), .classes(3, positions: [28]), .values([4])] {
        #expect(augmentation.flaw(for: [28, 32, 1], targets: targets) == nil)
      }
    }
    #expect(Augmentation(cutout: 4).flaw(for: [28, 32, 1], targets: .classes(3, positions: [28, 32])) == nil)
  }

  @Test func whatMakesNoSenseIsNamed() {
    let shape: Shape = [28, 32, 1]
    let classes = TargetKind.classes(3, positions: [])
    #expect(Augmentation().flaw(for: [7], targets: classes) == nil)
    #expect(Augmentation(crop: 27, flip: true, cutout: 28).flaw(for: shape, targets: classes) == nil)
    #expect(
      Augmentation(crop: 28).flaw(for: shape, targets: classes)
        == "crop 28 is too large for images of 28×32: expected below 28")
    #expect(
      Augmentation(cutout: 29).flaw(for: shape, targets: classes)
        == "cutout 29 is too large for images of 28×32: expected up to 28")
    #expect(
      Augmentation(flip: true).flaw(for: [7], targets: classes)
        == "augmentation flip is for images, not for samples of (7,)")
    let map = TargetKind.classes(3, positions: [28, 32])
    #expect(Augmentation(cutout: 8).flaw(for: shape, targets: map) == nil)
    #expect(Augmentation(flip: true).flaw(for: shape, targets: map)?.contains("moves pixels, and the targets") == true)
    #expect(Augmentation(crop: 4, flip: true, cutout: 8).description == "crop 4, flip, cutout 8")
    #expect(Augmentation().description == "none")
  }
}
