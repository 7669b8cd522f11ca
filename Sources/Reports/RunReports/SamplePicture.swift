import Datasets
import FoundationEssentials
import Graphics
import Tensors

/// What a sample looks like: a picture, three slices of a volume, or curves of a series, a sound or features.
public struct SamplePicture: Sendable {
  private enum Kind: Sendable {
    case pictures([Raster])
    case curves([Curve])
  }

  private let kind: Kind

  /// More pixels of a side say nothing more at this size, and those of smaller pictures are shown as squares.
  private static let (mostPixels, fewestPixels) = (128, 64)
  private static let (columns, rows) = (240, 100)
  private static let mostCurves = 4

  /// Draws a sample; nil where it is nothing that can be drawn.
  public init?(_ sample: Int, of dataset: any Dataset) {
    let shape = dataset.sampleShape
    let storage = FloatStorage(count: shape.count)
    dataset.load(sample, into: storage.buffer)
    let numbers = storage.buffer.reading
    switch SampleForm(shape.dimensions) {
    case .features(let count) where count > 1:
      kind = .curves([Curve(numbers, channel: 0, of: 1, columns: Self.columns, rows: Self.rows)])
    case .series(_, let channels):
      kind = .curves(
        (0..<min(channels, Self.mostCurves)).map {
          Curve(numbers, channel: $0, of: channels, columns: Self.columns, rows: Self.rows)
        })
    case .picture:
      guard let picture = Raster(numbers, of: shape, range: dataset.lightRange(of: numbers)) else { return nil }
      kind = .pictures([picture.reduced(to: Self.mostPixels)])
    case .volume(let depth, let height, let width, let channels):
      let range = dataset.lightRange(of: numbers)
      let size = height * width * channels
      // At a quarter, the middle and three quarters of the depth.
      kind = .pictures(
        [1, 2, 3].compactMap { quarter in
          let slice = min(depth - 1, quarter * depth / 4)
          return Raster(
            numbers.part(slice * size..<(slice + 1) * size), of: [height, width, channels], range: range)?
            .reduced(to: Self.mostPixels)
        })
    default: return nil
    }
  }

  /// The elements that show it.
  func markup(_ description: String) -> Markup {
    switch kind {
    case .pictures(let pictures):
      let images = pictures.map { picture -> Markup in
        let isSmall = max(picture.height, picture.width) <= Self.fewestPixels
        guard let address = picture.dataAddress(isExact: isSmall) else { return "" }
        return "<img class=\"picture\(isSmall ? " pixels" : "")\" alt=\"\(description)\" src=\"\(address)\">"
      }
      return images.count > 1 ? "<div class=\"slices\">\(images)</div>" : Markup(images)
    case .curves(let curves):
      let paths = curves.enumerated().map { index, curve -> Markup in
        "<path class=\"c\(index % 8 + 1)\" d=\"\(curve.path)\"/>"
      }
      return """
        <svg class="wave" viewBox="-2 -4 \(Self.columns + 4) \(Self.rows + 8)" preserveAspectRatio="none" role="img" \
        aria-label="\(description)">\(paths)</svg>
        """
    }
  }
}

extension Dataset {
  /// What is black and what is white in a sample: 0 and 1 where pixels have levels or look like it, 0 and 255 likewise, else its
  /// own lowest and highest number.
  func lightRange(of numbers: FloatBuffer) -> ClosedRange<Float> {
    guard levels == nil else { return 0...1 }
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for number in numbers where number.isFinite { (lowest, highest) = (min(lowest, number), max(highest, number)) }
    guard lowest <= highest else { return 0...1 }
    if lowest >= 0, highest > 0.5, highest <= 1 { return 0...1 }
    if lowest >= 0, highest > 127, highest <= 255 { return 0...255 }
    return lowest...highest
  }
}

extension Curve {
  /// What it covers, as the path of a line that goes up and down in each column.
  var path: String {
    var (path, isOpen) = ("", false)
    for (x, covered) in columns.enumerated() {
      guard let covered else {
        isOpen = false
        continue
      }
      path += "\(isOpen ? "L" : "M")\(x) \(covered.lowerBound)"
      if covered.count > 1 { path += "V\(covered.upperBound)" }
      isOpen = true
    }
    return path
  }
}

extension Raster {
  /// Not larger than so many pixels a side.
  func reduced(to side: Int) -> Raster {
    guard max(height, width) > side else { return self }
    let extents = extents(within: side)
    return resized(height: extents.height, width: extents.width)
  }

  /// The picture itself as an address: a PNG where each pixel counts, else a JPEG. Nil where there is no memory for it.
  func dataAddress(isExact: Bool) -> String? {
    guard let canvas = Canvas(height: height, width: width) else { return nil }
    canvas.draw(self, y: 0, x: 0, scale: 1)
    let bytes = isExact ? canvas.png() : canvas.jpeg(quality: 82)
    return bytes.isEmpty ? nil : "data:image/\(isExact ? "png" : "jpeg");base64,\(Data(bytes).base64EncodedString())"
  }
}
