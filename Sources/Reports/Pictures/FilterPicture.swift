import Graphics
import Layers
import Models
import Tensors

/// The filters of a network's first convolution as one picture, side by side. Zero is grey, and the weight that is farthest from
/// it black or white.
package struct FilterPicture {
  /// Keras's name of the weights: `conv2d/kernel`.
  package let name: String
  private let shape: Shape
  /// Where the weights are among all values of the model.
  let range: Range<Int>

  /// No more filters are shown.
  private static let most = 256
  /// A filter's longer side in pixels: smaller ones are enlarged, larger ones become smaller.
  private static let sides = 32...96
  private static let gap = 2

  /// Finds them; nil where no layer is a convolution.
  package init?(of model: Model) {
    let first = model.stages.first {
      $0.operation.layer is any ConvolutionLayer && $0.parameters.first?.name == "kernel"
    }
    guard let first else { return nil }
    name = "\(first.name)/kernel"
    (shape, range) = (first.parameters[0].shape, first.ranges[0])
  }

  /// Draws them as they are among all values of the model; nil where there is no memory for it.
  package func drawn(_ values: FloatBuffer) -> Canvas? {
    let tiles = tiles(values.part(range))
    guard let first = tiles.first else { return nil }
    let longest = max(first.height, first.width)
    let scale = max(1, Self.sides.lowerBound / longest)
    let extents: (height: Int, width: Int) =
      longest > Self.sides.upperBound ? first.extents(within: Self.sides.upperBound) : (first.height, first.width)
    let (height, width) = (extents.height * scale + Self.gap, extents.width * scale + Self.gap)
    // About as wide as high.
    let across = max(1, Int((Double(tiles.count * height) / Double(width)).squareRoot().rounded(.up)))
    let down = (tiles.count + across - 1) / across
    guard let canvas = Canvas(height: Self.gap + down * height, width: Self.gap + min(across, tiles.count) * width)
    else { return nil }
    for (index, tile) in tiles.enumerated() {
      canvas.draw(
        tile.resized(height: extents.height, width: extents.width), y: Self.gap + index / across * height,
        x: Self.gap + index % across * width, scale: scale)
    }
    return canvas
  }

  /// How many filters there are.
  var count: Int { shape[shape.rank - 1] }

  /// The first filters, each by itself.
  func tiles(_ weights: FloatBuffer) -> [Raster] {
    let largest = weights.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    return (0..<min(count, Self.most)).map { tile($0, of: count, weights, largest) }
  }

  /// One filter: of three channels in colour, of any other number the mean of its channels. Of a filter through a volume it is
  /// the middle slice; one along a series has its steps from left to right, and its channels from top to bottom.
  private func tile(_ filter: Int, of filters: Int, _ weights: FloatBuffer, _ largest: Float) -> Raster {
    let taps = shape.dimensions.dropLast()
    let channels = taps.last ?? 1
    let isSeries = shape.rank == 3
    let (height, width) = isSeries ? (channels, taps[0]) : (taps[taps.count - 3], taps[taps.count - 2])
    let start = shape.rank == 5 ? taps[0] / 2 * height * width * channels : 0
    func light(_ place: Int) -> Float { weights[place * filters + filter] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * height * width)
    for y in 0..<height {
      for x in 0..<width {
        let pixel = start + (y * width + x) * channels
        let colours: [Float]
        if isSeries {
          colours = [light(x * channels + y)]
        } else if channels == 3 {
          colours = (0..<3).map { light(pixel + $0) }
        } else {
          colours = [(0..<channels).reduce(0) { $0 + light(pixel + $1) } / Float(channels)]
        }
        for colour in 0..<3 { bytes.append(Self.byte(colours[colours.count == 3 ? colour : 0], largest)) }
      }
    }
    return Raster(height: height, width: width, bytes: bytes)
  }

  private static func byte(_ weight: Float, _ largest: Float) -> UInt8 {
    guard weight.isFinite, largest > 0 else { return 128 }
    return UInt8((127.5 + 127.5 * min(max(weight / largest, -1), 1)).rounded())
  }
}
