import Tensors

/// The mean under each window, channel by channel, on channels-last samples (D, H, W, C) → (OD, OH, OW, C). Padding is left
/// out of it, as in Keras: a window at the border is the mean of the pixels that exist.
public struct AveragePooling: Sendable {
  private let windows: PoolingWindows

  /// Pools with the given window, whose taps lie side by side.
  public init(_ geometry: WindowGeometry) {
    windows = PoolingWindows(geometry)
  }

  /// `y[o, c] = Σ x[p, c] / n over the n pixels p under window o`, added in row order.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - y: (N, OD, OH, OW, C), overwritten.
  public func forward(x: TensorView, y: TensorView) {
    windows.check(x, y)
    let (source, target, channels) = (x.address, y.address, windows.geometry.channels)
    windows.forEachPlace(x.samples) { place in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        var sum = Lanes()
        place.forEachPixel { pixel in sum += load(source + pixel + c, width) }
        store(sum / Float(place.pixels), target + place.output + c, width)
      }
    }
  }

  /// Gives each of a window's n pixels an n-th of its gradient.
  ///
  /// - Parameters:
  ///   - dy: (N, OD, OH, OW, C).
  ///   - dx: (N, D, H, W, C), overwritten.
  public func backward(dy: TensorView, dx: TensorView) {
    windows.check(dx, dy)
    dx.buffer.update(repeating: 0)
    let (source, target, channels) = (dy.address, dx.address, windows.geometry.channels)
    windows.forEachPlace(dy.samples) { place in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        let share = load(source + place.output + c, width) / Float(place.pixels)
        place.forEachPixel { pixel in store(load(target + pixel + c, width) + share, target + pixel + c, width) }
      }
    }
  }
}
