import Files
import Models
import Runs
import Tensors

/// The filters of a network's first convolution, a picture each.
public struct FilterGallery: Sendable {
  private let name: String
  private let all: Int
  private let pictures: [Raster]

  /// More filters are not shown.
  private static let mostFilters = 96
  /// Larger filters are made smaller.
  private static let mostPixels = 32

  /// Takes them from the values of `model`, laid out as its arena is; nil where it has no convolution.
  public init?(of model: Model, values: FloatBuffer) {
    guard let filters = FilterPicture(of: model) else { return nil }
    self.init(filters, weights: values.part(filters.range))
  }

  /// Takes them from a checkpoint of `model`, of which nothing else is read; nil where it has no convolution.
  ///
  /// - Throws: `FileError` when it cannot be read.
  init?(of model: Model, in file: SafetensorsFile) throws(FileError) {
    guard let filters = FilterPicture(of: model), let entry = file.entry(named: filters.name),
      entry.shape.reduce(1, *) == filters.range.count
    else { return nil }
    let weights = FloatStorage(count: filters.range.count)
    try file.read(entry, into: weights.buffer)
    self.init(filters, weights: weights.buffer.reading)
  }

  private init(_ filters: FilterPicture, weights: FloatBuffer) {
    (name, all) = (filters.name, filters.count)
    pictures = filters.tiles(weights).prefix(Self.mostFilters).map { $0.reduced(to: Self.mostPixels) }
  }

  var lead: String {
    let cut =
      pictures.count < all
      ? "The first \(pictures.count) of the \(all.grouped) filters" : "The \("filter".counted(all))"
    return "\(cut) of \(name): grey is 0, lighter is more, darker is less."
  }

  var markup: Markup {
    let images = pictures.enumerated().map { index, picture -> Markup in
      guard let address = picture.dataAddress(isExact: true) else { return "" }
      return "<img class=\"pixels\" alt=\"filter \(index)\" src=\"\(address)\">"
    }
    return "<div class=\"filters\">\n\(images)\n</div>\n"
  }
}
