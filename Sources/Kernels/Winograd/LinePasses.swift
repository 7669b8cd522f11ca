/// The loops.
extension LineTransform {
  /// M · lines.
  func apply<Source: SourceLines>(_ lines: Source, to target: TargetLines, _ runs: LineRuns) {
    switch self {
    case .identity: copyPass(lines, target, runs)
    case .input(let matrix):
      switch matrix.places {
      case 4: inputPass(Four.self, matrix, lines, target, runs)
      case 6: inputPass(Six.self, matrix, lines, target, runs)
      default: inputPass(Eight.self, matrix, lines, target, runs)
      }
    case .values(let matrix):
      switch (matrix.places, matrix.coefficients) {
      case (4, 2): valuesPass(Four.self, Two.self, matrix, lines, target, runs)
      case (4, 3): valuesPass(Four.self, Three.self, matrix, lines, target, runs)
      case (6, 2): valuesPass(Six.self, Two.self, matrix, lines, target, runs)
      case (6, 3): valuesPass(Six.self, Three.self, matrix, lines, target, runs)
      case (6, 4): valuesPass(Six.self, Four.self, matrix, lines, target, runs)
      case (6, 5): valuesPass(Six.self, Five.self, matrix, lines, target, runs)
      case (8, 2): valuesPass(Eight.self, Two.self, matrix, lines, target, runs)
      case (8, 3): valuesPass(Eight.self, Three.self, matrix, lines, target, runs)
      case (8, 4): valuesPass(Eight.self, Four.self, matrix, lines, target, runs)
      case (8, 5): valuesPass(Eight.self, Five.self, matrix, lines, target, runs)
      case (8, 6): valuesPass(Eight.self, Six.self, matrix, lines, target, runs)
      default: valuesPass(Eight.self, Seven.self, matrix, lines, target, runs)
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
private func inputPass<Places: FixedCount, Source: SourceLines>(
  _: Places.Type, _ matrix: InputMatrix, _ lines: Source, _ target: TargetLines, _ runs: LineRuns
) {
  let last = runs.length &- Vector.scalarCount
  for time in 0..<runs.repeats {
    for run in 0..<runs.count {
      let from = time &* runs.jumps.source &+ run &* runs.steps.source
      let to = time &* runs.jumps.target &+ run &* runs.steps.target
      var start = 0
      while start < runs.length {
        let i = min(start, last)
        start &+= Vector.scalarCount
        target.store(matrix.apply(Places.value, lines.vectors(Places.value, from &+ i)), Places.value, to &+ i)
      }
    }
  }
}

@inline(never)
private func valuesPass<Places: FixedCount, N: FixedCount, Source: SourceLines>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: Source, _ target: TargetLines, _ runs: LineRuns
) {
  let last = runs.length &- Vector.scalarCount
  for time in 0..<runs.repeats {
    for run in 0..<runs.count {
      let from = time &* runs.jumps.source &+ run &* runs.steps.source
      let to = time &* runs.jumps.target &+ run &* runs.steps.target
      var start = 0
      while start < runs.length {
        let i = min(start, last)
        start &+= Vector.scalarCount
        target.store(matrix.values(Places.value, N.value, lines.vectors(N.value, from &+ i)), Places.value, to &+ i)
      }
    }
  }
}

@inline(__always)
private func sumsPass<Places: FixedCount, N: FixedCount>(
  _ places: Places.Type, _ n: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ count: Int,
  _ runs: LineRuns, _ finish: LineFinish
) {
  if count == N.value && finish.bias == nil && !finish.rectifies {
    wholeSumsPass(places, n, matrix, lines, target, runs)
  } else {
    finishedSumsPass(places, n, matrix, lines, target, count, runs, finish)
  }
}

@inline(never)
private func wholeSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ runs: LineRuns
) {
  let last = runs.length &- Vector.scalarCount
  for time in 0..<runs.repeats {
    for run in 0..<runs.count {
      let from = time &* runs.jumps.source &+ run &* runs.steps.source
      let to = time &* runs.jumps.target &+ run &* runs.steps.target
      var start = 0
      while start < runs.length {
        let i = min(start, last)
        start &+= Vector.scalarCount
        target.store(matrix.sums(Places.value, N.value, lines.vectors(Places.value, from &+ i)), N.value, to &+ i)
      }
    }
  }
}

@inline(never)
private func finishedSumsPass<Places: FixedCount, N: FixedCount>(
  _: Places.Type, _: N.Type, _ matrix: PointMatrix, _ lines: EvenLines, _ target: TargetLines, _ count: Int,
  _ runs: LineRuns, _ finish: LineFinish
) {
  let (bias, floor) = (finish.bias, Vector(repeating: finish.rectifies ? 0 : -.infinity))
  let last = runs.length &- Vector.scalarCount
  for time in 0..<runs.repeats {
    for run in 0..<runs.count {
      let from = time &* runs.jumps.source &+ run &* runs.steps.source
      let to = time &* runs.jumps.target &+ run &* runs.steps.target
      var start = 0
      while start < runs.length {
        let i = min(start, last)
        start &+= Vector.scalarCount
        let sums = matrix.sums(Places.value, N.value, lines.vectors(Places.value, from &+ i))
        let level = bias.map { vector($0 + i) } ?? Vector()
        target.store(LineFinish.apply(level, floor, to: sums), min(count, N.value), to &+ i)
      }
    }
  }
}

/// Where there is nothing to transform.
@inline(never)
private func copyPass<Source: SourceLines>(
  _ lines: Source, _ target: TargetLines, _ runs: LineRuns, _ finish: LineFinish = .none
) {
  let (bias, floor) = (finish.bias, Vector(repeating: finish.rectifies ? 0 : -.infinity))
  let last = runs.length &- Vector.scalarCount
  for time in 0..<runs.repeats {
    for run in 0..<runs.count {
      let from = time &* runs.jumps.source &+ run &* runs.steps.source
      let to = time &* runs.jumps.target &+ run &* runs.steps.target
      var start = 0
      while start < runs.length {
        let i = min(start, last)
        start &+= Vector.scalarCount
        let level = bias.map { vector($0 + i) } ?? Vector()
        target.store(LineFinish.apply(level, floor, to: lines.vectors(1, from &+ i)), 1, to &+ i)
      }
    }
  }
}
