import Datasets
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Volumes of every kind, compared with what nibabel, NumPy and Pillow make of them; `Tests/Goldens/volumes.py` wrote them.
@Suite struct VolumeGoldenTests {
  struct Volume: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    /// The file, in base 64.
    let file: String
    /// The lowest and the highest intensity.
    let window: [Float]?
    let shape: [Int]
    let numbers: [Float]

    var testDescription: String { name }
  }

  static let goldens: [Volume] = Golden.cases("volumes")

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count > 90)
  }

  /// To the last bit, resampled or not.
  @Test(arguments: goldens)
  func aVolumeHasNibabelsNumbers(_ golden: Volume) throws {
    let file = try #require(Data(base64Encoded: golden.file)).map { $0 }
    let window = golden.window.map { $0[0]...$0[1] }
    let found = try SampleFile.read(
      file, VolumeFormat(shape: golden.name.contains("resampled") ? Shape(golden.shape) : nil, window: window))
    try #require(found.shape == Shape(golden.shape))
    #expect(found.numbers == golden.numbers)
  }
}
