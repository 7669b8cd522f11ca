import Datasets
import Files
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Sounds of every kind, compared with what soundfile and samplerate make of them; `Tests/Goldens/sounds.py` wrote them.
@Suite struct SoundGoldenTests {
  struct Sound: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    /// The file, in base 64.
    let file: String
    let seconds: Double?
    let rate: Int?
    let shape: [Int]
    /// How far a number may lie from soundfile's.
    let tolerance: Float
    let numbers: [Float]

    var testDescription: String { name }
  }

  static let goldens: [Sound] = Golden.cases("sounds")

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count > 45)
  }

  @Test(arguments: goldens)
  func aSoundHasTheNumbersOfSoundfile(_ golden: Sound) throws {
    let file = try #require(Data(base64Encoded: golden.file)).map { $0 }
    let found = try SampleFile.read(file, SoundFormat(seconds: golden.seconds, rate: golden.rate))
    try #require(found.shape == Shape(golden.shape))
    let distance = zip(found.numbers, golden.numbers).map { abs($0 - $1) }.max() ?? .infinity
    #expect(distance <= golden.tolerance)
  }

  @Test(arguments: goldens)
  func aSoundThatIsCutShortIsRefused(_ golden: Sound) throws {
    let file = try #require(Data(base64Encoded: golden.file)).map { $0 }
    for eighths in 0..<8 {
      let part = Array(file[..<(file.count * eighths / 8)])
      #expect(throws: FileError.self, "\(eighths) eighths") {
        try SampleFile.read(part, SoundFormat(seconds: golden.seconds, rate: golden.rate))
      }
    }
  }
}
