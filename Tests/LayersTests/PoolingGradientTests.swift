import Kernels
import Layers
import Tensors
import Testing

@Suite struct PoolingGradientTests {
  /// All values differ by at least 1, eight times what the step moves two of them apart.
  @Test(arguments: [Padding.same, .valid])
  func maxima(_ padding: Padding) throws {
    for (layer, input) in [
      (MaxPooling1D(2, padding: padding), [7, 3]), (MaxPooling1D(3, stride: 2, padding: padding), [8, 2]),
      (MaxPooling2D(2, padding: padding), [6, 4, 3]), (MaxPooling2D(2, padding: padding), [7, 5, 2]),
      (MaxPooling2D([3, 2], stride: [1, 3], padding: padding), [8, 6, 1]),
      (MaxPooling3D(2, padding: padding), [3, 5, 4, 2]),
      (MaxPooling3D([1, 2, 3], stride: 1, padding: padding), [2, 4, 5, 1]),
      (GlobalMaxPooling1D(), [5, 3]), (GlobalMaxPooling2D(), [4, 5, 3]),
      (GlobalMaxPooling3D(keepDimensions: true), [3, 2, 4, 2]),
    ] as [(any Layer, [Int])] {
      let input = Shape(input)
      var words = RandomSequence(RandomKey(seed: 1, purpose: .synthesis))
      let x = (0..<3 * input.count).shuffled(using: &words).map { Float($0) }
      try GradientCheck(layer: layer, input: input, x: x).run()
    }
  }

  /// An element has part in at most 9 windows, whose means take at most 60 additions and a division of values up to 9.
  @Test(arguments: [Padding.same, .valid])
  func means(_ padding: Padding) throws {
    for (layer, input) in [
      (AveragePooling1D(2, padding: padding), [7, 3]), (AveragePooling1D(3, stride: 2, padding: padding), [8, 2]),
      (AveragePooling2D(2, padding: padding), [6, 5, 3]),
      (AveragePooling2D(3, stride: 1, padding: padding), [5, 6, 2]),
      (AveragePooling2D([3, 2], stride: [1, 3], padding: padding), [8, 6, 1]),
      (AveragePooling3D(2, padding: padding), [3, 5, 4, 2]),
      (AveragePooling3D([1, 2, 3], stride: 1, padding: padding), [2, 4, 5, 1]),
      (GlobalAveragePooling1D(), [5, 3]), (GlobalAveragePooling2D(keepDimensions: true), [4, 5, 3]),
      (GlobalAveragePooling3D(), [3, 2, 4, 2]),
    ] as [(any Layer, [Int])] {
      let input = Shape(input)
      try GradientCheck(
        layer: layer, input: input, x: wholeNumbers(3 * input.count, upTo: 9, seed: 1), step: 1,
        rounding: 9 * 61 * 0x1p-24 * 9
      ).run()
    }
  }
}
