import Datasets
import Files
import Glibc
import Tensors
import TestSupport
import Testing

/// What soundfile makes of sounds is in GoldenTests; here is what it has no word for.
@Suite struct SoundTests {
  private let format = SoundFormat(seconds: nil, rate: nil)

  private func failure(_ bytes: [UInt8], _ format: SoundFormat? = nil) throws -> FileError {
    try #require(throws: FileError.self) { try SampleFile.read(bytes, format ?? self.format, path: "a.wav") }
  }

  // MARK: - Numbers

  @Test func wholeNumbersBecomeSharesOfOne() throws {
    let found = try SampleFile.read(SoundFixture([-32768, 0, 16384, 32767], channels: 2).bytes, format)
    #expect(found.shape == [2, 2] && found.numbers == [-1, 0, 0.5, 32767 / 32768] && !found.hasStrayBytes)
    let header = try SampleFile.header(SoundFixture([1, 2, 3], rate: 44100).bytes, format)
    #expect(header.extents == [3, 1, 44100, 0])
  }

  @Test func soundsAreCutOrPaddedAtTheirEnd() throws {
    let file = SoundFixture((0..<8).map { $0 * 4096 }, channels: 2).bytes
    let whole: [Float] = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]
    for (frames, expected) in [(1, Array(whole[..<2])), (3, Array(whole[..<6])), (6, whole + [0, 0, 0, 0])] {
      let found = try SampleFile.read(file, SoundFormat(seconds: Double(frames) / 8000, rate: nil))
      #expect(found.shape == [frames, 2] && found.numbers == expected)
    }
  }

  @Test func differentChannelsBecomeTheirMean() throws {
    let files = [SoundFixture([8192, 16384]).bytes, SoundFixture([8192, -8192, 16384, 32767], channels: 2).bytes]
    let headers = try files.map { try SampleFile.header($0, format) }
    let layout = try format.layout(of: headers, paths: ["a", "b"])
    #expect(layout.shape == [2, 1])
    let numbers = try files.map { file in
      var numbers: [Float] = [9, 9]
      _ = try numbers.withUnsafeMutableBytes { numbers in
        try file.withUnsafeBytes { try format.decode($0, path: "x", to: layout, into: numbers) }
      }
      return numbers
    }
    #expect(numbers == [[0.25, 0.5], [0, Float((16384.0 + 32767) / 65536)]])
    #expect(try SampleFile.read(files[1], SoundFormat(seconds: nil, rate: nil, channels: 1)).shape == [2, 1])
    let error = try failure(files[0], SoundFormat(seconds: nil, rate: nil, channels: 2))
    #expect(error.message == "has 1 channels, expected 2")
  }

  /// A tone keeps its pitch and its height, and what the new rate cannot hold is gone.
  @Test(arguments: [(16000, 8000), (8000, 16000), (44100, 16000), (22000, 44000)])
  func aToneSoundsTheSameAtAnotherRate(source: Int, target: Int) throws {
    func tone(_ frequency: Double, _ rate: Int) -> [Double] {
      (0..<rate / 4).map { 0.5 * sin(2 * .pi * frequency * Double($0) / Double(rate)) }
    }
    func resampled(_ frequency: Double) throws -> [Float] {
      let numbers = tone(frequency, source).map { Int16(($0 * 32768).rounded()) }
      return try SampleFile.read(
        SoundFixture(numbers, rate: source).bytes, SoundFormat(seconds: nil, rate: target)
      ).numbers
    }
    let found = try resampled(1000)
    let expected = tone(1000, target)
    #expect(found.count == expected.count)
    // The ends have silence beside them.
    for index in expected.count / 4..<expected.count * 3 / 4 {
      #expect(abs(Double(found[index]) - expected[index]) < 1e-4)
    }
    if source > target {
      let rest = try resampled(0.47 * Double(source))
      #expect(rest[rest.count / 4..<rest.count * 3 / 4].allSatisfy { abs($0) < 1e-3 })
    }
  }

  /// What lies behind the seconds that are wanted changes none of them.
  @Test(arguments: [(44100, 16000), (8000, 16000), (48000, 1000)])
  func onlyTheStartOfALongSoundIsResampled(source: Int, target: Int) throws {
    var random = 1
    let numbers = (0..<3 * source).map { _ in
      random = (random * 48271) % 2_147_483_647
      return Int16(truncatingIfNeeded: random)
    }
    let file = SoundFixture(numbers, rate: source).bytes
    let whole = try SampleFile.read(file, SoundFormat(seconds: nil, rate: target)).numbers
    let start = try SampleFile.read(file, SoundFormat(seconds: 0.5, rate: target)).numbers
    #expect(whole.count == 3 * target && start == Array(whole[..<(target / 2)]))
  }

  // MARK: - Errors

  @Test func whatIsNoSoundIsNamed() throws {
    func changed(_ change: (inout SoundFixture) -> Void) -> [UInt8] {
      var sound = SoundFixture([1, 2, 3, 4])
      change(&sound)
      return sound.bytes
    }
    for (bytes, message) in [
      ([], "is neither WAV, FLAC, Ogg, MP3 nor AIFF: it is empty"),
      ([0x50, 0x4B, 3, 4, 5], "it starts with 50 4b 3 4"),
      (Array("RIFFxxxxAVI LIST".utf8), "it starts with 52 49 46 46"),
      (Array("RIFFxxxxWAVE".utf8), "cannot be read as WAV"),
      (Array("fLaC".utf8), "cannot be read as FLAC"),
      (Array("OggS".utf8), "cannot be read as Ogg"),
      (changed { $0.numbers = [] }, "is a sound without a frame"),
      (changed { $0.length = 9 }, "has 8 bytes of samples, expected 9: it is cut short"),
      (changed { $0.length = 0x7FFE_FFFF }, "expected 2147418111"),
      (changed { $0.channels = 0 }, "cannot be read as WAV"),
      (changed { $0.rate = 0 }, "cannot be read as WAV"),
    ] as [([UInt8], String)] {
      let error = try failure(bytes)
      #expect(error.kind == .malformed && error.path == "a.wav" && error.message.contains(message), "\(error)")
    }
    // Of a program that wrote to a pipe, which did not know the length.
    #expect(try SampleFile.read(changed { $0.length = 0xFFFF_FFFF }, format).shape == [4, 1])
  }

  @Test func aFrameThatIsNoNumberIsNamed() throws {
    var sound = SoundFixture([0, 0, 0, 0, 0, 0x7FC0], channels: 1).bytes
    sound[20] = 3  // floats, of 32 bits
    sound[34] = 32
    sound[32] = 4
    let error = try failure(sound)
    #expect(error.message.hasPrefix("frame 2 is nan, expected numbers"), "\(error)")
  }

  @Test func soundsMustGoTogether() throws {
    func header(_ frames: Int32, _ channels: Int32, _ rate: Int32) -> SampleHeader {
      SampleHeader(extents: [frames, channels, rate, 0])
    }
    func error(_ headers: [SampleHeader], _ format: SoundFormat) throws -> FileError {
      try #require(throws: FileError.self) {
        try format.layout(of: headers, paths: headers.indices.map { "\($0).wav" })
      }
    }
    var found = try error([header(8000, 1, 8000), header(8000, 1, 8000), header(16000, 1, 16000)], format)
    #expect(
      found.path == "2.wav" && found.message.contains("has 16000 frames a second, but 0.wav has 8000: `--rate HZ`"))
    found = try error([header(8000, 1, 8000), header(12000, 1, 8000)], format)
    #expect(found.path == "1.wav" && found.message.contains("lasts 1.5 s, but 0.wav 1.0 s: `--seconds S`"))
    // At one rate, both last as long.
    let mixed = [header(8000, 2, 8000), header(16000, 2, 16000)]
    #expect(try SoundFormat(seconds: nil, rate: 12000).layout(of: mixed, paths: ["a", "b"]).shape == [12000, 2])
    for format in [
      SoundFormat(seconds: 1e-9, rate: nil), SoundFormat(seconds: 1e300, rate: nil),
      SoundFormat(seconds: nil, rate: .max),
    ] {
      #expect(try error([header(8000, 1, 8000)], format).message.contains("expected 1 to 1073741824 numbers"))
    }
    let layout = try SoundFormat(seconds: 2, rate: 8000).layout(of: [header(1 << 30, 1, 8000)], paths: ["a"])
    #expect(layout.shape == [16000, 1] && layout.workingBytes < 1 << 22)
    let far = try failure(SoundFixture([1, 2, 3]).bytes, SoundFormat(seconds: 1, rate: 8_000_000))
    #expect(far.message == "has 8000 frames a second, which is too far from 8000000 to be resampled")
  }

  @Test func aDamagedSoundIsRefusedOrFinite() throws {
    let sound = SoundFixture((0..<60).map { Int16($0 * 500 - 15000) }, channels: 2).bytes
    for count in sound.indices {
      #expect(throws: FileError.self, "\(count)") { try SampleFile.read(Array(sound[..<count]), format) }
    }
    for bit in 0..<8 * sound.count {
      var bytes = sound
      bytes[bit / 8] ^= 1 << (bit % 8)
      if let found = try? SampleFile.read(bytes, format) { #expect(found.numbers.allSatisfy { $0.isFinite }) }
    }
  }
}
