/// Where rows and columns of a tile have the same matrix, of at most six places, both are transformed at once: what lies between
/// stays in registers or on the stack, and arithmetic runs on while the places' memory is waited for. The loops are written out:
/// by way of `LineRuns.forEachVector` they take a quarter longer.
extension LineTransform {
  /// M · tile · Mᵀ: place (row, column) is line row · α + column of `target`.
  ///
  /// - Parameters:
  ///   - lines: the tile's rows.
  ///   - column: the floats from one column to the next.
  ///   - runs: a run for each tile.
  func applyToSquares(_ lines: ScatteredLines, column: Int, to target: TargetLines, _ runs: LineRuns) {
    switch self {
    case .identity: preconditionFailure("nothing to transform")
    case .input(let matrix):
      switch matrix.places {
      case 4: squarePass(Four.self, Four.self, matrix, lines, column, target, runs)
      default: squarePass(Six.self, Six.self, matrix, lines, column, target, runs)
      }
    case .values(let matrix):
      switch (matrix.places, matrix.coefficients) {
      case (4, 2): squarePass(Four.self, Two.self, matrix, lines, column, target, runs)
      case (4, 3): squarePass(Four.self, Three.self, matrix, lines, column, target, runs)
      case (6, 2): squarePass(Six.self, Two.self, matrix, lines, column, target, runs)
      case (6, 3): squarePass(Six.self, Three.self, matrix, lines, column, target, runs)
      default: squarePass(Six.self, Four.self, matrix, lines, column, target, runs)
      }
    }
  }

  /// Mᵀ · places · M, of which the columns are lines of `target`.
  ///
  /// - Parameters:
  ///   - places: place (row, column) is line row · α + column.
  ///   - line: the floats from one row of the target to the next.
  ///   - runs: a run for each tile.
  func applyTransposedToSquares(
    _ places: EvenLines, to target: TargetLines, line: Int, _ runs: LineRuns, _ finish: LineFinish = .none
  ) {
    guard case .values(let matrix) = self else { preconditionFailure("nothing to transform") }
    switch (matrix.places, matrix.coefficients) {
    case (4, 2): squareSumsPass(Four.self, Two.self, matrix, places, target, line, runs, finish)
    case (4, 3): squareSumsPass(Four.self, Three.self, matrix, places, target, line, runs, finish)
    case (6, 2): squareSumsPass(Six.self, Two.self, matrix, places, target, line, runs, finish)
    case (6, 3): squareSumsPass(Six.self, Three.self, matrix, places, target, line, runs, finish)
    default: squareSumsPass(Six.self, Four.self, matrix, places, target, line, runs, finish)
    }
  }
}

private let none = Vector.zero
private let noVectors: LineVectors = (none, none, none, none, none, none, none, none)

@inline(never)
private func squarePass<Places: FixedCount, N: FixedCount, M: PlacesMatrix>(
  _: Places.Type, _: N.Type, _ matrix: M, _ lines: ScatteredLines, _ column: Int, _ target: TargetLines,
  _ runs: LineRuns
) {
  let (p, n, line) = (Places.value, N.value, Places.value &* target.pitch)
  let last = runs.length &- Vector.scalarCount
  for run in 0..<runs.count {
    var start = 0
    while start < runs.length {
      let i = min(start, last)
      start &+= Vector.scalarCount
      let (at, to) = (run &* runs.steps.source &+ i, run &* runs.steps.target &+ i)
      let a = matrix.transform(p, n, lines.vectors(n, at))
      let b = matrix.transform(p, n, lines.vectors(n, at &+ column))
      let c = n > 2 ? matrix.transform(p, n, lines.vectors(n, at &+ 2 &* column)) : noVectors
      let d = n > 3 ? matrix.transform(p, n, lines.vectors(n, at &+ 3 &* column)) : noVectors
      let e = n > 4 ? matrix.transform(p, n, lines.vectors(n, at &+ 4 &* column)) : noVectors
      let f = n > 5 ? matrix.transform(p, n, lines.vectors(n, at &+ 5 &* column)) : noVectors
      target.store(matrix.transform(p, n, (a.0, b.0, c.0, d.0, e.0, f.0, none, none)), p, to)
      target.store(matrix.transform(p, n, (a.1, b.1, c.1, d.1, e.1, f.1, none, none)), p, to &+ line)
      target.store(matrix.transform(p, n, (a.2, b.2, c.2, d.2, e.2, f.2, none, none)), p, to &+ 2 &* line)
      target.store(matrix.transform(p, n, (a.3, b.3, c.3, d.3, e.3, f.3, none, none)), p, to &+ 3 &* line)
      if p > 4 { target.store(matrix.transform(p, n, (a.4, b.4, c.4, d.4, e.4, f.4, none, none)), p, to &+ 4 &* line) }
      if p > 5 { target.store(matrix.transform(p, n, (a.5, b.5, c.5, d.5, e.5, f.5, none, none)), p, to &+ 5 &* line) }
    }
  }
}

@inline(__always)
private func squareSumsPass<Places: FixedCount, N: FixedCount>(
  _ p: Places.Type, _ n: N.Type, _ matrix: PointMatrix, _ places: EvenLines, _ target: TargetLines, _ line: Int,
  _ runs: LineRuns, _ finish: LineFinish
) {
  if finish.isNone {
    plainSquareSumsPass(p, n, matrix, places, target, line, runs)
  } else {
    finishedSquareSumsPass(p, n, matrix, places, target, line, runs, finish)
  }
}

@inline(never)
private func plainSquareSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ line: Int,
  _ runs: LineRuns
) {
  let (p, n, pitch) = (Places.value, N.value, lines.pitch)
  let places = EvenLines(start: lines.start, pitch: p &* pitch)
  let last = runs.length &- Vector.scalarCount
  for run in 0..<runs.count {
    var start = 0
    while start < runs.length {
      let i = min(start, last)
      start &+= Vector.scalarCount
      let (at, to) = (run &* runs.steps.source &+ i, run &* runs.steps.target &+ i)
      let a = matrix.sums(p, n, places.vectors(p, at))
      let b = matrix.sums(p, n, places.vectors(p, at &+ pitch))
      let c = matrix.sums(p, n, places.vectors(p, at &+ 2 &* pitch))
      let d = matrix.sums(p, n, places.vectors(p, at &+ 3 &* pitch))
      let e = p > 4 ? matrix.sums(p, n, places.vectors(p, at &+ 4 &* pitch)) : noVectors
      let f = p > 5 ? matrix.sums(p, n, places.vectors(p, at &+ 5 &* pitch)) : noVectors
      target.store(matrix.sums(p, n, (a.0, b.0, c.0, d.0, e.0, f.0, none, none)), n, to)
      target.store(matrix.sums(p, n, (a.1, b.1, c.1, d.1, e.1, f.1, none, none)), n, to &+ line)
      if n > 2 { target.store(matrix.sums(p, n, (a.2, b.2, c.2, d.2, e.2, f.2, none, none)), n, to &+ 2 &* line) }
      if n > 3 { target.store(matrix.sums(p, n, (a.3, b.3, c.3, d.3, e.3, f.3, none, none)), n, to &+ 3 &* line) }
    }
  }
}

@inline(never)
private func finishedSquareSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ line: Int,
  _ runs: LineRuns, _ finish: LineFinish
) {
  let (p, n, pitch) = (Places.value, N.value, lines.pitch)
  let places = EvenLines(start: lines.start, pitch: p &* pitch)
  let (bias, floor) = (finish.bias, Vector(repeating: finish.rectifies ? 0 : -.infinity))
  let last = runs.length &- Vector.scalarCount
  for run in 0..<runs.count {
    var start = 0
    while start < runs.length {
      let i = min(start, last)
      start &+= Vector.scalarCount
      let (at, to) = (run &* runs.steps.source &+ i, run &* runs.steps.target &+ i)
      let level = bias.map { vector($0 + i) } ?? Vector()
      let a = matrix.sums(p, n, places.vectors(p, at))
      let b = matrix.sums(p, n, places.vectors(p, at &+ pitch))
      let c = matrix.sums(p, n, places.vectors(p, at &+ 2 &* pitch))
      let d = matrix.sums(p, n, places.vectors(p, at &+ 3 &* pitch))
      let e = p > 4 ? matrix.sums(p, n, places.vectors(p, at &+ 4 &* pitch)) : noVectors
      let f = p > 5 ? matrix.sums(p, n, places.vectors(p, at &+ 5 &* pitch)) : noVectors
      target.store(
        LineFinish.apply(level, floor, to: matrix.sums(p, n, (a.0, b.0, c.0, d.0, e.0, f.0, none, none))), n, to)
      target.store(
        LineFinish.apply(level, floor, to: matrix.sums(p, n, (a.1, b.1, c.1, d.1, e.1, f.1, none, none))), n, to &+ line
      )
      if n > 2 {
        target.store(
          LineFinish.apply(level, floor, to: matrix.sums(p, n, (a.2, b.2, c.2, d.2, e.2, f.2, none, none))), n,
          to &+ 2 &* line)
      }
      if n > 3 {
        target.store(
          LineFinish.apply(level, floor, to: matrix.sums(p, n, (a.3, b.3, c.3, d.3, e.3, f.3, none, none))), n,
          to &+ 3 &* line)
      }
    }
  }
}
