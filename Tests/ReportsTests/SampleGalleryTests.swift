import Datasets
import Files
import FoundationEssentials
import Hosts
import Reports
import Tensors
import Testing

@Suite struct SampleGalleryTests {
  private func gallery(_ dataset: any Dataset) throws -> SampleGallery? {
    let splits = DataSplits([.training: dataset])
    return SampleGallery(of: splits, try DataReport(of: splits, threads: 1))
  }

  /// What our own reader of pictures finds in the file.
  private func png(_ gallery: SampleGallery, in folder: String) throws -> Raster {
    try FileManager.default.createDirectory(atPath: "\(folder)/sheets", withIntermediateDirectories: true)
    try gallery.writePNG(to: "\(folder)/sheets/sheet.png")
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/sheets") == ["sheet.png"])
    let samples = try SampleFiles("folder", folder, .images(channels: 3)).openToJudge(
      nil, trainedOn: nil, SampleReading(team: .alone())
    ).samples
    let shape = samples.sampleShape
    let pixels = FloatStorage(count: shape.count)
    samples.load(0, into: pixels.buffer)
    return try #require(Raster(pixels.buffer.reading, of: shape, range: 0...1))
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "reports-tests-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  /// Pictures of 2×4 in one colour each, red and blue: three of one class, one of the other.
  private var flags: BufferSamples {
    let colours: [[Float]] = [[1, 0, 0], [0, 0, 1], [1, 0.25, 0], [1, 0.5, 0]]
    return MadeData.classes(
      [0, 1, 0, 0], ["red", "blue"], colours.flatMap { colour in (0..<8).flatMap { _ in colour } }, [2, 4, 3])
  }

  @Test func picturesAreWrittenWithARowForEachClass() throws {
    try withFolder { folder in
      let sheet = try png(try #require(try gallery(flags)), in: folder)
      // Each pixel 16 times as large: three pictures of 32×64 in a row, and two rows with a line of text above each.
      #expect((sheet.height, sheet.width) == (6 + 2 * (32 + 6 + 13 + 3), 6 + 3 * (64 + 6)))
      #expect(sheet.colour(6 + 16, 6) == 0xFF0000 && sheet.colour(6 + 16 + 31, 6 + 63) == 0xFF0000)
      #expect(sheet.colour(6 + 16, 6 + 70) == 0xFF4000)
      #expect(sheet.colour(6 + 54 + 16, 6) == 0x0000FF)
      #expect(sheet.colour(6 + 54 + 16, 6 + 70) == 0xFFFFFF)  // there is one alone
    }
  }

  @Test func whatIsDarkStaysDark() throws {
    try withFolder { folder in
      let dark = MadeData.classes([0, 1], ["a", "b"], [0, 0.25, 0.125, 0.25, 0, 0, 0, 0], [2, 2, 1])
      let sheet = try png(try #require(try gallery(FiledSamples(base: dark, folder: "f"))), in: folder)
      #expect(sheet.colour(6 + 16, 6 + 63) == 0x404040)  // 256 levels are black to white
      let stretched = try png(try #require(try gallery(dark)), in: folder)
      #expect(stretched.colour(6 + 16, 6 + 63) == 0xFFFFFF)  // and any numbers from their lowest to their highest
    }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    let gallery = try #require(try gallery(flags))
    #expect(throws: FileError.self) { try gallery.writePNG(to: "/nowhere/sheet.png") }
  }

  @Test func seriesAreWrittenAsLines() throws {
    try withFolder { folder in
      let series = MadeData.classes([0, 1], ["up", "down"], [0, 1, 2, 3, 3, 2, 1, 0])
      let sheet = try png(try #require(try gallery(series)), in: folder)
      #expect((sheet.height, sheet.width) == (6 + 2 * (64 + 6 + 13 + 3), 6 + 192 + 6))
      let (top, left) = (6 + 16, 6)
      // Rising from the lower left corner to the upper right one, and nothing where it is not.
      #expect(sheet.colour(top + 63, left) == 0x1F77B4 && sheet.colour(top, left + 191) == 0x1F77B4)
      #expect(sheet.colour(top, left) == 0xFFFFFF)
      #expect(sheet.colour(top + 86, left) == 0x1F77B4)
    }
  }

  @Test func largePicturesBecomeSmallerAndVolumesASlice() throws {
    try withFolder { folder in
      let volume = MadeData.classes([0], ["a"], [Float](repeating: 0.5, count: 2 * 400 * 200), [2, 400, 200, 1])
      let sheet = try png(try #require(try gallery(volume)), in: folder)
      #expect((sheet.height, sheet.width) == (6 + 128 + 6 + 16, 6 + 64 + 6))
    }
  }

  @Test func fewClassesHaveARowEachInText() throws {
    let lines = try #require(try gallery(flags)).lines(width: 80, .none)
    // 16 wide, 8 high, two rows of pixels in a line.
    #expect(lines.count == 2 * (1 + 4))
    #expect(lines[0] == "red" && lines[5] == "blue")
    #expect(lines[1].split(separator: " ").map(\.count) == [16, 16, 16])
    #expect(lines[6].count == 16)
  }

  @Test func seriesAreCurvesWithTheirClass() throws {
    let lines = try #require(try gallery(MadeData.classes([0, 1], ["up", "down"], [0, 1, 2, 3, 3, 2, 1, 0])))
      .lines(width: 80, .none)
    #expect(lines.first?.hasPrefix("up    ") == true)
    #expect(lines.count == 8 && lines[4].hasPrefix("down  "))
  }

  @Test func aSeriesWithAnAddedAxisIsOneAndAPictureIsNone() {
    #expect(SampleForm([150, 1, 1]) == .series(steps: 150, channels: 1))
    #expect(SampleForm([28, 28, 1]) == .picture(height: 28, width: 28, channels: 1))
    #expect(SampleForm([150, 1, 3]) == .picture(height: 150, width: 1, channels: 3))
  }

  @Test func fewFeaturesAreNothingToDraw() throws {
    #expect(try gallery(MadeData.classes([0, 1], ["a", "b"], [1, 2, 3, 4], [2])) == nil)
  }
}
