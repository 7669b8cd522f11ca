import Datasets
import FoundationEssentials
import Tensors
import Testing

/// Which images are mirrored in which epoch, and how files say it.
@Suite struct FlipTests {
  private static let count = 400
  /// Images of two pixels, dark and light.
  private let data = BufferSamples(
    name: "pairs", shape: [1, 2, 1], samples: (0..<2 * count).map { Float($0 % 2) },
    labels: [Int32](repeating: 0, count: count), classNames: ["a"])

  /// Which of the images are mirrored.
  private func mirrored(_ flip: FlipKind, epoch: Int, seed: UInt64 = 1) -> [Bool] {
    let pixels = FloatStorage(count: 2)
    return (0..<Self.count).map { sample in
      SamplePreparation(augmentation: Augmentation(flip: flip))
        .load(sample, of: data, into: pixels.buffer, draw: (seed, epoch))
      return pixels.buffer[0] == 1
    }
  }

  @Test func everyOtherEpochShowsTheOtherSide() {
    let first = mirrored(.alternate, epoch: 0)
    #expect(first == mirrored(.random, epoch: 0))
    // Five standard deviations of 400 throws are 50.
    #expect(abs(first.count { $0 } - 200) < 50)
    for epoch in 1..<6 {
      #expect(mirrored(.alternate, epoch: epoch) == (epoch % 2 == 1 ? first.map { !$0 } : first), "epoch \(epoch)")
      // A random flip draws anew, and agrees with neither side.
      let random = mirrored(.random, epoch: epoch)
      #expect(abs(zip(random, first).count { $0 == $1 } - 200) < 50)
    }
    #expect(mirrored(.alternate, epoch: 0, seed: 2) != first)
    #expect(mirrored(.none, epoch: 1) == [Bool](repeating: false, count: Self.count))
  }

  /// The crop's place in an epoch is the same, whichever flip there is besides.
  @Test func anAlternateFlipDrawsTheSameCrops() {
    let wide = BufferSamples(
      name: "rows", shape: [4, 5, 1], samples: (0..<800).map { Float($0 % 20 + 1) },
      labels: [Int32](repeating: 0, count: 40), classNames: ["a"])
    func rows(_ flip: FlipKind, _ sample: Int, _ epoch: Int) -> [[Float]] {
      let pixels = FloatStorage(count: 20)
      SamplePreparation(augmentation: Augmentation(crop: 3, flip: flip))
        .load(sample, of: wide, into: pixels.buffer, draw: (1, epoch))
      return (0..<4).map { Array(pixels.buffer[5 * $0..<5 * $0 + 5]) }
    }
    for sample in 0..<40 {
      // The epoch of the draw says where the crop lies; the first epoch's alone says whether the image is mirrored.
      let isFirst = rows(.random, sample, 0) != rows(.none, sample, 0)
      for epoch in 0..<4 {
        let plain = rows(.none, sample, epoch)
        let isMirrored = isFirst != (epoch % 2 == 1)
        // An empty or symmetric part says nothing of sides.
        guard rows(.none, sample, 0) != rows(.none, sample, 0).map({ $0.reversed() }) else { continue }
        #expect(rows(.alternate, sample, epoch) == (isMirrored ? plain.map { $0.reversed() } : plain))
      }
    }
  }

  // MARK: - Files

  private func written(_ augmentation: Augmentation) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(augmentation), as: UTF8.self)
  }

  private func read(_ text: String) throws -> Augmentation {
    try JSONDecoder().decode(Augmentation.self, from: Data(text.utf8))
  }

  /// What older versions knew is written as they wrote it, and what they wrote is read.
  @Test(arguments: [
    (Augmentation(), #"{"crop":0,"cutout":0,"flip":false}"#),
    (Augmentation(crop: 4, flip: true, cutout: 8), #"{"crop":4,"cutout":8,"flip":true}"#),
    (Augmentation(crop: 4, flip: .alternate), #"{"crop":4,"cutout":0,"flip":"alternate"}"#),
    (
      Augmentation(crop: 4, border: .reflect, flip: .random),
      #"{"border":"reflect","crop":4,"cutout":0,"flip":true}"#
    ),
  ])
  func filesOfBeforeStayReadable(_ augmentation: Augmentation, _ text: String) throws {
    #expect(try written(augmentation) == text)
    #expect(try read(text) == augmentation)
  }

  @Test func wordsStandForThemselves() throws {
    #expect(try read(#"{"crop":1,"border":"zero","cutout":0,"flip":"random"}"#) == Augmentation(crop: 1, flip: true))
    #expect(try read(#"{"crop":0,"cutout":0,"flip":"none"}"#) == Augmentation())
    for text in [
      #"{"crop":0,"cutout":0,"flip":"sometimes"}"#, #"{"crop":0,"cutout":0,"flip":1}"#,
      #"{"crop":0,"cutout":0,"flip":true,"border":"wrap"}"#,
    ] {
      #expect(throws: DecodingError.self) { try read(text) }
    }
  }

  @Test func peopleReadWhatItIs() {
    #expect(
      Augmentation(crop: 2, border: .reflect, flip: .alternate, cutout: 8).description
        == "crop 2 (reflected), flip (alternating), cutout 8")
    #expect(Augmentation(crop: 2, flip: .random).description == "crop 2, flip")
    // A border around nothing is none.
    #expect(Augmentation(border: .reflect).isNone && Augmentation(border: .reflect).description == "none")
    let classes = TargetKind.classes(3, positions: [])
    #expect(Augmentation(crop: 28, border: .reflect).flaw(for: [28, 32, 1], targets: classes) != nil)
    #expect(Augmentation(crop: 27, border: .reflect).flaw(for: [28, 32, 1], targets: classes) == nil)
  }
}
