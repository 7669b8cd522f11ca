import Datasets
import Tensors

/// A few samples to look at: the first of each class.
public struct SampleGallery: Sendable {
  /// Samples that belong together, under a title; an empty one for the samples of a data set without classes.
  struct Row: Sendable {
    let title: String
    let samples: [Int]
  }

  /// What samples are drawn as.
  enum Kind: Sendable {
    /// Pictures, and volumes by their middle slice.
    case pictures
    /// Series, and the features of a sample one after the other.
    case curves
  }

  let dataset: any Dataset
  let kind: Kind
  let rows: [Row]
  /// How many numbers a curve has, and how many curves a sample: one for each channel of a series, one for all features.
  let (steps, channels): (Int, Int)
  /// How many classes have samples.
  let classes: Int
  /// What is black and what is white; nil where each sample has its own range.
  private let range: ClosedRange<Float>?

  /// Fewer features than these make no curve.
  private static let fewestFeatures = 8

  /// Chooses samples of the first part that there is, as the data's report found them; nil where they are nothing that can be
  /// drawn.
  public init?(of splits: DataSplits, _ report: DataReport) {
    guard let part = report.parts.first, let dataset = splits[part.part] else { return nil }
    let names = part.examples.count == dataset.classNames.count ? dataset.classNames : [""]
    let (lowest, highest) = (part.numbers.lowest ?? 0, part.numbers.highest ?? 0)
    self.init(
      of: dataset, zip(names, part.examples).filter { !$0.1.isEmpty }.map(Row.init),
      range: lowest >= 0 && highest > 0.5 && highest <= 1 ? 0...1 : nil)
  }

  /// Shows some samples; nil where they are nothing that can be drawn.
  ///
  /// - Parameter range: what is black and what is white, where samples do not count levels; nil for each sample's own range.
  init?(of dataset: any Dataset, _ rows: [Row], range: ClosedRange<Float>? = nil) {
    switch SampleForm(dataset.sampleShape.dimensions) {
    case .features(let count):
      guard count >= Self.fewestFeatures else { return nil }
      (kind, steps, channels) = (.curves, count, 1)
    case .series(let steps, let channels): (kind, self.steps, self.channels) = (.curves, steps, channels)
    case .picture, .volume: (kind, steps, channels) = (.pictures, 0, 0)
    case .other: return nil
    }
    (self.dataset, self.rows) = (dataset, rows)
    classes = rows.count
    self.range = dataset.levels != nil ? 0...1 : range
  }

  /// Calls `body` with the numbers of a sample.
  func with<Result>(_ sample: Int, _ body: (FloatBuffer) -> Result) -> Result {
    let storage = FloatStorage(count: dataset.sampleShape.count)
    dataset.load(sample, into: storage.buffer)
    return body(storage.buffer.reading)
  }

  /// A sample as a picture.
  func picture(of sample: Int) -> Raster? {
    with(sample) { numbers in
      Raster(numbers, of: dataset.sampleShape, range: range ?? Self.range(of: numbers))
    }
  }

  private static func range(of numbers: FloatBuffer) -> ClosedRange<Float> {
    let finite = numbers.lazy.filter(\.isFinite)
    return (finite.min() ?? 0)...(finite.max() ?? 0)
  }
}
