/// What the gradients of up to three by three taps are summed over, for a vector of channels: a block of places under which a
/// tile of the input lies.
struct TapGradients {
  /// The places.
  let (lines, columns): (Int, Int)
  /// The floats from the input of one line of places to the next, and from one place of a line to the next.
  let (lineStep, step): (Int, Int)
  /// The floats from one tap to the one below and to the one beside.
  let (rowStep, tapStep): (Int, Int)
  /// The output's gradient under the first place, and its end, beyond which nothing is read.
  let (gradient, end): (UnsafePointer<Float>, UnsafePointer<Float>)
  /// The floats from one line of it to the next, and from one place to the next.
  let (gradientLine, channels): (Int, Int)

  /// The same places, of the channels from `channel` on.
  func from(_ channel: Int) -> TapGradients {
    TapGradients(
      lines: lines, columns: columns, lineStep: lineStep, step: step, rowStep: rowStep, tapStep: tapStep,
      gradient: gradient + channel, end: end, gradientLine: gradientLine, channels: channels)
  }

  /// Calls `body` with the sum of each tap, `Σ x[i + tap] · dy[i]` over the places in order, and with its row and column.
  ///
  /// - Parameters:
  ///   - x: under the first place, the first of these taps.
  ///   - rows: how many rows of taps, up to three.
  ///   - taps: how many taps of each, up to three.
  @inline(__always)
  func sum(
    _ x: UnsafePointer<Float>, rows: Int, taps: Int, _ body: (_ sum: Vector, _ row: Int, _ tap: Int) -> Void
  ) {
    switch rows {
    case 1: sumRows(x, 1, taps, body)
    case 2: sumRows(x, 2, taps, body)
    default: sumRows(x, 3, taps, body)
    }
  }

  /// Compiled for each number of rows; taps that are too many are the first again.
  @inline(__always)
  private func sumRows(
    _ x: UnsafePointer<Float>, _ rows: Int, _ taps: Int, _ body: (_ sum: Vector, _ row: Int, _ tap: Int) -> Void
  ) {
    var (a0, a1, a2, b0, b1, b2) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
    var (c0, c1, c2) = (Vector(), Vector(), Vector())
    let (second, third) = (taps > 1 ? tapStep : 0, taps > 2 ? 2 * tapStep : 0)
    for line in 0..<lines {
      var (first, dy) = (x + line &* lineStep, gradient + line &* gradientLine)
      for _ in 0..<columns {
        let d = vector(dy, end - dy)
        a0 = a0.adding(d, vector(first))
        a1 = a1.adding(d, vector(first + second))
        a2 = a2.adding(d, vector(first + third))
        if rows > 1 {
          let below = first + rowStep
          b0 = b0.adding(d, vector(below))
          b1 = b1.adding(d, vector(below + second))
          b2 = b2.adding(d, vector(below + third))
        }
        if rows > 2 {
          let below = first + 2 &* rowStep
          c0 = c0.adding(d, vector(below))
          c1 = c1.adding(d, vector(below + second))
          c2 = c2.adding(d, vector(below + third))
        }
        first += step
        dy += channels
      }
    }
    func finish(_ row: Int, _ s0: Vector, _ s1: Vector, _ s2: Vector) {
      body(s0, row, 0)
      if taps > 1 { body(s1, row, 1) }
      if taps > 2 { body(s2, row, 2) }
    }
    finish(0, a0, a1, a2)
    if rows > 1 { finish(1, b0, b1, b2) }
    if rows > 2 { finish(2, c0, c1, c2) }
  }
}
