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

  /// One place of the window. Offsets count floats from the start of all samples.
  struct Place {
    /// Where the place's output begins.
    let output: Int
    let planes: Range<Int>
    let rows: Range<Int>
    let columns: Range<Int>
    let sample: Int
    let geometry: WindowGeometry

    /// How many pixels lie under the window, padding left out.
    @inline(__always)
    var pixels: Int { planes.count * rows.count * columns.count }

    /// Where the channels of each of these pixels begin, in row order.
    @inline(__always)
    func forEachPixel(_ body: (Int) -> Void) {
      for plane in planes {
        for row in rows {
          let line = (plane * geometry.height.input + row) * geometry.width.input
          for column in columns { body(sample + (line + column) * geometry.channels) }
        }
      }
    }
  }

  /// Whether no pixel lies under two windows.
  var areDisjoint: Bool { axes.allSatisfy { $0.stride >= $0.kernel } }

  /// Whether every pixel lies under a window.
  var coverInput: Bool {
    axes.allSatisfy { $0.stride <= $0.kernel && $0.origin($0.output - 1) + $0.kernel >= $0.input }
  }

  private var axes: [WindowAxis] { [geometry.depth, geometry.height, geometry.width] }

  /// Every place on every sample, in order.
  @inline(__always)
  func forEachPlace(_ samples: Int, _ body: (Place) -> Void) {
    let (d, h, w) = (geometry.depth, geometry.height, geometry.width)
    var output = 0
    for n in 0..<samples {
      for od in 0..<d.output {
        for oh in 0..<h.output {
          for ow in 0..<w.output {
            body(
              Place(
                output: output, planes: d.taps(od), rows: h.taps(oh), columns: w.taps(ow),
                sample: n * geometry.inputCount, geometry: geometry))
            output += geometry.channels
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
