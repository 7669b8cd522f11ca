import Tensors

/// The largest value under each window, channel by channel, on channels-last samples (D, H, W, C) → (OD, OH, OW, C).
public struct MaxPooling: Sendable {
  private let windows: PoolingWindows

  /// Pools with the given window, whose taps lie side by side.
  public init(_ geometry: WindowGeometry) {
    windows = PoolingWindows(geometry)
  }

  /// `y[o, c] = max of x[p, c] over the pixels p under window o`; padding never wins, a NaN always does.
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
        var peak = Lanes(repeating: -.infinity)
        place.forEachPixel { pixel in
          let value = load(source + pixel + c, width)
          peak.replace(with: value, where: (value .> peak) .| (value .!= value))
        }
        store(peak, target + place.output + c, width)
      }
    }
  }

  /// Gives each window's gradient to the first element that equals its maximum, in row order, as TensorFlow does.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C), forward's input.
  ///   - y: (N, OD, OH, OW, C), what forward gave.
  ///   - dy: (N, OD, OH, OW, C).
  ///   - dx: (N, D, H, W, C), overwritten.
  ///   - rectifies: whether only positive maxima get their gradient, which is the gradient of the ReLU that gave x besides.
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView, rectifies: Bool = false) {
    windows.check(x, y)
    windows.check(dx, dy)
    // Where no two windows meet, each writes its pixels, zeros included, without a look at what was there.
    let (isDisjoint, isCovered) = (windows.areDisjoint, windows.areDisjoint && windows.coverInput)
    if !isCovered { dx.buffer.update(repeating: 0) }
    let (source, target, channels) = (x.address, dx.address, windows.geometry.channels)
    let (peaks, gradients) = (y.address, dy.address)
    windows.forEachPlace(x.samples) { place in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        let peak = load(peaks + place.output + c, width)
        var rest = load(gradients + place.output + c, width)
        if rectifies { rest = Lanes().replacing(with: rest, where: peak .> 0) }
        place.forEachPixel { pixel in
          let isPeak = load(source + pixel + c, width) .== peak
          let held = isDisjoint ? Lanes() : load(target + pixel + c, width)
          store(held.replacing(with: held + rest, where: isPeak), target + pixel + c, width)
          rest.replace(with: 0, where: isPeak)
        }
      }
    }
  }

  /// Divides each window's gradient among all elements that equal its maximum, as TensorFlow does where it takes the maximum
  /// of whole axes. The windows must not overlap and cover the input.
  ///
  /// Parameters are those of `backward`.
  public func backwardSharing(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView) {
    windows.check(x, y)
    windows.check(dx, dy)
    let (source, target, channels) = (x.address, dx.address, windows.geometry.channels)
    let (peaks, gradients) = (y.address, dy.address)
    windows.forEachPlace(x.samples) { place in
      for c in stride(from: 0, to: channels, by: Lanes.scalarCount) {
        let width = channels - c
        let peak = load(peaks + place.output + c, width)
        var count = Lanes()
        place.forEachPixel { pixel in
          count.replace(with: count + 1, where: load(source + pixel + c, width) .== peak)
        }
        let share = load(gradients + place.output + c, width) / count
        place.forEachPixel { pixel in
          let isPeak = load(source + pixel + c, width) .== peak
          store(Lanes().replacing(with: share, where: isPeak), target + pixel + c, width)
        }
      }
    }
  }
}
