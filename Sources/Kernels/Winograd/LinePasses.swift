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

  /// A vector of each of the first `count` lines, from float `i` of the run on.
  @inline(__always)
  func vectors(_ count: Int, _ i: Int) -> LineVectors {
    (
      octet(starts.0 + i), count > 1 ? octet(starts.1 + i) : .zero, count > 2 ? octet(starts.2 + i) : .zero,
      count > 3 ? octet(starts.3 + i) : .zero, count > 4 ? octet(starts.4 + i) : .zero,
      count > 5 ? octet(starts.5 + i) : .zero, count > 6 ? octet(starts.6 + i) : .zero,
      count > 7 ? octet(starts.7 + i) : .zero
    )
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
  private(set) var start: UnsafeMutablePointer<Float>
  /// The floats from one line to the next.
  let pitch: Int
  /// How far all of them move on from one run of floats to the next.
  let step: Int

  init(start: UnsafeMutablePointer<Float>, pitch: Int, step: Int) {
    (self.start, self.pitch, self.step) = (start, pitch, step)
  }

  /// Writes a vector to each of the first `count` lines, from float `i` of the run on.
  @inline(__always)
  func store(_ vectors: LineVectors, _ count: Int, _ i: Int) {
    let to = start + i
    Kernels.store(vectors.0, to)
    if count > 1 { Kernels.store(vectors.1, to + pitch) }
    if count > 2 { Kernels.store(vectors.2, to + 2 &* pitch) }
    if count > 3 { Kernels.store(vectors.3, to + 3 &* pitch) }
    if count > 4 { Kernels.store(vectors.4, to + 4 &* pitch) }
    if count > 5 { Kernels.store(vectors.5, to + 5 &* pitch) }
    if count > 6 { Kernels.store(vectors.6, to + 6 &* pitch) }
    if count > 7 { Kernels.store(vectors.7, to + 7 &* pitch) }
  }

  @inline(__always)
  mutating func moveOn() { start += step }
}

/// What becomes of sums before they are stored.
struct LineFinish {
  /// Added to each run; nil for nothing.
  let bias: UnsafePointer<Float>?
  /// Whether nothing is left below 0 (but NaN).
  let rectifies: Bool
  static var none: LineFinish { LineFinish(bias: nil, rectifies: false) }

  @inline(__always)
  static func apply(_ level: LineVector, _ floor: LineVector, to sums: LineVectors) -> LineVectors {
    (
      apply(level, floor, sums.0), apply(level, floor, sums.1), apply(level, floor, sums.2), apply(level, floor, sums.3),
      apply(level, floor, sums.4), apply(level, floor, sums.5), apply(level, floor, sums.6), .zero
    )
  }

  @inline(__always)
  private static func apply(_ level: LineVector, _ floor: LineVector, _ value: LineVector) -> LineVector {
    let sum = value + level
    return sum.replacing(with: 0, where: sum .< floor)
  }
}

/// The loops: each takes `runs` runs of `length` neighbouring floats, of which there are at least a vector's.
extension LineTransform {
  /// M · lines.
  func apply(_ lines: SourceLines, to target: TargetLines, runs: Int, length: Int) {
    switch self {
    case .identity: copyPass(lines, target, runs, length)
    case .input(let matrix):
      switch matrix.places {
      case 4: inputPass(Four.self, matrix, lines, target, runs, length)
      case 6: inputPass(Six.self, matrix, lines, target, runs, length)
      default: inputPass(Eight.self, matrix, lines, target, runs, length)
      }
    case .values(let matrix):
      switch (matrix.places, matrix.coefficients) {
      case (4, 2): valuesPass(Four.self, Two.self, matrix, lines, target, runs, length)
      case (4, 3): valuesPass(Four.self, Three.self, matrix, lines, target, runs, length)
      case (6, 2): valuesPass(Six.self, Two.self, matrix, lines, target, runs, length)
      case (6, 3): valuesPass(Six.self, Three.self, matrix, lines, target, runs, length)
      case (6, 4): valuesPass(Six.self, Four.self, matrix, lines, target, runs, length)
      case (6, 5): valuesPass(Six.self, Five.self, matrix, lines, target, runs, length)
      case (8, 2): valuesPass(Eight.self, Two.self, matrix, lines, target, runs, length)
      case (8, 3): valuesPass(Eight.self, Three.self, matrix, lines, target, runs, length)
      case (8, 4): valuesPass(Eight.self, Four.self, matrix, lines, target, runs, length)
      case (8, 5): valuesPass(Eight.self, Five.self, matrix, lines, target, runs, length)
      case (8, 6): valuesPass(Eight.self, Six.self, matrix, lines, target, runs, length)
      default: valuesPass(Eight.self, Seven.self, matrix, lines, target, runs, length)
      }
    }
  }

  /// Mᵀ · lines, of which the first `count` lines are stored.
  func applyTransposed(
    _ lines: SourceLines, to target: TargetLines, count: Int, runs: Int, length: Int, _ finish: LineFinish = .none
  ) {
    guard case .values(let matrix) = self else { return copyPass(lines, target, runs, length, finish) }
    switch (matrix.places, matrix.coefficients) {
    case (4, 2): sumsPass(Four.self, Two.self, matrix, lines, target, count, runs, length, finish)
    case (4, 3): sumsPass(Four.self, Three.self, matrix, lines, target, count, runs, length, finish)
    case (6, 2): sumsPass(Six.self, Two.self, matrix, lines, target, count, runs, length, finish)
    case (6, 3): sumsPass(Six.self, Three.self, matrix, lines, target, count, runs, length, finish)
    case (6, 4): sumsPass(Six.self, Four.self, matrix, lines, target, count, runs, length, finish)
    case (6, 5): sumsPass(Six.self, Five.self, matrix, lines, target, count, runs, length, finish)
    case (8, 2): sumsPass(Eight.self, Two.self, matrix, lines, target, count, runs, length, finish)
    case (8, 3): sumsPass(Eight.self, Three.self, matrix, lines, target, count, runs, length, finish)
    case (8, 4): sumsPass(Eight.self, Four.self, matrix, lines, target, count, runs, length, finish)
    case (8, 5): sumsPass(Eight.self, Five.self, matrix, lines, target, count, runs, length, finish)
    case (8, 6): sumsPass(Eight.self, Six.self, matrix, lines, target, count, runs, length, finish)
    default: sumsPass(Eight.self, Seven.self, matrix, lines, target, count, runs, length, finish)
    }
  }
}

@inline(never)
private func inputPass<Places: FixedCount>(
  _: Places.Type, _ matrix: InputMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int
) {
  var (lines, target) = (lines, target)
  for _ in 0..<runs {
    for start in stride(from: 0, to: length, by: LineVector.scalarCount) {
      let i = min(start, length &- LineVector.scalarCount)
      target.store(matrix.apply(Places.value, lines.vectors(Places.value, i)), Places.value, i)
    }
    lines.moveOn()
    target.moveOn()
  }
}

@inline(never)
private func valuesPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int,
  _ length: Int
) {
  var (lines, target) = (lines, target)
  for _ in 0..<runs {
    for start in stride(from: 0, to: length, by: LineVector.scalarCount) {
      let i = min(start, length &- LineVector.scalarCount)
      target.store(matrix.values(Places.value, N.value, lines.vectors(N.value, i)), Places.value, i)
    }
    lines.moveOn()
    target.moveOn()
  }
}

@inline(__always)
private func sumsPass<Places: FixedCount, N: FixedCount>(
  _ places: Places.Type, _ n: N.Type, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ count: Int,
  _ runs: Int, _ length: Int, _ finish: LineFinish
) {
  if count == N.value && finish.bias == nil && !finish.rectifies {
    wholeSumsPass(places, n, matrix, lines, target, runs, length)
  } else {
    finishedSumsPass(places, n, matrix, lines, target, count, runs, length, finish)
  }
}

@inline(never)
private func wholeSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ runs: Int,
  _ length: Int
) {
  var (lines, target) = (lines, target)
  for _ in 0..<runs {
    for start in stride(from: 0, to: length, by: LineVector.scalarCount) {
      let i = min(start, length &- LineVector.scalarCount)
      target.store(matrix.sums(Places.value, N.value, lines.vectors(Places.value, i)), N.value, i)
    }
    lines.moveOn()
    target.moveOn()
  }
}

@inline(never)
private func finishedSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: SourceLines, _ target: TargetLines, _ count: Int,
  _ runs: Int, _ length: Int, _ finish: LineFinish
) {
  let (bias, floor) = (finish.bias, LineVector(repeating: finish.rectifies ? 0 : -.infinity))
  var (lines, target) = (lines, target)
  for _ in 0..<runs {
    for start in stride(from: 0, to: length, by: LineVector.scalarCount) {
      let i = min(start, length &- LineVector.scalarCount)
      let sums = matrix.sums(Places.value, N.value, lines.vectors(Places.value, i))
      let level = bias.map { octet($0 + i) } ?? LineVector()
      target.store(LineFinish.apply(level, floor, to: sums), min(count, N.value), i)
    }
    lines.moveOn()
    target.moveOn()
  }
}

/// Where there is nothing to transform.
@inline(never)
private func copyPass(
  _ lines: SourceLines, _ target: TargetLines, _ runs: Int, _ length: Int, _ finish: LineFinish = .none
) {
  let (bias, floor) = (finish.bias, LineVector(repeating: finish.rectifies ? 0 : -.infinity))
  var (lines, target) = (lines, target)
  for _ in 0..<runs {
    for start in stride(from: 0, to: length, by: LineVector.scalarCount) {
      let i = min(start, length &- LineVector.scalarCount)
      let level = bias.map { octet($0 + i) } ?? LineVector()
      target.store(LineFinish.apply(level, floor, to: lines.vectors(1, i)), 1, i)
    }
    lines.moveOn()
    target.moveOn()
  }
}
