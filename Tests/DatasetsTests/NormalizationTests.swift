import Datasets
import Files
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

  /// Two samples of two steps with two channels.
  private func floats(_ numbers: [Float], shape: Shape = [2, 2]) -> BufferSamples {
    BufferSamples(
      name: "floats", shape: shape, samples: numbers,
      labels: [Int32](repeating: 0, count: numbers.count / shape.count), classNames: ["a"])
  }

  @Test func featuresAreScaledEachByItself() throws {
    let data = floats([1, 10, 3, 7, 3, 20, 3, 9])
    let found = try Normalization(.feature, of: data)
    #expect(found.mean == [2, 15, 3, 8] && found.deviation == [1, 5, 1, 1])
    #expect(loaded(data, SamplePreparation(normalization: found)) == [-1, -1, 0, -1, 1, 1, 0, 1])
    #expect(found.flaw(for: [2, 2]) == nil && found.flaw(for: [4]) == nil)
    #expect(found.flaw(for: [2, 3]) == "the normalization is of 4 places, but the samples are of (2, 3)")
    // Levels make no difference here.
    let bytes = Bytes(bytes: [[0, 255], [51, 102]])
    #expect(try Normalization(.feature, of: bytes).mean == [0.1, 0.2, 0.7, 0.2])
  }

  @Test func samplesAreScaledEachByItself() throws {
    let found = try Normalization(.sample, of: floats([1, 2, 3, 4]))
    #expect(found == .ofEachSample && found.isSound && found.flaw(for: [7, 2]) == nil)
    let preparation = SamplePreparation(normalization: found)
    // By channel: 1, 3 and 10, 10; then 0, 4 and 8, 2.
    #expect(loaded(floats([1, 10, 3, 10, 0, 8, 4, 2]), preparation) == [-1, 0, 1, 0, -1, 1, 1, -1])
    // A series without channels is one.
    #expect(loaded(floats([1, 3, 1, 3], shape: [4]), preparation) == [-1, 1, -1, 1])
    #expect(loaded(floats([Float](repeating: 0.1, count: 999), shape: [999, 1]), preparation).allSatisfy { $0 == 0 })
    #expect(loaded(floats([3e38, -3e38], shape: [2, 1]), preparation) == [1, -1])
    #expect(loaded(floats([.leastNonzeroMagnitude, 0], shape: [2, 1]), preparation) == [1, -1])
  }

  @Test func whatHasNoMeanIsNamed() throws {
    for kind in [NormalizationKind.channel, .feature] {
      let error = #expect(throws: FileError.self) { try Normalization(kind, of: floats([1, 2, 3, 4, 5, .nan, 7, 8])) }
      #expect(error?.description.hasPrefix("floats: sample 1 holds NaN at 1") == true)
    }
  }

  @Test func tooManyFeaturesAreRefused() throws {
    let data = floats(
      [Float](repeating: 1, count: Normalization.mostPlaces + 1), shape: [Normalization.mostPlaces + 1, 1])
    #expect(throws: FileError.self) { try Normalization(.feature, of: data) }
    #expect(try Normalization(of: data).mean == [1])
  }

  /// What threads have measured is added, whatever each of them had.
  @Test func threadsLeaveNoTrace() throws {
    let numbers = (0..<3_000).map { Float($0 * 7919 % 1000) * 1.1 }
    let (data, bytes) = (
      floats(numbers, shape: [5, 2]), Bytes(bytes: (0..<90).map { [UInt8($0), UInt8(255 - $0 * 2)] })
    )
    for kind in [NormalizationKind.channel, .feature] {
      #expect(Set(try [1, 2, 7, 400].map { try Normalization(kind, of: data, threads: $0) }).count == 1)
      #expect(Set(try [1, 2, 7, 400].map { try Normalization(kind, of: bytes, threads: $0) }).count == 1)
    }
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
