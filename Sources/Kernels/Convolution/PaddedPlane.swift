import Tensors

/// One axis of a plane whose elements are read in windows, the zeros around them included.
struct PaddedAxis {
  /// The plane's extent.
  let size: Int
  /// How many places the window takes.
  let places: Int
  /// The elements from one place to the next.
  let step: Int
  /// The first element under the first place; negative in the padding.
  let start: Int
  /// The elements under a place, from the first to the last.
  let reach: Int

  /// The inputs under an axis's outputs.
  init(inputsOf axis: WindowAxis) {
    (size, places, step, start) = (axis.input, axis.output, axis.stride, -axis.before)
    reach = (axis.kernel - 1) * axis.dilation + 1
  }

  /// The outputs over an axis's inputs, a stride of these being one place.
  init(outputsOf axis: WindowAxis) {
    (size, places, step) = (axis.output, (axis.input + axis.stride - 1) / axis.stride, 1)
    start = -(((axis.kernel - 1) * axis.dilation - axis.before) / axis.stride)
    reach = (axis.before + axis.stride - 1) / axis.stride - start + 1
  }

  /// The elements under so many neighbouring places.
  func extent(_ places: Int) -> Int { (places - 1) * step + reach }

  /// The places under which there is no padding.
  var inside: Range<Int> {
    let first = min(max(0, (step - 1 - start) / step), places)
    let last = size - reach - start
    return first..<max(first, min(last < 0 ? 0 : last / step + 1, places))
  }
}

/// Reads what lies under the places of a window on a plane (H, W, C), block by block and some channels at a time.
///
/// A block without padding is read where it lies. One at the border, or of fewer channels than the widest vector, is copied
/// with zeros for the padding into a tile that stays in the first-level cache, so that every place is like every other; so
/// are small planes, which are mostly border. Where the channels are fewer than a vector, its other lanes hold anything.
///
/// The blocks are the same for every vector: they are a part of what a sum's order is.
struct PaddedPlane {
  /// How many channels are taken at a time. The last ones overlap those before where the channels are no multiple of it.
  private static let channelsPerBlock = 32
  /// How many floats a tile has at most, unless a few windows have more: 32 KB.
  private static let floats = 1 << 13
  /// The fewest places of a line in a tile, if it has as many.
  private static let fewest = 6

  private let (height, width): (PaddedAxis, PaddedAxis)
  private let channels: Int
  /// The floats of a pixel of a tile.
  private let pixel: Int
  private let lines: Int
  private let dividesChannels: Bool

  /// - Parameters:
  ///   - lines: how many lines of places a block has at most that is read where it lies.
  ///   - dividesChannels: whether such a block has as many channels as a tile, or all of them.
  init(_ height: PaddedAxis, _ width: PaddedAxis, channels: Int, lines: Int, dividesChannels: Bool) {
    (self.height, self.width, self.channels) = (height, width, channels)
    (self.lines, self.dividesChannels) = (lines, dividesChannels)
    pixel = channels > Lanes.scalarCount ? Self.channelsPerBlock : Lanes.scalarCount
  }

  private struct Region {
    let (lines, columns): (Range<Int>, Range<Int>)
    var isCopied = true
  }

  /// Calls `body` with the plane's inside, and before and after it with the border on each side, or with the whole.
  @inline(__always)
  private func forEachRegion(_ body: (Region) -> Void) {
    let (lines, columns, all) = (height.inside, width.inside, 0..<width.places)
    guard 10 * lines.count * columns.count > 7 * height.places * width.places, channels >= Lanes.scalarCount else {
      return body(Region(lines: 0..<height.places, columns: all))
    }
    for side in 0..<5 {
      switch side {
      case 0: body(Region(lines: 0..<lines.lowerBound, columns: all))
      case 1: body(Region(lines: lines, columns: 0..<columns.lowerBound))
      case 2: body(Region(lines: lines, columns: columns, isCopied: false))
      case 3: body(Region(lines: lines, columns: columns.upperBound..<width.places))
      default: body(Region(lines: lines.upperBound..<height.places, columns: all))
      }
    }
  }

  /// How many floats of memory a tile needs.
  var scratchCount: Int {
    let few = height.reach * width.extent(min(Self.fewest, width.places))
    let most = height.extent(height.places) * width.extent(width.places)
    return min(max(Self.floats / pixel, few), most) * pixel
  }

  /// Some places, and the pixels under them.
  struct Block {
    let (lines, columns): (Range<Int>, Range<Int>)
    /// The first channel, and how many there are.
    let (channel, channels): (Int, Int)
    /// How many of the first channels were those of the block before, too.
    let repeated: Int
    /// The first pixel under the first place.
    let first: UnsafePointer<Float>
    /// The floats from one line of pixels to the next, and from one pixel to the next.
    let (pitch, step): (Int, Int)
  }

  /// Calls `body` for one block of places and channels after the other.
  @inline(__always)
  func forEachBlock(of source: FloatBuffer, tile: UnsafeMutablePointer<Float>, _ body: (Block) -> Void) {
    guard let start = source.baseAddress else { return }
    forEachRegion { region in
      if region.columns.isEmpty { return }
      let most = blockExtents(region)
      for line in stride(from: region.lines.lowerBound, to: region.lines.upperBound, by: most.lines) {
        let lines = line..<min(line + most.lines, region.lines.upperBound)
        for column in stride(from: region.columns.lowerBound, to: region.columns.upperBound, by: most.columns) {
          let columns = column..<min(column + most.columns, region.columns.upperBound)
          let first = (line * height.step + height.start) * width.size + column * width.step + width.start
          let count = region.isCopied || dividesChannels ? min(channels, Self.channelsPerBlock) : channels
          for next in stride(from: 0, to: channels, by: count) {
            let channel = min(next, channels - count)
            if region.isCopied {
              fill(
                tile, width.extent(most.columns) * pixel, lines, columns, channel..<channel + count, source,
                withZeros: next == 0)
            }
            body(
              Block(
                lines: lines, columns: columns, channel: channel, channels: count, repeated: next - channel,
                first: region.isCopied ? UnsafePointer(tile) : start + first * channels + channel,
                pitch: region.isCopied ? width.extent(most.columns) * pixel : width.size * channels,
                step: region.isCopied ? pixel : channels))
          }
        }
      }
    }
  }

  /// The places of a block.
  private func blockExtents(_ region: Region) -> (lines: Int, columns: Int) {
    guard region.isCopied else {
      return (lines, region.columns.count)
    }
    let pixels = Self.floats / pixel
    let fitting = (pixels / height.reach - width.reach) / width.step + 1
    let columns = min(max(fitting, Self.fewest), region.columns.count)
    return (max(1, (pixels / width.extent(columns) - height.reach) / height.step + 1), columns)
  }

  /// Copies what lies under some places. The zeros around are those of the channels before.
  private func fill(
    _ tile: UnsafeMutablePointer<Float>, _ pitch: Int, _ lines: Range<Int>, _ columns: Range<Int>,
    _ channels: Range<Int>, _ source: FloatBuffer, withZeros: Bool
  ) {
    guard let start = source.baseAddress else { return }
    let column = columns.lowerBound * width.step + width.start
    let pixels = width.extent(columns.count)
    let first = min(max(-column, 0), pixels)
    let end = max(min(width.size - column, pixels), first)
    var to = tile
    func zeros(_ count: Int) {
      if withZeros { to.update(repeating: 0, count: count * pixel) }
      to += count * pixel
    }
    for row in 0..<height.extent(lines.count) {
      to = tile + row * pitch
      let line = lines.lowerBound * height.step + height.start + row
      guard 0..<height.size ~= line else {
        zeros(pixels)
        continue
      }
      zeros(first)
      var place = (line * width.size + column + first) * self.channels + channels.lowerBound
      for _ in first..<end {
        forEachVector(of: channels.count) { c, _, _ in
          store(vector(start + (place &+ c), source.count &- place &- c), to + c)
        }
        to += pixel
        place &+= self.channels
      }
      zeros(pixels - end)
    }
  }
}
