import Tensors

/// Visits the places of a pooling window on channels-last samples (D, H, W, C), and the pixels under each.
struct PoolingWindows: Sendable {
  let geometry: WindowGeometry

  init(_ geometry: WindowGeometry) {
    precondition(
      geometry.depth.dilation == 1 && geometry.height.dilation == 1 && geometry.width.dilation == 1,
      "a pooling window has no dilation")
    self.geometry = geometry
  }

  /// One place of the window, padding left out. Offsets count floats from the start of all samples.
  struct Place {
    /// Where the place's output begins.
    let output: Int
    /// Where the channels of the first pixel begin.
    let first: Int
    let extent: (planes: Int, rows: Int, columns: Int)
    /// The floats from one plane, row and column to the next.
    let pitch: (plane: Int, row: Int, column: Int)

    /// Whether two by two pixels lie under the window.
    let isPair: Bool

    /// How many pixels lie under the window.
    @inline(__always)
    var pixels: Int { extent.planes * extent.rows * extent.columns }

    /// Where the channels of each of these pixels begin, in row order.
    @inline(__always)
    func forEachPixel(_ body: (Int) -> Void) {
      if isPair {
        // The usual window. Without loops it takes half the time.
        body(first)
        body(first &+ pitch.column)
        body(first &+ pitch.row)
        body(first &+ pitch.row &+ pitch.column)
        return
      }
      var plane = first
      for _ in 0..<extent.planes {
        var row = plane
        for _ in 0..<extent.rows {
          var pixel = row
          for _ in 0..<extent.columns {
            body(pixel)
            pixel &+= pitch.column
          }
          row &+= pitch.row
        }
        plane &+= pitch.plane
      }
    }
  }

  /// Whether no pixel lies under two windows.
  var areDisjoint: Bool { axes.allSatisfy { $0.stride >= $0.kernel } }

  /// Whether every pixel lies under a window, but for those beyond the last.
  var haveNoGaps: Bool { axes.allSatisfy { $0.stride <= $0.kernel } }

  /// Fills what lies beyond the last windows with zeros.
  func clearRest(of x: TensorView) {
    let (d, h, w) = (geometry.depth, geometry.height, geometry.width)
    if (d.reach, h.reach, w.reach) == (d.input, h.input, w.input) { return }
    for line in 0..<x.samples * d.input * h.input {
      let (plane, row) = (line / h.input % d.input, line % h.input)
      let first = plane < d.reach && row < h.reach ? w.reach : 0
      (x.address + (line * w.input + first) * geometry.channels)
        .update(repeating: 0, count: (w.input - first) * geometry.channels)
    }
  }

  private var axes: [WindowAxis] { [geometry.depth, geometry.height, geometry.width] }

  /// Every place on every sample, in order.
  @inline(__always)
  func forEachPlace(_ samples: Int, _ body: (Place) -> Void) {
    let (d, h, w) = (geometry.depth, geometry.height, geometry.width)
    let channels = geometry.channels
    let pitch = (plane: h.input * w.input * channels, row: w.input * channels, column: channels)
    let (step, inside) = (w.stride * channels, PaddedAxis(inputsOf: w).inside)
    var output = 0
    for n in 0..<samples {
      for od in 0..<d.output {
        let planes = d.taps(od)
        for oh in 0..<h.output {
          let rows = h.taps(oh)
          let line = n * geometry.inputCount + planes.lowerBound * pitch.plane + rows.lowerBound * pitch.row
          /// The outputs of some columns, under which as many lie. Compiled for each of the two.
          @inline(__always)
          func visit(_ outputs: Range<Int>, _ columns: Range<Int>, isPair: Bool) {
            var first = line &+ columns.lowerBound &* channels
            for _ in outputs {
              body(
                Place(
                  output: output, first: first, extent: (planes.count, rows.count, columns.count), pitch: pitch,
                  isPair: isPair))
              output &+= channels
              first &+= step
            }
          }
          var ow = 0
          while ow < w.output {
            let columns = w.taps(ow)
            // As many outputs as have all their columns inside go together.
            let end = columns.count == w.kernel ? max(inside.upperBound, ow + 1) : ow + 1
            if (planes.count, rows.count, columns.count) == (1, 2, 2) {
              visit(ow..<end, columns, isPair: true)
            } else {
              visit(ow..<end, columns, isPair: false)
            }
            ow = end
          }
        }
      }
    }
  }

  /// Release builds check no index, so everything that a pooling reads and writes is measured here.
  func check(_ input: TensorView, _ output: TensorView) {
    precondition(
      input.samples == output.samples && input.shape.count == geometry.inputCount
        && output.shape.count == geometry.outputPixels * geometry.channels,
      "\(input.samples) × \(input.shape) and \(output.samples) × \(output.shape) do not fit the window")
  }
}

extension TensorView {
  /// The first float; a view of samples that exist has one.
  var address: UnsafeMutablePointer<Float> {
    guard let address = buffer.baseAddress else { preconditionFailure("a view without memory") }
    return address
  }
}
