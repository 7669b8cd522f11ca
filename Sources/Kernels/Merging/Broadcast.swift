import Tensors

/// What is done with each element and that of the next tensor.
public enum ElementwiseOperation: Sendable {
  /// The other.
  case replace
  /// The sum.
  case add
  /// The difference.
  case subtract
  /// The product.
  case multiply
  /// The larger.
  case maximum
  /// The smaller.
  case minimum
}

/// How one sample of a small shape is repeated to make one of a large shape: along the axes where the small one has an
/// extent of 1, or, in front, none at all (NumPy's broadcasting).
///
/// The large sample is seen as lines, in each of which the small one either runs along or stands still.
public struct Broadcast {
  /// The floats of a line.
  private let line: Int
  /// Whether the small sample's float is the same all along a line.
  private let isHeld: Bool
  /// The axes outside of a line: the large extent, and the small sample's stride, 0 where it is repeated.
  private let outer: [(extent: Int, stride: Int)]

  /// From `small` to `large`, which must fit.
  public init(_ small: Shape, to large: Shape) {
    let padded = Array(repeating: 1, count: large.rank - small.rank) + small.dimensions
    precondition(zip(padded, large.dimensions).allSatisfy { $0 == $1 || $0 == 1 }, "\(small) does not fit \(large)")
    // Innermost axes that behave alike make a line.
    var (line, stride, axis) = (1, 1, large.rank - 1)
    var isHeld: Bool?
    while axis >= 0 {
      let isRepeated = padded[axis] != large[axis]
      if large[axis] > 1 {
        if let isHeld, isHeld != isRepeated { break }
        isHeld = isRepeated
      }
      line *= large[axis]
      stride *= padded[axis]
      axis -= 1
    }
    var outer: [(extent: Int, stride: Int)] = []
    while axis >= 0 {
      outer.insert((large[axis], padded[axis] == 1 ? 0 : stride), at: 0)
      stride *= padded[axis]
      axis -= 1
    }
    (self.line, self.isHeld, self.outer) = (line, isHeld ?? false, outer)
  }

  /// Combines each element of the large sample with that of the small one, in place.
  public func combine(_ large: MutableFloatBuffer, with small: FloatBuffer, _ operation: ElementwiseOperation) {
    forEachLine { start, place in
      let y = large.part(start..<start + line)
      if isHeld {
        let x = small[place]
        switch operation {
        case .replace: y.update(repeating: x)
        case .add: for i in 0..<y.count { y[i] += x }
        case .subtract: for i in 0..<y.count { y[i] -= x }
        case .multiply: for i in 0..<y.count { y[i] *= x }
        case .maximum: for i in 0..<y.count { y[i] = y[i] < x ? x : y[i] }
        case .minimum: for i in 0..<y.count { y[i] = y[i] > x ? x : y[i] }
        }
      } else {
        let x = small.part(place..<place + line)
        switch operation {
        case .replace: _ = y.update(fromContentsOf: x)
        case .add: for i in 0..<y.count { y[i] += x[i] }
        case .subtract: for i in 0..<y.count { y[i] -= x[i] }
        case .multiply: for i in 0..<y.count { y[i] *= x[i] }
        case .maximum: for i in 0..<y.count { y[i] = y[i] < x[i] ? x[i] : y[i] }
        case .minimum: for i in 0..<y.count { y[i] = y[i] > x[i] ? x[i] : y[i] }
        }
      }
    }
  }

  /// Sums the large sample over the axes along which the small one was repeated, in the order of memory, and multiplies by
  /// `factor`; overwrites the small one.
  public func reduce(_ large: FloatBuffer, into small: MutableFloatBuffer, factor: Float) {
    if outer.isEmpty && !isHeld {
      for i in 0..<line { small[i] = factor * large[i] }
      return
    }
    small.update(repeating: 0)
    forEachLine { start, place in
      let y = large.part(start..<start + line)
      if isHeld {
        var sum: Float = 0
        for i in 0..<y.count { sum += y[i] }
        small[place] += factor * sum
      } else {
        let x = small.part(place..<place + line)
        for i in 0..<y.count { x[i] += factor * y[i] }
      }
    }
  }

  /// Zeroes the elements of the large sample `values` where the small one equals `reference`, or, with `keeps`, where it does
  /// not.
  public func mask(_ values: MutableFloatBuffer, where small: FloatBuffer, equals reference: FloatBuffer, keeps: Bool) {
    forEachLine { start, place in
      for i in 0..<line {
        let isEqual = small[isHeld ? place : place + i] == reference[start + i]
        if isEqual != keeps { values[start + i] = 0 }
      }
    }
  }

  /// Each line: where it starts in the large sample, and its place in the small one.
  private func forEachLine(_ body: (_ start: Int, _ place: Int) -> Void) {
    let lines = outer.reduce(1) { $0 * $1.extent }
    for index in 0..<lines {
      var (rest, place) = (index, 0)
      for (extent, stride) in outer.reversed() {
        place += rest % extent * stride
        rest /= extent
      }
      body(index * line, place)
    }
  }
}

/// Divides every value, in place.
public func divide(_ values: MutableFloatBuffer, by divisor: Float) {
  for i in 0..<values.count { values[i] /= divisor }
}
