/// The loops.
extension LineTransform {
  /// M · lines.
  func apply<Source: SourceLines>(_ lines: Source, to target: TargetLines, _ runs: LineRuns) {
    switch self {
    case .identity: copyPass(lines, target, runs)
    case .input(let matrix):
      switch matrix.places {
      case 4: placesPass(Four.self, Four.self, matrix, lines, target, runs)
      case 6: placesPass(Six.self, Six.self, matrix, lines, target, runs)
      default: placesPass(Eight.self, Eight.self, matrix, lines, target, runs)
      }
    case .values(let matrix):
      switch (matrix.places, matrix.coefficients) {
      case (4, 2): placesPass(Four.self, Two.self, matrix, lines, target, runs)
      case (4, 3): placesPass(Four.self, Three.self, matrix, lines, target, runs)
      case (6, 2): placesPass(Six.self, Two.self, matrix, lines, target, runs)
      case (6, 3): placesPass(Six.self, Three.self, matrix, lines, target, runs)
      case (6, 4): placesPass(Six.self, Four.self, matrix, lines, target, runs)
      case (6, 5): placesPass(Six.self, Five.self, matrix, lines, target, runs)
      case (8, 2): placesPass(Eight.self, Two.self, matrix, lines, target, runs)
      case (8, 3): placesPass(Eight.self, Three.self, matrix, lines, target, runs)
      case (8, 4): placesPass(Eight.self, Four.self, matrix, lines, target, runs)
      case (8, 5): placesPass(Eight.self, Five.self, matrix, lines, target, runs)
      case (8, 6): placesPass(Eight.self, Six.self, matrix, lines, target, runs)
      default: placesPass(Eight.self, Seven.self, matrix, lines, target, runs)
      }
    }
  }

  /// Mᵀ · lines, of which the first `count` lines are stored.
  func applyTransposed(
    _ lines: EvenLines, to target: TargetLines, count: Int, _ runs: LineRuns, _ finish: LineFinish = .none
  ) {
    guard case .values(let matrix) = self else { return copyPass(lines, target, runs, finish) }
    switch (matrix.places, matrix.coefficients) {
    case (4, 2): sumsPass(Four.self, Two.self, matrix, lines, target, count, runs, finish)
    case (4, 3): sumsPass(Four.self, Three.self, matrix, lines, target, count, runs, finish)
    case (6, 2): sumsPass(Six.self, Two.self, matrix, lines, target, count, runs, finish)
    case (6, 3): sumsPass(Six.self, Three.self, matrix, lines, target, count, runs, finish)
    case (6, 4): sumsPass(Six.self, Four.self, matrix, lines, target, count, runs, finish)
    case (6, 5): sumsPass(Six.self, Five.self, matrix, lines, target, count, runs, finish)
    case (8, 2): sumsPass(Eight.self, Two.self, matrix, lines, target, count, runs, finish)
    case (8, 3): sumsPass(Eight.self, Three.self, matrix, lines, target, count, runs, finish)
    case (8, 4): sumsPass(Eight.self, Four.self, matrix, lines, target, count, runs, finish)
    case (8, 5): sumsPass(Eight.self, Five.self, matrix, lines, target, count, runs, finish)
    case (8, 6): sumsPass(Eight.self, Six.self, matrix, lines, target, count, runs, finish)
    default: sumsPass(Eight.self, Seven.self, matrix, lines, target, count, runs, finish)
    }
  }
}

@inline(never)
private func placesPass<Places: FixedCount, N: FixedCount, M: PlacesMatrix, Source: SourceLines>(
  _: Places.Type, _: N.Type, _ matrix: M, _ lines: Source, _ target: TargetLines, _ runs: LineRuns
) {
  runs.forEachVector { from, to, _ in
    target.store(matrix.transform(Places.value, N.value, lines.vectors(N.value, from)), Places.value, to)
  }
}

@inline(__always)
private func sumsPass<Places: FixedCount, N: FixedCount>(
  _ places: Places.Type, _ n: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ count: Int,
  _ runs: LineRuns, _ finish: LineFinish
) {
  if count == N.value && finish.isNone {
    sumsPass(places, n, matrix, lines, target, runs, PlainEnding())
  } else {
    sumsPass(places, n, matrix, lines, target, runs, FinishedEnding(finish, count: count))
  }
}

@inline(never)
private func sumsPass<Places: FixedCount, N: FixedCount, Ending: LineEnding>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ runs: LineRuns,
  _ ending: Ending
) {
  runs.forEachVector { from, to, i in
    ending.store(matrix.sums(Places.value, N.value, lines.vectors(Places.value, from)), N.value, target, to, i)
  }
}

/// Where there is nothing to transform.
@inline(never)
private func copyPass<Source: SourceLines>(
  _ lines: Source, _ target: TargetLines, _ runs: LineRuns, _ finish: LineFinish = .none
) {
  let ending = FinishedEnding(finish, count: 1)
  runs.forEachVector { from, to, i in ending.store(lines.vectors(1, from), 1, target, to, i) }
}
