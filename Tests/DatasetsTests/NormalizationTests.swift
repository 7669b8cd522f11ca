import Datasets
import Tensors
import TestSupport
import Testing

/// Two channels of bytes: the first as given, the second always 51.
private struct Bytes: Dataset {
  let bytes: [[UInt8]]
  let name = "bytes"
  let classNames = ["a"]
  let digest = "none"
  var count: Int { bytes.count }
  var sampleShape: Shape { [1, bytes[0].count, 2] }

  func label(of sample: Int) -> Int { 0 }

  func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    for (index, byte) in bytes[sample].enumerated() {
      pixels[2 * index] = Float(byte) / 255
      pixels[2 * index + 1] = 51 / 255
    }
  }
}

/// Samples of 16 bits: level and level + 1 of 65,535 in turn.
private struct Words: Dataset {
  let level: Int
  let name = "words"
  let sampleShape: Shape = [2, 2, 1]
  let classNames = ["a"]
  let count = 3
  let digest = ""
  let levels: Int? = 1 << 16

  func label(of sample: Int) -> Int { 0 }

  func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    for index in 0..<4 { pixels[index] = Float(level + index % 2) / 65535 }
  }
}

@Suite struct NormalizationTests {
  /// All samples.
  private func loaded(_ data: any Dataset, _ preparation: SamplePreparation, training: Bool = false) -> [Float] {
    let pixels = FloatStorage(count: data.sampleShape.count)
    return (0..<data.count).flatMap { sample in
      preparation.load(sample, of: data, into: pixels.buffer, draw: training ? (seed: 1, epoch: 0) : nil)
      return Array(pixels.buffer)
    }
  }

  /// 0, 51, 102, 255: mean 102, mean square of the distances (102² + 51² + 0 + 153²) / 4 = 9103.5.
  @Test func takesMeanAndDeviationByChannel() throws {
    let data = Bytes(bytes: [[0, 255], [51, 102]])
    let normalization = try Normalization(of: data)
    #expect(normalization.mean == [102 / 255, 51 / 255])
    #expect(normalization.deviation == [Float(9103.5.squareRoot() / 255), 1])
    let deviation = Float(9103.5.squareRoot() / 255)
    let expected = [0, 255, 51, 102].flatMap { [(Float($0) / 255 - 102 / 255) / deviation, 0] }
    #expect(loaded(data, SamplePreparation(normalization: normalization)) == expected)
  }

  @Test func noOrderLeavesATrace() throws {
    let bytes: [[UInt8]] = (0..<200).map { sample in (0..<50).map { UInt8(truncatingIfNeeded: sample * $0 * 37 + $0) } }
    let (there, back) = (
      try Normalization(of: Bytes(bytes: bytes)), try Normalization(of: Bytes(bytes: bytes.reversed()))
    )
    #expect(there == back)
  }

  /// The embedded data set's numbers, frozen: a change here is a change of every run that normalises it.
  @Test func theNumbersAreFrozen() throws {
    let normalization = try Normalization(of: FirstSamples(of: Synthetic.open().training, count: 1000))
    #expect(
      normalization.description
        == "mean [0.51750743, 0.51422143, 0.5152843], deviation [0.32751873, 0.32736808, 0.3301246]")
  }

  /// The crop's border is black, as zeros in the file are; the cutout's square has the mean colour.
  @Test func comesBetweenCropAndCutout() throws {
    let data = Bytes(bytes: [[UInt8]](repeating: [UInt8](repeating: 200, count: 9), count: 40))
    let normalization = Normalization(mean: [0.5, 0.25], deviation: [0.5, 0.5])
    func values(_ augmentation: Augmentation) -> Set<[Float]> {
      let preparation = SamplePreparation(augmentation: augmentation, normalization: normalization)
      let floats = loaded(data, preparation, training: true)
      return Set(stride(from: 0, to: floats.count, by: 2).map { [floats[$0], floats[$0 + 1]] })
    }
    let plain: [Float] = [(200 / 255 - 0.5) / 0.5, (51 / 255 - 0.25) / 0.5]
    #expect(values(Augmentation()) == [plain])
    #expect(values(Augmentation(cutout: 1)) == [plain, [0, 0]])
    #expect(values(Augmentation(crop: 8)) == [plain, [-1, -0.5]])
  }

  @Test func otherChannelsAreRefused() throws {
    let normalization = Normalization(mean: [0.5], deviation: [1])
    #expect(normalization.flaw(for: [28, 28, 1]) == nil)
    #expect(
      normalization.flaw(for: [28, 28, 3]) == "the normalization is of 1 channels, but the samples are of (28, 28, 3)")
    #expect(normalization.isSound)
    for (mean, deviation) in [([.nan], [1]), ([0], [0]), ([0], [-1]), ([0], [.infinity]), ([0], [])]
      as [([Float], [Float])]
    {
      #expect(!Normalization(mean: mean, deviation: deviation).isSound)
    }
  }

  /// As bytes they would all be black.
  @Test func sixteenBitsAreMeasuredInFull() throws {
    let found = try Normalization(of: Words(level: 100))
    #expect(found.mean == [Float(100.5 / 65535)] && found.deviation == [Float(0.5 / 65535)])
  }
}
