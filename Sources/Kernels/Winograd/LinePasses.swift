/// Up to eight lines of vectors that are read side by side.
struct SourceLines {
  typealias Line = UnsafePointer<Float>
  private var starts: (Line, Line, Line, Line, Line, Line, Line, Line)
  /// How far each line moves on from one run of floats to the next.
  private var steps: SIMD8<Int>

  /// `count` lines: where each starts, and how far it moves on.
  @inline(__always)
  init(_ count: Int, _ line: (Int) -> (start: Line, step: Int)) {
    let first = line(0)
    starts = (
      first.start, first.start, first.start, first.start, first.start, first.start, first.start, first.start
    )
    steps = SIMD8(repeating: first.step)
    for i in 1..<max(count, 1) {
      let next = line(i)
      steps[i] = next.step
      switch i {
      case 1: starts.1 = next.start
      case 2: starts.2 = next.start
      case 3: starts.3 = next.start
      case 4: starts.4 = next.start
      case 5: starts.5 = next.start
      case 6: starts.6 = next.start
      default: starts.7 = next.start
      }
    }
  }

  @inline(__always)
  subscript(_ i: Int) -> Line {
    switch i {
    case 0: starts.0
    case 1: starts.1
    case 2: starts.2
    case 3: starts.3
    case 4: starts.4
    case 5: starts.5
    case 6: starts.6
    default: starts.7
    }
  }

  @inline(__always)
  mutating func moveOn() {
    starts.0 += steps[0]
    starts.1 += steps[1]
    starts.2 += steps[2]
    starts.3 += steps[3]
    starts.4 += steps[4]
    starts.5 += steps[5]
    starts.6 += steps[6]
    starts.7 += steps[7]
  }
}

/// Lines that are written side by side.
struct TargetLines {
  let start: UnsafeMutablePointer<Float>
  /// The floats from one line to the next.
  let pitch: Int
  /// How far all of them move on from one run of floats to the next.
  let step: Int
}

/// What becomes of sums before they are stored.
struct LineFinish {
  /// Added to each run; nil for nothing.
  let bias: UnsafePointer<Float>?
  /// Whether nothing is left below 0 (but NaN).
  let rectifies: Bool
  static var none: LineFinish { LineFinish(bias: nil, rectifies: false) }
}

/// The loops: each takes `runs` runs of `length` neighbouring floats, of which there are at least a vector's.
extension LineTransform {
  /// M · lines.
  func apply(_ lines: SourceLines, to target: TargetLines, runs: Int, length: Int) {
    switch self {
    case .identity: copyLine(lines, to: target, runs: runs, length: length)
    case .input(let matrix):
      switch matrix.places {
      case 4: inputPass4(matrix, lines, target, runs, length)
      case 6: inputPass6(matrix, lines, target, runs, length)
      default: inputPass8(matrix, lines, target, runs, length)
      }
    case .values(let matrix):
      switch (matrix.places, matrix.coefficients) {
      case (4, 2): valuesPass(4, 2, matrix, lines, target, runs, length)
      case (4, 3): valuesPass(4, 3, matrix, lines, target, runs, length)
      case (6, 2): valuesPass(6, 2, matrix, lines, target, runs, length)
      case (6, 3): valuesPass(6, 3, matrix, lines, target, runs, length)
      case (6, 4): valuesPass(6, 4, matrix, lines, target, runs, length)
      case (6, 5): valuesPass(6, 5, matrix, lines, target, runs, length)
      case (8, 2): valuesPass(8, 2, matrix, lines, target, runs, length)
      case (8, 3): valuesPass(8, 3, matrix, lines, target, runs, length)
      case (8, 4): valuesPass(8, 4, matrix, lines, target, runs, length)
      case (8, 5): valuesPass(8, 5, matrix, lines, target, runs, length)
      case (8, 6): valuesPass(8, 6, matrix, lines, target, runs, length)
      default: valuesPass(8, 7, matrix, lines, target, runs, length)
      }
    }
  }

  /// Mᵀ · lines, of which the first `count` lines are stored.
  func applyTransposed(
    _ lines: SourceLines, to target: TargetLines, count: Int, runs: Int, length: Int, _ finish: LineFinish = .none
  ) {
    guard case .values(let matrix) = self else {
      return finishLine(lines, to: target, runs: runs, length: length, finish)
    }
    switch (matrix.places, matrix.coefficients) {
    case (4, 2): sumsPass(4, 2, matrix, lines, target, count, runs, length, finish)
    case (4, 3): sumsPass(4, 3, matrix, lines, target, count, runs, length, finish)
    case (6, 2): sumsPass(6, 2, matrix, lines, target, count, runs, length, finish)
    case (6, 3): sumsPass(6, 3, matrix, lines, target, count, runs, length, finish)
    case (6, 4): sumsPass(6, 4, matrix, lines, target, count, runs, length, finish)
    case (6, 5): sumsPass(6, 5, matrix, lines, target, count, runs, length, finish)
    case (8, 2): sumsPass(8, 2, matrix, lines, target, count, runs, length, finish)
    case (8, 3): sumsPass(8, 3, matrix, lines, target, count, runs, length, finish)
    case (8, 4): sumsPass(8, 4, matrix, lines, target, count, runs, length, finish)
    case (8, 5): sumsPass(8, 5, matrix, lines, target, count, runs, length, finish)
    case (8, 6): sumsPass(8, 6, matrix, lines, target, count, runs, length, finish)
    default: sumsPass(8, 7, matrix, lines, target, count, runs, length, finish)
    }
  }
}

@inline(never)
private func inputPass4(_ matrix: InputMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int)
{
  forEachRun(lines, target, runs, length) { load, store, _ in matrix.apply(places: 4, load, store) }
}

@inline(never)
private func inputPass6(_ matrix: InputMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int)
{
  forEachRun(lines, target, runs, length) { load, store, _ in matrix.apply(places: 6, load, store) }
}

@inline(never)
private func inputPass8(_ matrix: InputMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int)
{
  forEachRun(lines, target, runs, length) { load, store, _ in matrix.apply(places: 8, load, store) }
}

@inline(__always)
private func valuesPass(
  _ places: Int, _ n: Int, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int,
  _ length: Int
) {
  forEachRun(lines, target, runs, length) { load, store, _ in matrix.values(places: places, n: n, load, store) }
}

@inline(__always)
private func sumsPass(
  _ places: Int, _ n: Int, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ count: Int,
  _ runs: Int, _ length: Int, _ finish: LineFinish
) {
  let (bias, floor) = (finish.bias, LineVector(repeating: finish.rectifies ? 0 : -.infinity))
  if bias == nil && !finish.rectifies {
    return forEachRun(lines, target, runs, length) { load, store, _ in
      matrix.sums(places: places, n: n, count: count, load, store)
    }
  }
  forEachRun(lines, target, runs, length) { load, store, i in
    let level = bias.map { octet($0 + i) } ?? LineVector()
    matrix.sums(places: places, n: n, count: count, load) { line, sum in
      let sum = sum + level
      store(line, sum.replacing(with: 0, where: sum .< floor))
    }
  }
}

private func copyLine(_ lines: SourceLines, to target: TargetLines, runs: Int, length: Int) {
  forEachRun(lines, target, runs, length) { load, store, _ in store(0, load(0)) }
}

private func finishLine(_ lines: SourceLines, to target: TargetLines, runs: Int, length: Int, _ finish: LineFinish) {
  let (bias, floor) = (finish.bias, LineVector(repeating: finish.rectifies ? 0 : -.infinity))
  forEachRun(lines, target, runs, length) { load, store, i in
    let sum = load(0) + (bias.map { octet($0 + i) } ?? LineVector())
    store(0, sum.replacing(with: 0, where: sum .< floor))
  }
}

@inline(__always)
private func forEachRun(
  _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int,
  _ body: (_ load: (Int) -> LineVector, _ store: (Int, LineVector) -> Void, _ start: Int) -> Void
) {
  var lines = lines
  var start = target.start
  for _ in 0..<runs {
    forEachOctet(length) { i in
      let (from, to) = (lines, start + i)
      body({ octet(from[$0] + i) }, { Kernels.store($1, to + $0 &* target.pitch) }, i)
    }
    lines.moveOn()
    start += target.step
  }
}
