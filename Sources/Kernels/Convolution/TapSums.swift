/// Sums over taps, for a vector of channels of one pixel after the other: `y[i] = Σ weights[t] · x[i + places[t]]`.
///
/// Six pixels are summed side by side, each tap's weights being loaded once for them. Every output has its terms in the order
/// of the taps.
struct TapSums {
  /// A tap: how many lines and pixels from the first it is, its number, the floats to its pixel and to its weights.
  private struct Tap {
    let (row, column, number): (Int32, Int32, Int32)
    var (place, weights): (Int32, Int32)
  }

  private let taps: UnsafeMutablePointer<Tap>
  private var count = 0
  /// Where each group of taps ends.
  private let ends: UnsafeMutablePointer<Int>
  private var groups = 0
  private var pitches = (line: 0, pixel: 0, weights: 0)

  /// Lends memory for so many taps in so many groups.
  @inline(__always)
  static func with(taps: Int, groups: Int, _ body: (inout TapSums) -> Void) {
    withUnsafeTemporaryAllocation(of: Tap.self, capacity: taps) { taps in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: groups) { ends in
        guard let taps = taps.baseAddress, let ends = ends.baseAddress else { return }
        var sums = TapSums(taps, ends)
        body(&sums)
      }
    }
  }

  private init(_ taps: UnsafeMutablePointer<Tap>, _ ends: UnsafeMutablePointer<Int>) {
    (self.taps, self.ends) = (taps, ends)
  }

  /// Adds a tap to the group that is not ended yet.
  mutating func append(row: Int, column: Int, number: Int) {
    taps[count] = Tap(row: Int32(row), column: Int32(column), number: Int32(number), place: 0, weights: 0)
    count += 1
  }

  /// Ends a group, which may have no taps.
  mutating func endGroup() {
    ends[groups] = count
    groups += 1
  }

  /// Takes the source to have its lines and its pixels so many floats apart, and the weights each tap's.
  mutating func lay(line: Int, pixel: Int, weights: Int) {
    guard pitches != (line, pixel, weights) else { return }
    pitches = (line, pixel, weights)
    for t in 0..<count {
      taps[t].place = taps[t].row &* Int32(line) &+ taps[t].column &* Int32(pixel)
      taps[t].weights = taps[t].number &* Int32(weights)
    }
  }

  /// Some pixels side by side or one below the other.
  struct Pixels {
    let count: Int
    /// The floats from one pixel of the source to the next, and from one of the target to the next.
    let (step, targetStep): (Int, Int)
  }

  /// Fills lines of pixels of the target, of each pixel some channels, with the sums over a group of
  /// taps.
  ///
  /// - Parameters:
  ///   - source: the first pixel, a vector.
  ///   - weights: of the tap with number 0.
  ///   - target: the first pixel's channels.
  func sum(
    group: Int, _ lines: Pixels, _ columns: Pixels, from source: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, channels: Int
  ) {
    let range = (group > 0 ? ends[group &- 1] : 0)..<ends[group]
    let isUpright = columns.count < 3 && lines.count > columns.count
    let (outer, inner) = isUpright ? (columns, lines) : (lines, columns)
    for line in 0..<outer.count {
      let (source, target) = (source + line &* outer.step, target + line &* outer.targetStep)
      var pixel = 0
      while pixel < inner.count {
        let from = SixRows(source, inner.step, from: pixel, last: inner.count &- 1)
        let to = SixRows(target, inner.targetStep, from: pixel, last: inner.count &- 1)
        if inner.count &- pixel > 3 {
          forEachVector(of: channels) { c, width, _ in sumSix(range, from, weights, to, c, width) }
          pixel &+= 6
        } else {
          forEachVector(of: channels) { c, width, _ in sumThree(range, from, weights, to, c, width) }
          pixel &+= 3
        }
      }
    }
  }

  @inline(__always)
  private func sumSix(
    _ range: Range<Int>, _ from: SixRows<UnsafePointer<Float>>, _ weights: UnsafePointer<Float>,
    _ to: SixRows<UnsafeMutablePointer<Float>>, _ c: Int, _ width: Int
  ) {
    var (s0, s1, s2, s3, s4, s5) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
    for t in range {
      let (place, weight) = (Int(taps[t].place) &+ c, vector(weights + (Int(taps[t].weights) &+ c)))
      (s0, s1) = (s0.adding(weight, vector(from.r0 + place)), s1.adding(weight, vector(from.r1 + place)))
      (s2, s3) = (s2.adding(weight, vector(from.r2 + place)), s3.adding(weight, vector(from.r3 + place)))
      (s4, s5) = (s4.adding(weight, vector(from.r4 + place)), s5.adding(weight, vector(from.r5 + place)))
    }
    to.forEach(s0, s1, s2, s3, s4, s5) { store($1, $0 + c, width) }
  }

  @inline(__always)
  private func sumThree(
    _ range: Range<Int>, _ from: SixRows<UnsafePointer<Float>>, _ weights: UnsafePointer<Float>,
    _ to: SixRows<UnsafeMutablePointer<Float>>, _ c: Int, _ width: Int
  ) {
    var (s0, s1, s2) = (Vector(), Vector(), Vector())
    for t in range {
      let (place, weight) = (Int(taps[t].place) &+ c, vector(weights + (Int(taps[t].weights) &+ c)))
      (s0, s1) = (s0.adding(weight, vector(from.r0 + place)), s1.adding(weight, vector(from.r1 + place)))
      s2 = s2.adding(weight, vector(from.r2 + place))
    }
    store(s0, to.r0 + c, width)
    store(s1, to.r1 + c, width)
    store(s2, to.r2 + c, width)
  }
}
