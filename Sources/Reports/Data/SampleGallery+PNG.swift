import Files
import Graphics

extension SampleGallery {
  /// The sides of a picture in the file: smaller ones are enlarged, larger ones become smaller.
  private static let sides = 64...128
  /// A curve's height and width.
  private static let curve = (height: 64, width: 192)
  /// What a channel is drawn in, and how many are.
  private static let colours = [0x1F77B4, 0xD62728, 0x2CA02C, 0x9467BD]
  /// More classes, and more samples of one, are not shown.
  private static let mostRows = 100
  private static let mostSamples = 8
  private static let gap = 6

  /// Writes the samples to a PNG file: a row for each class, its name above it. Series have a line for each channel.
  ///
  /// - Throws: `FileError` with the system's reason; what was at `path` stays.
  public func writePNG(to path: String) throws {
    let bytes = drawn()?.png() ?? []
    guard !bytes.isEmpty else { throw FileError(.failed, path, "there is no memory to draw the samples in") }
    try ResultFile.write(path) { path in
      try AtomicFile.write(path) { part in try bytes.withUnsafeBytes(part) }
    }
  }

  private func drawn() -> Canvas? {
    let shown = rows.prefix(Self.mostRows)
    guard let first = shown.first?.samples.first else { return nil }
    guard let (tile, scale) = tile(for: first) else { return nil }
    let across = min(Self.mostSamples, shown.map(\.samples.count).max() ?? 1)
    let (height, width) = (tile.height * scale + Self.gap, tile.width * scale + Self.gap)
    let titles = shown.map { Canvas.letter.width * $0.title.count + Self.gap }
    let band = height + Canvas.letter.height + Self.gap / 2
    guard
      let drawing = Canvas(
        height: Self.gap + shown.count * band, width: Self.gap + max(across * width, titles.max() ?? 0))
    else { return nil }
    for (place, row) in shown.enumerated() {
      let top = Self.gap + place * band
      drawing.write(row.title, y: top, x: Self.gap)
      for (column, sample) in row.samples.prefix(Self.mostSamples).enumerated() {
        draw(
          sample, on: drawing, y: top + Canvas.letter.height + Self.gap / 2, x: Self.gap + column * width, tile, scale)
      }
    }
    return drawing
  }

  /// The extents of what is drawn of a sample, and how much that is enlarged; nil for nothing.
  func tile(for sample: Int) -> (extents: (height: Int, width: Int), scale: Int)? {
    guard kind == .pictures else { return (Self.curve, 1) }
    guard let picture = picture(of: sample) else { return nil }
    let longest = max(picture.height, picture.width)
    let extents =
      longest > Self.sides.upperBound
      ? picture.extents(within: Self.sides.upperBound) : (picture.height, picture.width)
    return (extents, max(1, Self.sides.lowerBound / longest))
  }

  /// Draws a sample with its upper left corner at (`y`, `x`).
  func draw(
    _ sample: Int, on drawing: Canvas, y: Int, x: Int, _ tile: (height: Int, width: Int), _ scale: Int
  ) {
    switch kind {
    case .pictures:
      if let picture = picture(of: sample)?.resized(height: tile.height, width: tile.width) {
        drawing.draw(picture, y: y, x: x, scale: scale)
      }
    case .curves:
      with(sample) { numbers in
        for (channel, colour) in zip(0..<channels, Self.colours) {
          let curve = Curve(numbers, channel: channel, of: channels, columns: tile.width, rows: tile.height)
          drawing.draw(curve, y: y, x: x, colour: colour)
        }
      }
    }
  }
}
