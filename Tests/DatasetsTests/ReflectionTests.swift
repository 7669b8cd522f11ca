import Datasets
import Tensors
import Testing

/// Crops from images that go on mirrored beyond their border.
@Suite struct ReflectionTests {
  /// What `augmentation` makes of one image, which stands at every index: row by row.
  private func rows(
    _ augmentation: Augmentation, _ sample: Int, of image: [[Float]], channels: Int = 1
  ) -> [[Float]] {
    let shape: Shape = [image.count, image[0].count / channels, channels]
    let data = BufferSamples(
      name: "image", shape: shape, samples: [[[Float]]](repeating: image, count: sample + 1).joined().flatMap(\.self),
      labels: [Int32](repeating: 0, count: sample + 1), classNames: ["a"])
    let pixels = FloatStorage(count: shape.count)
    SamplePreparation(augmentation: augmentation).load(sample, of: data, into: pixels.buffer, draw: (1, 0))
    return image.indices.map { Array(pixels.buffer[$0 * image[0].count..<($0 + 1) * image[0].count]) }
  }

  private static let image: [[Float]] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

  /// As `numpy.pad(image, 2, "reflect")` has it.
  private static let padded: [[Float]] = [
    [9, 8, 7, 8, 9, 8, 7],
    [6, 5, 4, 5, 6, 5, 4],
    [3, 2, 1, 2, 3, 2, 1],
    [6, 5, 4, 5, 6, 5, 4],
    [9, 8, 7, 8, 9, 8, 7],
    [6, 5, 4, 5, 6, 5, 4],
    [3, 2, 1, 2, 3, 2, 1],
  ]

  /// At each of the 25 places, the widest border that an image of 3×3 has among them. The place is that of a crop from zeros.
  @Test func aCropIsAPartOfTheMirroredImage() throws {
    let places = (0..<5).flatMap { y in (0..<5).map { (y, $0) } }
    var seen: Set<Int> = []
    for sample in 0..<300 {
      let dark = rows(Augmentation(crop: 2), sample, of: Self.image)
      let place = try #require(
        places.first { y, x in
          dark
            == (0..<3).map { row in
              (0..<3).map { 2..<5 ~= row + y && 2..<5 ~= $0 + x ? Self.image[row + y - 2][$0 + x - 2] : 0 }
            }
        })
      let found = rows(Augmentation(crop: 2, border: .reflect), sample, of: Self.image)
      #expect(found == (0..<3).map { Array(Self.padded[place.0 + $0][place.1..<place.1 + 3]) }, "\(place)")
      seen.insert(5 * place.0 + place.1)
    }
    #expect(seen.count == 25)
  }

  /// A row of pixels with three channels: pixels change places, channels do not.
  @Test func channelsStayTogether() {
    let row: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    let (a, b, c, d): ([Float], [Float], [Float], [Float]) = ([1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12])
    let expected = [
      b + a + b + c, a + b + c + d, b + c + d + c,  // rows of the upper and the lower line are alike
    ]
    let found = (0..<60).map {
      rows(Augmentation(crop: 1, border: .reflect), $0, of: [row, row], channels: 3)
    }
    #expect(found.allSatisfy { $0[0] == $0[1] })
    #expect(Set(found.map { $0[0] }) == Set(expected))
  }

  /// The image is mirrored behind the crop, and that draws what it draws without a flip.
  @Test func aFlipComesBehindTheCrop() {
    for sample in 0..<40 {
      let cropped = rows(Augmentation(crop: 2, border: .reflect), sample, of: Self.image)
      let isFlipped = rows(Augmentation(flip: true), sample, of: Self.image) != Self.image
      let both = rows(Augmentation(crop: 2, border: .reflect, flip: true), sample, of: Self.image)
      #expect(both == (isFlipped ? cropped.map { Array($0.reversed()) } : cropped))
    }
  }
}
