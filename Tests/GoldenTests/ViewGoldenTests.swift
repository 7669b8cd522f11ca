import Datasets
import Tensors
import Testing

/// Crops from reflected borders and the views of a test-time augmentation, compared with NumPy's; `Tests/Goldens/views.py`
/// wrote them.
@Suite struct ViewGoldenTests {
  struct Image: Decodable, Sendable, CustomTestStringConvertible {
    let shape: [Int]
    let image: [Float]
    let pad: Int
    let padded: [Float]
    let shares: [Float]
    let views: [[Float]]

    var testDescription: String { "\(shape)" }

    /// The part of the image with its border that begins at a place, one of 2 · pad + 1 each way.
    func part(_ y: Int, _ x: Int) -> [Float] {
      let (channels, width) = (shape[2], shape[1] + 2 * pad)
      return (y..<y + shape[0]).flatMap { row in
        let start = (row * width + x) * channels
        return padded[start..<start + shape[1] * channels]
      }
    }
  }

  static let goldens: [Image] = Golden.cases("views")
  private static let samples = 1500

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count == 8)
  }

  /// The image as so many samples.
  private func data(_ golden: Image, count: Int = 1) -> BufferSamples {
    BufferSamples(
      name: "image", shape: Shape(golden.shape),
      samples: [[Float]](repeating: golden.image, count: count).flatMap(\.self),
      labels: [Int32](repeating: 0, count: count), classNames: ["a"])
  }

  @Test(arguments: goldens)
  func viewsAreNumPys(_ golden: Image) {
    let (data, pixels) = (data(golden), FloatStorage(count: golden.image.count))
    for (augmentation, count) in [(TestTimeAugmentation.mirror, 2), (.mirrorShift, 6)] {
      let views = augmentation.views.map { view, _ in
        SamplePreparation().load(0, of: data, into: pixels.buffer, view: view)
        return Array(pixels.buffer)
      }
      #expect(views == Array(golden.views[..<count]))
    }
    #expect(TestTimeAugmentation.mirrorShift.views.map(\.share) == golden.shares)
  }

  /// Every crop is one of the parts, and every part comes up.
  @Test(arguments: goldens)
  func cropsArePartsOfNumPysBorder(_ golden: Image) {
    let (data, pixels) = (data(golden, count: Self.samples), FloatStorage(count: golden.image.count))
    let preparation = SamplePreparation(augmentation: Augmentation(crop: golden.pad, border: .reflect))
    let crops = (0..<Self.samples).map { sample in
      preparation.load(sample, of: data, into: pixels.buffer, draw: (1, 0))
      return Array(pixels.buffer)
    }
    let places = 0...2 * golden.pad
    #expect(Set(crops) == Set(places.flatMap { y in places.map { golden.part(y, $0) } }))
  }
}
