import Tensors

/// One axis of a volume that is cut into tiles, which may overlap and reach beyond it.
struct TiledAxis {
  /// The volume's elements.
  let extent: Int
  /// How many there are.
  let tiles: Int
  /// A tile's elements.
  let side: Int
  /// How far one tile lies from the next.
  let step: Int
  /// How far the first tile reaches before the start.
  let before: Int
  /// Places of a transformed tile.
  let places: Int
  /// Leads from elements to places; transposed, from places to elements.
  let transform: LineTransform

  /// The first element of a tile.
  @inline(__always)
  func origin(_ tile: Int) -> Int { tile &* step &- before }
}

/// Memory for a strip of tiles.
struct StripBuffer {
  /// What is read outside of a volume.
  let zeros: FloatBuffer
  let floats: MutableFloatBuffer
}

/// A channels-last volume (depth, height, width, channels) cut into tiles in row order.
///
/// Tiles are transformed axis by axis, by way of a buffer that stays in the L1 cache: for a strip of tiles side by side
/// and some of the channels at a time. What depth and height have transformed of a column serves all tiles of the strip.
struct TiledVolume {
  let depth: TiledAxis
  let height: TiledAxis
  let width: TiledAxis
  let channels: Int
  /// The most tiles of a strip.
  let tilesPerStrip: Int
  /// How many channels are transformed together; the last time up to `Vector.scalarCount` more.
  private let channelsPerStrip: Int

  /// The floats of a buffer that an L1 cache of 32 KB holds, with room for what is read and written beside it.
  private static let bufferFloats = 8192

  init(depth: TiledAxis, height: TiledAxis, width: TiledAxis, channels: Int) {
    (self.depth, self.height, self.width, self.channels) = (depth, height, width, channels)
    let lines = depth.places * height.places
    func columns(_ tiles: Int) -> Int { (tiles - 1) * width.step + width.side }
    /// The largest part, up to `most`, of even ones.
    func part(of count: Int, most: Int, by unit: Int) -> Int {
      let parts = (count + max(most, unit) - 1) / max(most, unit)
      return (count + parts * unit - 1) / (parts * unit) * unit
    }
    let some = Self.bufferFloats / (lines * columns(min(width.tiles, 4)))
    channelsPerStrip = min(part(of: channels, most: some, by: 32), channels)
    let most = (Self.bufferFloats / (lines * channelsPerStrip) - width.side) / width.step + 1
    tilesPerStrip = part(of: width.tiles, most: max(1, most), by: 1)
  }

  /// All tiles.
  var tiles: Int { depth.tiles * height.tiles * width.tiles }
  var places: Int { depth.places * height.places * width.places }
  var count: Int { depth.extent * height.extent * width.extent * channels }
  /// Lines of places before the width is transformed.
  var lines: Int { depth.places * height.places }

  /// Whether height and width are cut and transformed alike, into so few places that a tile's are transformed at once.
  var isSquare: Bool {
    4...6 ~= height.places && height.places == width.places && height.side == width.side && height.side != 5
  }

  /// The most columns of a strip.
  private var columns: Int { (tilesPerStrip - 1) * width.step + width.side }
  private var mostChannels: Int { min(channels, channelsPerStrip + Vector.scalarCount) }
  /// The floats of a strip's lines.
  var lineFloats: Int { lines * columns * mostChannels }
  /// Those with places along the depth, and elements along the height.
  var sliceFloats: Int { depth.places > 1 ? depth.places * height.side * columns * mostChannels : 0 }
  /// Those of a strip's elements.
  var stripFloats: Int { columns * mostChannels * height.side * depth.side }
  /// A line of zeros, as long as one of the volume's.
  var zeroFloats: Int { columns * channels }

  /// Some channels of some tiles side by side.
  struct Strip {
    /// The index of the tile's slice, row and column.
    let depth: Int
    let height: Int
    let width: Int
    let tiles: Int
    /// How many tiles of the range came before.
    let row: Int
    /// The channels.
    let first: Int
    let channels: Int
  }

  /// Every strip of the `range` of tiles.
  @inline(__always)
  func forEachStrip(_ range: Range<Int>, _ body: (Strip) -> Void) {
    var tile = range.lowerBound
    while tile < range.upperBound {
      let (line, column) = tile.quotientAndRemainder(dividingBy: width.tiles)
      let count = min(tilesPerStrip, width.tiles - column, range.upperBound - tile)
      var first = 0
      while first < channels {
        let rest = channels - first
        let some = rest < channelsPerStrip + Vector.scalarCount ? rest : channelsPerStrip
        body(
          Strip(
            depth: line / height.tiles, height: line % height.tiles, width: column, tiles: count,
            row: tile - range.lowerBound, first: first, channels: some))
        first += some
      }
      tile += count
    }
  }
}
