extension SampleGallery {
  /// The samples as lines of text, about sixteen of them, `width` characters wide.
  package func lines(width: Int, _ colours: TerminalColours) -> [String] {
    switch kind {
    case .pictures: tiles(width, colours)
    case .curves: curves(width)
    }
  }

  /// More classes are not shown.
  private static let mostClasses = 12
  /// How many tiles or curves there are where there are fewer classes.
  private static let tileCount = 8
  /// How many lines tiles may take.
  private static let mostLines = 18
  /// The largest side of a tile, in characters.
  private static let sides = 4...32

  /// How many samples the longest row has.
  private func most(_ rows: some Sequence<Row>) -> Int { rows.reduce(1) { max($0, $1.samples.count) } }

  private func remark(_ shown: Int) -> [String] {
    shown < classes ? ["(the first \(shown) of \(classes) classes)"] : []
  }

  // MARK: - Pictures

  /// Pictures beside one another, as large as they fit: a row for each class where there are few, else one picture of each.
  private func tiles(_ width: Int, _ colours: TerminalColours) -> [String] {
    let shown = rows.prefix(Self.mostClasses)
    let each = min(max(1, Self.tileCount / shown.count), most(shown))
    let isByClass = each > 1 && shown.count > 1
    let pictures = shown.flatMap { row in
      row.samples.prefix(each).enumerated().compactMap { place, sample in
        picture(of: sample).map { (title: place == 0 ? row.title : "", picture: $0) }
      }
    }
    guard let first = pictures.first?.picture else { return [] }
    let largest = min(Self.sides.upperBound, max(first.height, first.width, 16))
    var (extents, across) = (first.extents(within: Self.sides.lowerBound), 1)
    for side in stride(from: largest, through: Self.sides.lowerBound, by: -2) {
      extents = first.extents(within: side)
      let room = max(1, (width + 1) / (extents.width + 1))
      across = isByClass ? min(each, room) : room
      let down = isByClass ? shown.count : (pictures.count - 1) / across + 1
      if down * ((extents.height + 1) / 2 + 1) <= Self.mostLines && (!isByClass || across >= each) { break }
    }
    // Each class begins a line, or each line is as full as it gets.
    var lines: [[(title: String, picture: Raster)]] = []
    for tile in pictures {
      let begins = isByClass && !tile.title.isEmpty
      if begins || (lines.last?.count ?? across) >= across { lines.append([]) }
      lines[lines.count - 1].append(tile)
    }
    let text = lines.flatMap { line in
      let titles = line.map { $0.title.shortened(to: extents.width).padded(to: extents.width) }
      let blocks = line.map {
        BlockPicture.lines($0.picture.resized(height: extents.height, width: extents.width), colours)
      }
      let drawn = (0..<blocks[0].count).map { row in blocks.map { $0[row] }.joined(separator: " ") }
      // A row of one class has room for its whole name.
      let title = line.count > 1 && line[1].title.isEmpty ? line[0].title : titles.joined(separator: " ")
      return (line.allSatisfy { $0.title.isEmpty } ? [] : [title]) + drawn
    }
    return text.map(\.trimmed) + remark(shown.count)
  }

  // MARK: - Curves

  /// Curves below one another, with the class of each before it.
  private func curves(_ width: Int) -> [String] {
    let shown = rows.prefix(Self.mostClasses)
    let channels = min(channels, max(1, Self.tileCount / shown.count), 3)
    let each = min(3, max(1, Self.tileCount / (shown.count * channels)), most(shown))
    let height = shown.count * channels * each <= 4 ? 4 : 2
    let titles = shown.flatMap { row in
      row.samples.prefix(each).enumerated().flatMap { place, sample in
        (0..<channels).map { channel in
          (
            title: [
              place + channel == 0 ? row.title.shortened(to: 20) : "", self.channels > 1 ? "channel \(channel)" : "",
            ]
            .filter { !$0.isEmpty }.joined(separator: " "), sample: sample, channel: channel
          )
        }
      }
    }
    let margin = (titles.map(\.title.count).max() ?? 0) + 2
    let columns = min(2 * max(10, min(width - margin, 72)), max(16, 4 * steps))
    let text = titles.flatMap { title, sample, channel in
      with(sample) { numbers in
        Curve(numbers, channel: channel, of: self.channels, columns: columns, rows: 4 * height).lines.enumerated().map {
          ($0 == 0 ? title : "").padded(to: margin) + $1
        }
      }
    }
    let hidden = channels < self.channels ? ["(the first \(channels) of \(self.channels) channels)"] : []
    return text.map(\.trimmed) + hidden + remark(shown.count)
  }
}
