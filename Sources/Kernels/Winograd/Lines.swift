/// Up to eight lines that are read side by side.
protocol SourceLines {
  /// A vector of each of the first `count` lines, from float `i` on.
  func vectors(_ count: Int, _ i: Int) -> LineVectors
}

/// Lines that lie evenly apart.
struct EvenLines: SourceLines {
  let start: UnsafePointer<Float>
  /// The floats from one line to the next.
  let pitch: Int

  @inline(__always)
  func vectors(_ count: Int, _ i: Int) -> LineVectors {
    let from = start + i
    return (
      vector(from), count > 1 ? vector(from + pitch) : .zero,
      count > 2 ? vector(from + 2 &* pitch) : .zero, count > 3 ? vector(from + 3 &* pitch) : .zero,
      count > 4 ? vector(from + 4 &* pitch) : .zero, count > 5 ? vector(from + 5 &* pitch) : .zero,
      count > 6 ? vector(from + 6 &* pitch) : .zero, count > 7 ? vector(from + 7 &* pitch) : .zero
    )
  }
}

/// Lines that lie anywhere.
struct ScatteredLines: SourceLines {
  typealias Line = UnsafePointer<Float>
  private var starts: (Line, Line, Line, Line, Line, Line, Line, Line)

  /// `count` lines, by where each starts.
  @inline(__always)
  init(_ count: Int, _ line: (Int) -> Line) {
    let first = line(0)
    starts = (first, first, first, first, first, first, first, first)
    if count > 1 { starts.1 = line(1) }
    if count > 2 { starts.2 = line(2) }
    if count > 3 { starts.3 = line(3) }
    if count > 4 { starts.4 = line(4) }
    if count > 5 { starts.5 = line(5) }
    if count > 6 { starts.6 = line(6) }
    if count > 7 { starts.7 = line(7) }
  }

  @inline(__always)
  func vectors(_ count: Int, _ i: Int) -> LineVectors {
    (
      vector(starts.0 + i), count > 1 ? vector(starts.1 + i) : .zero,
      count > 2 ? vector(starts.2 + i) : .zero,
      count > 3 ? vector(starts.3 + i) : .zero, count > 4 ? vector(starts.4 + i) : .zero,
      count > 5 ? vector(starts.5 + i) : .zero, count > 6 ? vector(starts.6 + i) : .zero,
      count > 7 ? vector(starts.7 + i) : .zero
    )
  }
}

/// Lines that are written side by side.
struct TargetLines {
  let start: UnsafeMutablePointer<Float>
  /// The floats from one line to the next.
  let pitch: Int

  /// Writes a vector to each of the first `count` lines, from float `i` on.
  @inline(__always)
  func store(_ vectors: LineVectors, _ count: Int, _ i: Int) {
    let to = UnsafeMutableRawPointer(start + i)
    let pitch = pitch &* MemoryLayout<Float>.stride
    to.storeBytes(of: vectors.0, as: Vector.self)
    if count > 1 { (to + pitch).storeBytes(of: vectors.1, as: Vector.self) }
    if count > 2 { (to + 2 &* pitch).storeBytes(of: vectors.2, as: Vector.self) }
    if count > 3 { (to + 3 &* pitch).storeBytes(of: vectors.3, as: Vector.self) }
    if count > 4 { (to + 4 &* pitch).storeBytes(of: vectors.4, as: Vector.self) }
    if count > 5 { (to + 5 &* pitch).storeBytes(of: vectors.5, as: Vector.self) }
    if count > 6 { (to + 6 &* pitch).storeBytes(of: vectors.6, as: Vector.self) }
    if count > 7 { (to + 7 &* pitch).storeBytes(of: vectors.7, as: Vector.self) }
  }
}

/// Which floats of every line a pass takes: runs of neighbours, of which there are at least a vector's, evenly apart, and that
/// several times, evenly apart too.
struct LineRuns {
  /// The floats of a run.
  let length: Int
  var count = 1
  /// How far one run lies from the next in the sources, and in the targets.
  var steps = (source: 0, target: 0)
  var repeats = 1
  /// How far the first run of one time lies from that of the next.
  var jumps = (source: 0, target: 0)

  /// Calls `body` for every vector, with the float where it starts in the sources, in the targets, and in its run. A run's last
  /// one overlaps the one before where the length is no multiple of a vector's.
  @inline(__always)
  func forEachVector(_ body: (_ source: Int, _ target: Int, _ i: Int) -> Void) {
    let last = length &- Vector.scalarCount
    for time in 0..<repeats {
      for run in 0..<count {
        let from = time &* jumps.source &+ run &* steps.source
        let to = time &* jumps.target &+ run &* steps.target
        var start = 0
        while start < length {
          let i = min(start, last)
          start &+= Vector.scalarCount
          body(from &+ i, to &+ i, i)
        }
      }
    }
  }
}

/// What becomes of sums before they are stored.
struct LineFinish {
  /// Added to each run; nil for nothing.
  let bias: UnsafePointer<Float>?
  /// Whether nothing is left below 0 (but NaN).
  let rectifies: Bool
  static var none: LineFinish { LineFinish(bias: nil, rectifies: false) }
  var isNone: Bool { bias == nil && !rectifies }

  @inline(__always)
  static func apply(_ level: Vector, _ floor: Vector, to sums: LineVectors) -> LineVectors {
    (
      apply(level, floor, sums.0), apply(level, floor, sums.1), apply(level, floor, sums.2),
      apply(level, floor, sums.3),
      apply(level, floor, sums.4), apply(level, floor, sums.5), apply(level, floor, sums.6), .zero
    )
  }

  @inline(__always)
  private static func apply(_ level: Vector, _ floor: Vector, _ value: Vector) -> Vector {
    let sum = value + level
    return sum.replacing(with: 0, where: sum .< floor)
  }
}

/// How sums are stored: a type, so that each loop has its own straight code.
protocol LineEnding {
  /// Stores `n` vectors from float `to` of the target's lines on, which are those from float `i` of a run on.
  func store(_ sums: LineVectors, _ n: Int, _ target: TargetLines, _ to: Int, _ i: Int)
}

/// As they are.
struct PlainEnding: LineEnding {
  @inline(__always)
  func store(_ sums: LineVectors, _ n: Int, _ target: TargetLines, _ to: Int, _ i: Int) { target.store(sums, n, to) }
}

/// Finished, and the first `count` of them alone.
struct FinishedEnding: LineEnding {
  private let bias: UnsafePointer<Float>?
  private let floor: Vector
  private let count: Int

  init(_ finish: LineFinish, count: Int) {
    (bias, floor, self.count) = (finish.bias, Vector(repeating: finish.rectifies ? 0 : -.infinity), count)
  }

  @inline(__always)
  func store(_ sums: LineVectors, _ n: Int, _ target: TargetLines, _ to: Int, _ i: Int) {
    let level = bias.map { vector($0 + i) } ?? Vector()
    target.store(LineFinish.apply(level, floor, to: sums), min(count, n), to)
  }
}
