/// What colours a terminal has.
package enum TerminalColours: Sendable {
  /// None: no escape sequences.
  case none
  /// The 256 of xterm.
  case palette
  /// All of 24 bits.
  case full

  /// Those of the terminal that the process writes to, by its environment; none where it writes to none.
  package init(isTerminal: Bool, environment: [String: String]) {
    if !isTerminal || environment["NO_COLOR"].map({ !$0.isEmpty }) == true || environment["TERM"] == "dumb" {
      self = .none
    } else if ["truecolor", "24bit"].contains(environment["COLORTERM"]) {
      self = .full
    } else if environment["TERM"]?.contains("256color") == true || environment["COLORTERM"] != nil {
      self = .palette
    } else {
      self = .none
    }
  }
}

/// Pictures as lines of text: two pixels, one above the other, in each character.
package enum BlockPicture {
  /// The lines, each as wide as the picture in characters, half as many as it has rows.
  package static func lines(_ picture: Raster, _ colours: TerminalColours) -> [String] {
    stride(from: 0, to: picture.height, by: 2).map { y in
      let cells = (0..<picture.width).map { x in
        cell(picture.colour(y, x), y + 1 < picture.height ? picture.colour(y + 1, x) : nil, colours)
      }
      return cells.joined() + (colours == .none ? "" : "\u{1B}[0m")
    }
  }

  private static func cell(_ upper: Int, _ lower: Int?, _ colours: TerminalColours) -> String {
    switch colours {
    case .none:
      let light = lower.map { (grey(upper) + grey($0)) / 2 } ?? grey(upper)
      return String(shades[light * shades.count / 256])
    case .palette:
      return "\u{1B}[38;5;\(index(upper))\(lower.map { ";48;5;\(index($0))" } ?? ";49")m▀"
    case .full:
      func triple(_ colour: Int) -> String { "\(colour >> 16);\(colour >> 8 & 255);\(colour & 255)" }
      return "\u{1B}[38;2;\(triple(upper))\(lower.map { ";48;2;\(triple($0))" } ?? ";49")m▀"
    }
  }

  /// From dark to light, as a terminal of light letters on dark has them.
  private static let shades = Array(" .:-=+*#%@")

  /// 0 to 255, by ITU-R BT.601.
  private static func grey(_ colour: Int) -> Int {
    (299 * (colour >> 16) + 587 * (colour >> 8 & 255) + 114 * (colour & 255)) / 1000
  }

  /// The nearest of xterm's cube of 6×6×6 colours, behind 16 others; of its 24 greys, behind that, for what is grey.
  private static func index(_ colour: Int) -> Int {
    let (red, green, blue) = (colour >> 16, colour >> 8 & 255, colour & 255)
    if max(red, green, blue) - min(red, green, blue) < 12 {
      // 8, 18, 28, … 238; the cube has black and white.
      let light = (red + green + blue) / 3
      return light < 4 ? 16 : light > 246 ? 231 : 232 + min(23, max(0, (light - 3) / 10))
    }
    // 0, 95, 135, 175, 215, 255.
    func step(_ light: Int) -> Int { light < 48 ? 0 : light < 115 ? 1 : (light - 35) / 40 }
    return 16 + 36 * step(red) + 6 * step(green) + step(blue)
  }
}
