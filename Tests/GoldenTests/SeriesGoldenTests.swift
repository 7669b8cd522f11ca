import Datasets
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Odd tables of series, compared with what pandas and NumPy read of them; `Tests/Goldens/series.py` wrote them.
@Suite struct SeriesGoldenTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Options: Decodable, Sendable {
      let target: String?
      let group: String?
      let missing: SeriesOptions.MissingValues?
      let shape: [Int]?
    }
    let name: String
    let file: String
    /// The file's bytes, in base 64.
    let data: String
    let options: Options
    /// (samples, length, channels).
    let shape: [Int]
    /// Those of all floats.
    let bits: [UInt32]
    /// None where the targets are values.
    let classes: [String]
    let targets: [Float]

    var testDescription: String { name }
  }

  static let goldens: [Case] = Golden.cases("series")

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count > 30)
  }

  @Test(arguments: goldens)
  func aTableIsReadAsPandasReadsIt(_ golden: Case) throws {
    let folder = try TemporaryFolder()
    // A mean is that of training samples, so that there must be some.
    let isMean = golden.options.missing == .mean
    let name = isMean ? "train.csv" : golden.file
    try folder.write(name, try #require(Data(base64Encoded: golden.data)))
    let options = SeriesOptions(
      target: golden.options.target, group: golden.options.group, missing: golden.options.missing ?? .refused,
      shape: golden.options.shape)
    let splits = try SeriesTables.open(
      folder(name), options: options, split: nil, parts: [isMean ? .training : .validation]
    ) { _ in nil }
    let data = try #require(splits[isMean ? .training : .validation])
    #expect(data.count == golden.shape[0] && data.sampleShape == Shape(Array(golden.shape.dropFirst())))
    #expect(data.classNames == golden.classes)
    let floats = FloatStorage(count: data.sampleShape.count)
    let value = FloatStorage(count: 1)
    for sample in 0..<data.count {
      data.load(sample, into: floats.buffer)
      let expected = golden.bits[sample * floats.buffer.count..<(sample + 1) * floats.buffer.count]
      for (place, (float, bits)) in zip(floats.buffer, expected).enumerated() {
        #expect(float.bitPattern == bits, "sample \(sample), number \(place): \(float), \(Float(bitPattern: bits))")
      }
      if golden.classes.isEmpty {
        data.loadValues(of: sample, into: value.buffer)
        #expect(value.buffer[0] == golden.targets[sample])
      } else {
        #expect(data.label(of: sample) == Int(golden.targets[sample]))
      }
    }
  }
}
