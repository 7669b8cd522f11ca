import Tensors

/// How patches are read straight from a sample: from a copy with its padding, or, where it has none, from the sample itself. All
/// patches are then alike, and differ in where they start.
struct PaddedSample {
  private let depth, height, width: Axis
  private let channels: Int
  /// Whether there is a copy.
  private let isPadded: Bool

  /// How an axis is read.
  private struct Axis {
    let window: WindowAxis
    /// The extent that the windows reach over.
    let reached: Int
    /// The extent of what is read: the input's own, or that of the padded copy.
    let extent: Int

    init(_ window: WindowAxis, isPadded: Bool) {
      self.window = window
      reached = Self.reach(window)
      extent = isPadded ? reached : window.input
    }

    static func reach(_ axis: WindowAxis) -> Int {
      (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
    }

    /// Whether a window reaches outside.
    static func isPadded(_ axis: WindowAxis) -> Bool { axis.before > 0 || reach(axis) > axis.input }

    /// The input elements that windows reach.
    var inside: Range<Int> { 0..<max(0, min(window.input, reached - window.before)) }
  }

  init(_ window: WindowGeometry) {
    channels = window.channels
    isPadded = [window.depth, window.height, window.width].contains(where: Axis.isPadded)
    depth = Axis(window.depth, isPadded: isPadded)
    height = Axis(window.height, isPadded: isPadded)
    width = Axis(window.width, isPadded: isPadded)
  }

  /// The floats of the copy.
  var count: Int { isPadded ? depth.extent * height.extent * width.extent * channels : 0 }

  /// The sample with its padding, in `copy`, which has zeros where that is; where it has none, the sample itself.
  func read(_ sample: FloatBuffer, _ copy: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
    guard let source = sample.baseAddress, isPadded else { return sample.baseAddress }
    let (d, h, w) = (depth, height, width)
    for z in d.inside {
      for y in h.inside {
        let line = ((z + d.window.before) * h.extent + y + h.window.before) * w.extent + w.window.before
        (copy + line * channels).update(
          from: source + (z * h.window.input + y) * w.window.input * channels, count: w.inside.count * channels)
      }
    }
    return UnsafePointer(copy)
  }

  /// Writes how far each element (kd, kh, kw, C) of a patch lies behind its first.
  func writeOffsets(to offsets: UnsafeMutablePointer<Int32>) {
    var k = 0
    for kd in 0..<depth.window.kernel {
      for kh in 0..<height.window.kernel {
        let line = (kd * depth.window.dilation * height.extent + kh * height.window.dilation) * width.extent
        for kw in 0..<width.window.kernel {
          for c in 0..<channels {
            offsets[k] = Int32((line + kw * width.window.dilation) * channels + c)
            k += 1
          }
        }
      }
    }
  }

  /// Where the patch of a line's first output starts.
  @inline(__always)
  func start(of line: Int) -> Int {
    let (od, oh) = (line / height.window.output, line % height.window.output)
    return (od * depth.window.stride * height.extent + oh * height.window.stride) * width.extent * channels
  }

  /// The places of the patches of outputs `pixel` to `last`.
  func places(from pixel: Int, last: Int) -> Places { Places(self, from: pixel, last: last) }

  /// Where the patches of successive outputs start.
  struct Places {
    private let step, lineStep, planeStep, columns, rows: Int
    private var column, row, left: Int
    private var place, line, plane: Int

    fileprivate init(_ sample: PaddedSample, from pixel: Int, last: Int) {
      let (d, h, w) = (sample.depth, sample.height, sample.width)
      step = w.window.stride * sample.channels
      lineStep = h.window.stride * w.extent * sample.channels
      planeStep = d.window.stride * h.extent * w.extent * sample.channels
      (columns, rows, left) = (w.window.output, h.window.output, last - pixel)
      (column, row) = (pixel % columns, pixel / columns % rows)
      plane = pixel / columns / rows * planeStep
      line = plane + row * lineStep
      place = line + column * step
    }

    /// The place of the next output; that of the last again where there are no more.
    @inline(__always)
    mutating func next() -> Int {
      let now = place
      guard left > 0 else { return now }
      (left, column, place) = (left &- 1, column &+ 1, place &+ step)
      if column == columns {
        (column, row, line) = (0, row &+ 1, line &+ lineStep)
        if row == rows { (row, plane, line) = (0, plane &+ planeStep, plane &+ planeStep) }
        place = line
      }
      return now
    }
  }
}
