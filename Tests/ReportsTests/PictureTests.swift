import Reports
import Testing

@Suite struct PictureTests {
  /// Two pixels above two others: red, white; black, a grey.
  private let picture = Raster(height: 2, width: 2, bytes: [255, 0, 0, 255, 255, 255, 0, 0, 0, 128, 128, 128])

  @Test func aTerminalOfAllColoursShowsTwoPixelsInACharacter() {
    let escape = "\u{1B}["
    #expect(
      BlockPicture.lines(picture, .full) == [
        "\(escape)38;2;255;0;0;48;2;0;0;0m▀\(escape)38;2;255;255;255;48;2;128;128;128m▀\(escape)0m"
      ])
    #expect(
      BlockPicture.lines(picture, .palette) == ["\(escape)38;5;196;48;5;16m▀\(escape)38;5;231;48;5;244m▀\(escape)0m"])
  }

  @Test func withoutColoursThereAreShadesOfGreyAndNoEscapes() {
    let stairs = Raster(height: 1, width: 3, bytes: [0, 0, 0, 128, 128, 128, 255, 255, 255])
    #expect(BlockPicture.lines(stairs, .none) == [" +@"])
  }

  @Test(arguments: [
    (false, ["COLORTERM": "truecolor"], TerminalColours.none), (true, ["COLORTERM": "truecolor"], .full),
    (true, ["TERM": "xterm-256color"], .palette), (true, ["TERM": "vt100"], .none),
    (true, ["COLORTERM": "24bit", "NO_COLOR": "1"], .none), (true, ["COLORTERM": "24bit", "TERM": "dumb"], .none),
  ])
  func coloursAreThoseOfTheTerminal(_ isTerminal: Bool, _ environment: [String: String], _ colours: TerminalColours) {
    #expect(TerminalColours(isTerminal: isTerminal, environment: environment) == colours)
  }

  @Test func aSampleIsDrawnWithinItsRange() throws {
    let numbers: [Float] = [-1, 0, 1, .nan]
    let raster = numbers.withUnsafeBufferPointer { Raster($0, of: [2, 2, 1], range: -1...1) }
    #expect(raster?.bytes == [0, 0, 0, 128, 128, 128, 255, 255, 255, 0, 0, 0])
    // The middle slice of three, and its first channel.
    let volume: [Float] = [0, 9, 1, 9, 0, 9]
    #expect(volume.withUnsafeBufferPointer { Raster($0, of: [3, 1, 1, 2], range: 0...1) }?.bytes == [255, 255, 255])
    #expect(volume.withUnsafeBufferPointer { Raster($0, of: [6], range: 0...1) } == nil)
  }

  // MARK: - Curves

  private func lines(_ numbers: [Float], channel: Int = 0, of channels: Int = 1, columns: Int, rows: Int = 4)
    -> [String]
  {
    numbers.withUnsafeBufferPointer { Curve($0, channel: channel, of: channels, columns: columns, rows: rows).lines }
  }

  @Test func aRampRises() {
    #expect(lines([0, 1, 2, 3], columns: 4) == ["⡠⠊"])
    #expect(lines([0, 1, 2, 3, 4, 5, 6, 7], columns: 8, rows: 8) == ["⠀⠀⡠⠊", "⡠⠊⠀⠀"])
    #expect(lines([3, 0, 3, 1, 3, 2, 3, 3], channel: 1, of: 2, columns: 4) == ["⡠⠊"])
  }

  @Test func manyStepsInAColumnAreCoveredWhole() {
    let wave = (0..<100).map { Float($0 % 2) }
    #expect(lines(wave, columns: 4) == ["⣿⣿"])
  }

  @Test func fewStepsAreJoinedByLines() { #expect(lines([0, 3], columns: 4) == ["⡠⠊"]) }

  @Test func whatIsMissingLeavesAGapAndAConstantALine() {
    #expect(lines([.nan, .nan, 5, 5], columns: 4) == ["⠀⠒"])
    #expect(lines([.nan, .infinity], columns: 2) == ["⠀"])
    #expect(lines([-.greatestFiniteMagnitude, .greatestFiniteMagnitude], columns: 2).count == 1)
  }
}
