import Tensors

/// What zero paddings and croppings share: one of input and output is the other with a border around its spatial axes.
public protocol BorderLayer: SpatialLayer {
  /// How much lies before and behind each spatial axis, outermost first.
  var borders: [Border] { get }

  /// One border for each of the layer's axes.
  init(borders: [Border])
}

/// What lies before and behind an axis.
public struct Border: Hashable, Sendable {
  /// Before its start.
  public let before: Int
  /// Behind its end.
  public let behind: Int

  /// Neither is negative.
  public init(_ before: Int, _ behind: Int) {
    precondition(before >= 0 && behind >= 0, "a border cannot be negative")
    self.before = before
    self.behind = behind
  }
}

extension BorderLayer {
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// Each run of floats that lies within the border: its start in the small tensor and in the large one, and its length.
  func forEachRun(_ small: TensorView, _ large: TensorView, _ body: (_ small: Range<Int>, _ large: Range<Int>) -> Void)
  {
    let axes = Self.axes
    let run = small.shape.dimensions[(axes - 1)...].reduce(1, *)
    let channels = small.shape[axes]
    let lines = small.shape.dimensions[..<(axes - 1)].reduce(1, *)
    for n in 0..<small.samples {
      for line in 0..<lines {
        var (rest, place, stride) = (line, borders[axes - 1].before * channels, large.shape[axes - 1] * channels)
        for axis in (0..<axes - 1).reversed() {
          place += (rest % small.shape[axis] + borders[axis].before) * stride
          stride *= large.shape[axis]
          rest /= small.shape[axis]
        }
        let start = (n * lines + line) * run
        place += n * large.shape.count
        body(start..<start + run, place..<place + run)
      }
    }
  }
}
