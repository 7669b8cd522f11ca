import Tensors

/// Moves and scales samples so that the mean is 0 and the standard deviation 1: over each channel of the training samples, over
/// each of their places, or over each channel of each sample by itself.
public struct Normalization: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Over what.
  public let kind: NormalizationKind
  /// The mean of each channel, of pixels in 0...1, or that of each place; empty where each sample has its own.
  public let mean: [Float]
  /// The standard deviation likewise; 1 for what is the same everywhere.
  public let deviation: [Float]

  /// By the mean and the deviation of each sample itself.
  public static let ofEachSample = Normalization(.sample, mean: [], deviation: [])

  /// Takes numbers as they are.
  public init(_ kind: NormalizationKind = .channel, mean: [Float], deviation: [Float]) {
    precondition(kind != .none, "no normalization has no numbers")
    self.kind = kind
    self.mean = mean
    self.deviation = deviation
  }

  private enum CodingKeys: CodingKey { case kind, mean, deviation }

  /// Reads numbers; those of before there were kinds are of channels.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    kind = try fields.decodeIfPresent(NormalizationKind.self, forKey: .kind) ?? .channel
    mean = try fields.decode([Float].self, forKey: .mean)
    deviation = try fields.decode([Float].self, forKey: .deviation)
  }

  /// Writes numbers; those of channels as they were before there were kinds.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    if kind != .channel { try fields.encode(kind, forKey: .kind) }
    try fields.encode(mean, forKey: .mean)
    try fields.encode(deviation, forKey: .deviation)
  }

  /// `mean [0.49, 0.48, 0.45], deviation [0.25, 0.24, 0.26]`.
  public var description: String {
    switch kind {
    case .none, .channel: "mean \(mean), deviation \(deviation)"
    case .feature: "mean and deviation of each of \(mean.count) places"
    case .sample: "each sample by its own mean and deviation"
    }
  }

  /// What makes it impossible for samples of `shape`; nil where it is not.
  public func flaw(for shape: Shape) -> String? {
    let (expected, noun) =
      switch kind {
      case .none, .channel: (shape[shape.rank - 1], "channels")
      case .feature: (shape.count, "places")
      case .sample: (0, "samples")
      }
    guard mean.count == expected, deviation.count == mean.count else {
      return "the normalization is of \(mean.count) \(noun), but the samples are of \(shape)"
    }
    return nil
  }

  /// Whether every number is finite and every deviation above 0. For files, which anybody may have edited.
  public var isSound: Bool {
    mean.allSatisfy(\.isFinite) && deviation.allSatisfy { $0 > 0 && $0.isFinite } && mean.count == deviation.count
      && kind != .none && (kind != .sample || mean.isEmpty)
  }

  /// x = (x - mean) / deviation for a sample of `shape`.
  func apply(to pixels: MutableFloatBuffer, shape: Shape) {
    guard kind != .sample else {
      Self.apply(to: pixels, channels: Self.ownChannels(of: shape))
      return
    }
    let places = mean.count
    precondition(pixels.count % places == 0, "\(pixels.count) floats are not pixels of \(places) channels")
    mean.withUnsafeBufferPointer { mean in
      deviation.withUnsafeBufferPointer { deviation in
        for start in stride(from: 0, to: pixels.count, by: places) {
          for place in 0..<places {
            pixels[start + place] = (pixels[start + place] - mean[place]) / deviation[place]
          }
        }
      }
    }
  }

  /// The channels that a sample is scaled by itself in: one where it has no axis but that of its numbers.
  private static func ownChannels(of shape: Shape) -> Int { shape.rank > 1 ? shape[shape.rank - 1] : 1 }

  /// Scales each channel by its own mean and deviation, 0 for one that is the same everywhere. A sample's numbers are added in
  /// their order, whoever does it, in 53 bits: the mean first, then the squares around it.
  private static func apply(to pixels: MutableFloatBuffer, channels: Int) {
    let count = Double(pixels.count / channels)
    for channel in 0..<channels {
      let places = stride(from: channel, to: pixels.count, by: channels)
      var (sum, squares) = (0.0, 0.0)
      for place in places { sum += Double(pixels[place]) }
      let mean = sum / count
      for place in places {
        let rest = Double(pixels[place]) - mean
        squares += rest * rest
      }
      let deviation = (squares / count).squareRoot()
      for place in places { pixels[place] = deviation > 0 ? Float((Double(pixels[place]) - mean) / deviation) : 0 }
    }
  }
}
