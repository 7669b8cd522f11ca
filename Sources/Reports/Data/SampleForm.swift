import Tensors

/// What samples of a shape are most likely, for people: nothing is computed by it.
package enum SampleForm: Equatable {
  /// Numbers side by side.
  case features(Int)
  /// Channels in the course of time, one number of each after the other.
  case series(steps: Int, channels: Int)
  /// Rows from the top, channels last.
  case picture(height: Int, width: Int, channels: Int)
  /// Slices of that.
  case volume(depth: Int, height: Int, width: Int, channels: Int)
  /// Nothing that has a name.
  case other

  /// One channel of a picture that is so many times as high as wide is a series to which an axis was added.
  private static let slimness = 8

  package init(_ shape: [Int]) {
    switch shape.count {
    case 1: self = .features(shape[0])
    case 2: self = .series(steps: shape[0], channels: shape[1])
    case 3 where shape[2] == 1 && shape[0] >= Self.slimness * shape[1]:
      self = .series(steps: shape[0], channels: shape[1])
    case 3: self = .picture(height: shape[0], width: shape[1], channels: shape[2])
    case 4: self = .volume(depth: shape[0], height: shape[1], width: shape[2], channels: shape[3])
    default: self = .other
    }
  }

  /// `pictures of 32×32, 3 channels`.
  var words: String {
    switch self {
    case .features(let count): "feature".counted(count)
    case .series(let steps, let channels): "series of \("step".counted(steps)), \("channel".counted(channels))"
    case .picture(let height, let width, let channels): "pictures of \(height)×\(width), \("channel".counted(channels))"
    case .volume(let depth, let height, let width, let channels):
      "volumes of \(depth)×\(height)×\(width), \("channel".counted(channels))"
    case .other: "samples"
    }
  }
}
