import Datasets
import Tensors
import Testing

/// The views of an image that is judged.
@Suite struct TestTimeAugmentationTests {
  /// Two rows of three pixels with two channels; the second channel is the first's negative.
  private let data = BufferSamples(
    name: "image", shape: [2, 3, 2], samples: [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6], labels: [0],
    classNames: ["a"])

  /// The first channel of every view, row behind row, with its share.
  private func views(
    _ augmentation: TestTimeAugmentation, _ normalization: Normalization? = nil
  ) -> [[Float]] {
    let pixels = FloatStorage(count: 12)
    return augmentation.views.map { view, share in
      SamplePreparation(augmentation: Augmentation(crop: 1, flip: true), normalization: normalization)
        .load(0, of: data, into: pixels.buffer, view: view)
      if normalization == nil {
        for index in 0..<6 { #expect(pixels.buffer[2 * index] == -pixels.buffer[2 * index + 1]) }
      }
      return [share] + (0..<6).map { pixels.buffer[2 * $0] }
    }
  }

  @Test func aMirrorHasTwoSides() {
    #expect(views(.mirror) == [[0.5, 1, 2, 3, 4, 5, 6], [0.5, 3, 2, 1, 6, 5, 4]])
  }

  /// The image with a border of one pixel is
  ///
  ///     5 4 5 6 5
  ///     2 1 2 3 2
  ///     5 4 5 6 5
  ///     2 1 2 3 2
  ///
  /// of which the views are the upper left and the lower right part.
  @Test func shiftsReflectTheImage() {
    #expect(
      views(.mirrorShift) == [
        [0.25, 1, 2, 3, 4, 5, 6], [0.25, 3, 2, 1, 6, 5, 4],
        [0.125, 5, 4, 5, 2, 1, 2], [0.125, 5, 4, 5, 2, 1, 2],
        [0.125, 5, 6, 5, 2, 3, 2], [0.125, 5, 6, 5, 2, 3, 2],
      ])
  }

  /// Samples are scaled as they are seen, as in training: place by place, not before they are moved.
  @Test func whatIsSeenIsScaled() {
    let places = Normalization(
      .feature, mean: [1] + [Float](repeating: 0, count: 11), deviation: [Float](repeating: 0.5, count: 12))
    #expect(views(.mirror, places) == [[0.5, 0, 4, 6, 8, 10, 12], [0.5, 4, 4, 2, 12, 10, 8]])
  }

  @Test func sharesMakeAWhole() {
    for augmentation in TestTimeAugmentation.allCases {
      #expect(augmentation.views.map(\.share).reduce(0, +) == 1)
      #expect(Set(augmentation.views.map(\.view)).count == augmentation.views.count)
    }
  }

  @Test func whatMakesNoSenseIsNamed() {
    #expect(TestTimeAugmentation.mirror.flaw(for: [1, 1, 3]) == nil)
    #expect(TestTimeAugmentation.mirrorShift.flaw(for: [2, 2, 3]) == nil)
    #expect(
      TestTimeAugmentation.mirrorShift.flaw(for: [1, 9, 3])
        == "mirror-shift is not for images of 1×9: expected at least 2 each way")
    for shape in [[7], [7, 2], [7, 2, 2, 1]] as [Shape] {
      #expect(TestTimeAugmentation.mirror.flaw(for: shape) == "mirror is for images, not for samples of \(shape)")
    }
  }
}
