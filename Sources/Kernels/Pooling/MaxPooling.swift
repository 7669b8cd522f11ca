import Tensors

/// The largest value under each window, channel by channel, on channels-last samples (D, H, W, C) → (OD, OH, OW, C).
public struct MaxPooling: Sendable {
  private let windows: PoolingWindows

  /// Pools with the given window, whose taps lie side by side.
  public init(_ geometry: WindowGeometry) {
    windows = PoolingWindows(geometry)
  }

  /// The floats of one sample's output.
  public var outputCount: Int { windows.geometry.outputPixels * windows.geometry.channels }

  /// `y[o, c] = max of x[p, c] over the pixels p under window o`; padding never wins, a NaN always does.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - y: (N, OD, OH, OW, C), overwritten.
  ///   - winners: takes what `backward` needs to know, as many floats as `y`, or nil.
  ///   - rectifies: whether windows without a positive element are to have no winner. Then backward gives the gradient of the
  ///     ReLU that gave x besides.
  public func forward(x: TensorView, y: TensorView, winners: MutableFloatBuffer? = nil, rectifies: Bool = false) {
    windows.check(x, y)
    precondition(winners?.count ?? y.buffer.count == y.buffer.count, "a winner for each output")
    let (source, target, channels) = (x.address, y.address, windows.geometry.channels)
    let winners = winners?.baseAddress
    windows.forEachPlace(x.samples) { place in
      forEachVector(of: channels) { c, width, _ in
        var peak = Vector(repeating: -.infinity)
        // The winner's number in the window, in row order; the first of those that are equal.
        var (winner, number) = (Vector(), Vector())
        place.forEachPixel { pixel in
          let value = vector(source + pixel + c, width)
          peak.takeLarger(value, &winner, number)
          number = number + 1
        }
        store(peak, target + place.output + c, width)
        if rectifies { winner = Vector(repeating: -1).replacing(with: winner, where: peak .> 0) }
        if let winners { store(winner, winners + place.output + c, width) }
      }
    }
  }

  /// Gives each window's gradient to the winner, the first element that equals its maximum, in row order, as TensorFlow does.
  ///
  /// - Parameters:
  ///   - winners: from forward.
  ///   - dy: (N, OD, OH, OW, C).
  ///   - dx: (N, D, H, W, C), overwritten.
  public func backward(winners: FloatBuffer, dy: TensorView, dx: TensorView) {
    windows.check(dx, dy)
    precondition(winners.count == dy.buffer.count, "a winner for each output")
    // Where no two windows meet, each writes its pixels, zeros included, without a look at what was there.
    let (isDisjoint, isCovered) = (windows.areDisjoint, windows.areDisjoint && windows.haveNoGaps)
    if isCovered { windows.clearRest(of: dx) } else { dx.buffer.update(repeating: 0) }
    guard let winners = winners.baseAddress else { return }
    let (source, target, channels) = (dy.address, dx.address, windows.geometry.channels)
    windows.forEachPlace(dx.samples) { place in
      forEachVector(of: channels) { c, width, repeated in
        var winner = vector(winners + place.output + c, width)
        let gradient = vector(source + place.output + c, width)
        // What the vector before has added already is not added again.
        if !isDisjoint && repeated > 0 { for lane in 0..<repeated { winner[lane] = -1 } }
        var number = Vector()
        place.forEachPixel { pixel in
          let own = Vector().replacing(with: gradient, where: winner .== number)
          store(isDisjoint ? own : vector(target + pixel + c, width) + own, target + pixel + c, width)
          number = number + 1
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
      forEachOctet(upTo: channels) { c, width in
        let peak = octet(peaks + place.output + c, width)
        var count = Octet()
        place.forEachPixel { pixel in
          count.replace(with: count + 1, where: octet(source + pixel + c, width) .== peak)
        }
        let share = octet(gradients + place.output + c, width) / count
        place.forEachPixel { pixel in
          let isPeak = octet(source + pixel + c, width) .== peak
          store(Octet().replacing(with: share, where: isPeak), target + pixel + c, width)
        }
      }
    }
  }
}

// A vector takes the lanes of `value` that are larger, and each NaN; where it does, `winner` becomes `number`. The masks of eight
// floats are joined, those of sixteen are used one after the other: each is fastest so.

extension Octet {
  @inline(__always)
  fileprivate mutating func takeLarger(_ value: Octet, _ winner: inout Octet, _ number: Octet) {
    let wins = (value .> self) .| (value .!= value)
    replace(with: value, where: wins)
    winner.replace(with: number, where: wins)
  }
}

extension Lanes {
  @inline(__always)
  fileprivate mutating func takeLarger(_ value: Lanes, _ winner: inout Lanes, _ number: Lanes) {
    let (isLarger, isNaN) = (self .< value, value.isNaN)
    self = replacing(with: value, where: isLarger).replacing(with: value, where: isNaN)
    winner = winner.replacing(with: number, where: isLarger).replacing(with: number, where: isNaN)
  }
}
