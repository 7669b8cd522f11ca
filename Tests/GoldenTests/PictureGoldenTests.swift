import Datasets
import FoundationEssentials
import Hosts
import Tensors
import TestSupport
import Testing

/// Pictures of every kind, compared with what Pillow shows of them; `Tests/Goldens/pictures.py` wrote them.
@Suite struct PictureGoldenTests {
  struct Picture: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    /// The file, in base 64.
    let file: String
    let shape: [Int]
    /// The level of full light.
    let full: Int
    let pixels: [Int]

    var testDescription: String { name }
  }

  static let goldens: [Picture] = Golden.cases("pictures")

  /// The picture in `file`, whose name says nothing of its kind.
  private func show(_ file: [UInt8], shape: Shape? = nil) throws -> any Dataset {
    try withTemporaryFolder { folder in
      try Images.write(file, to: "\(folder)/class/x.JPG")
      let files = SampleFiles("folder", folder, .images(shape: shape))
      return try files.openToJudge(nil, trainedOn: nil, SampleReading(team: HostTeam.alone())).samples
    }
  }

  private func pixels(_ data: any Dataset) -> [Float] {
    let pixels = FloatStorage(count: data.sampleShape.count)
    data.load(0, into: pixels.buffer)
    return Array(pixels.buffer)
  }

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count > 70)
  }

  @Test(arguments: goldens)
  func aPictureIsShownAsPillowShowsIt(_ golden: Picture) throws {
    let file = try #require(Data(base64Encoded: golden.file)).map { $0 }
    let shown = try show(file)
    try #require(shown.sampleShape == Shape(golden.shape) && shown.levels == golden.full + 1)
    // Another version of a decoder with losses may round otherwise.
    let tolerance = ["JPEG", "WebP, lossy"].contains { golden.name.hasPrefix($0) } ? 2 : 0
    let levels = pixels(shown).map { Int(($0 * Float(golden.full)).rounded()) }
    for (index, (level, expected)) in zip(levels, golden.pixels).enumerated() {
      #expect(abs(level - expected) <= tolerance, "sample \(index)")
    }
    // To the bit: 257 · v of 65,535 is v of 255.
    #expect(pixels(shown) == levels.map { Float($0) / Float(golden.full) })
  }

  /// Four times as large, each pixel is there sixteen times: nothing was mixed before it was laid over white.
  @Test(arguments: goldens)
  func aPictureHasTheSameColoursAtAnySize(_ golden: Picture) throws {
    let file = try #require(Data(base64Encoded: golden.file)).map { $0 }
    let (height, width, channels) = (golden.shape[0], golden.shape[1], golden.shape[2])
    let small = pixels(try show(file))
    try #require(small.count == height * width * channels)
    let large = pixels(try show(file, shape: [4 * height, 4 * width, channels]))
    for row in 0..<4 * height {
      for column in 0..<4 * width {
        for channel in 0..<channels {
          let place = (row / 4 * width + column / 4) * channels + channel
          #expect(large[(row * 4 * width + column) * channels + channel] == small[place])
        }
      }
    }
  }
}
