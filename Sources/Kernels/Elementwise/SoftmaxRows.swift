import Tensors

// Rows of few classes are taken sixteen at a time, a row a lane, so that nothing is added or compared across lanes: images of
// labels have millions of them. Longer rows lie along the lanes. The order of every sum depends on the number of classes alone.

/// Softmax over each row, shifted by the row's maximum so that no exponential overflows. NaN and ∞ make a row NaN.
///
/// - Parameters:
///   - x: (N, classes).
///   - y: as many, overwritten; may be `x` itself.
///   - classes: the length of a row.
public func softmaxRows(_ x: FloatBuffer, into y: MutableFloatBuffer, classes: Int) {
  precondition(x.count == y.count && x.count % classes == 0, "classes do not fit")
  guard let source = x.baseAddress, let target = y.baseAddress else { return }
  if classes <= fewClasses {
    forEachSixteenRows(x.count / classes) { first, rest, columns in
      let peak = readColumns(source + first * classes, classes, rest, into: columns)
      var sum = Lanes()
      for c in 0..<classes {
        columns[c] = decay(peak - columns[c])
        sum += columns[c]
      }
      let share = 1 / sum
      for c in 0..<classes {
        scatter(columns[c] * share, target + (first * classes + c), stride: classes, rest)
      }
    }
  } else {
    for row in stride(from: 0, to: x.count, by: classes) {
      let (x, y) = (source + row, target + row)
      let peak = largest(x, classes)
      var sum = Lanes()
      // Read before anything is written: it may overlap the vector before it.
      let last = decay(peak - load(x + (classes - 16), 16))
      for c in stride(from: 0, through: classes - 16, by: 16) {
        let part = decay(peak - load(x + c, 16))
        store(part, y + c, 16)
        sum += part
      }
      let share = 1 / (sum + withoutOverlap(last, classes)).sum
      for c in stride(from: 0, through: classes - 16, by: 16) { store(load(y + c, 16) * share, y + c, 16) }
      store(last * share, y + (classes - 16), 16)
    }
  }
}

/// The same in place.
public func softmaxRows(_ rows: MutableFloatBuffer, classes: Int) {
  softmaxRows(rows.reading, into: rows, classes: classes)
}

/// The gradient of softmax: with y_i = exp(x_i) / Σ_j exp(x_j), dx_i = y_i (dy_i - Σ_j dy_j y_j).
///
/// - Parameters:
///   - y: what forward gave, (N, classes).
///   - dy: (N, classes).
///   - dx: as many, overwritten; may be `dy` itself.
///   - classes: the length of a row.
func softmaxRowsGradient(y: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer, classes: Int) {
  guard let y = y.baseAddress, let dy = dy.baseAddress, let target = dx.baseAddress else { return }
  if classes <= fewClasses {
    forEachSixteenRows(dx.count / classes) { first, rest, columns in
      var inner = Lanes()
      for c in 0..<classes {
        let place = first * classes + c
        columns[c] = gather(y + place, stride: classes, rest)
        inner = inner.adding(columns[c], gather(dy + place, stride: classes, rest))
      }
      for c in 0..<classes {
        let place = first * classes + c
        let difference = gather(dy + place, stride: classes, rest) - inner
        scatter(columns[c] * difference, target + place, stride: classes, rest)
      }
    }
  } else {
    for row in stride(from: 0, to: dx.count, by: classes) {
      var sum = Lanes()
      for c in stride(from: row, to: row + classes, by: 16) {
        let rest = row + classes - c
        sum = sum.adding(load(y + c, rest), load(dy + c, rest))
      }
      let inner = Lanes(repeating: sum.sum)
      for c in stride(from: row, to: row + classes, by: 16) {
        let rest = row + classes - c
        store(load(y + c, rest) * (load(dy + c, rest) - inner), target + c, rest)
      }
    }
  }
}

/// The logarithm of softmax over each row, to the last digits of what is almost 0.
///
/// - Parameters:
///   - x: (N, classes).
///   - y: as many, overwritten; may be `x` itself.
///   - classes: the length of a row.
public func logSoftmaxRows(_ x: FloatBuffer, into y: MutableFloatBuffer, classes: Int) {
  precondition(x.count == y.count && x.count % classes == 0, "classes do not fit")
  guard let source = x.baseAddress, let target = y.baseAddress else { return }
  if classes <= fewClasses {
    forEachSixteenRows(x.count / classes) { first, rest, columns in
      let (peak, log) = logSum(source + first * classes, classes, rest, columns)
      for c in 0..<classes {
        scatter(columns[c] - peak - log, target + (first * classes + c), stride: classes, rest)
      }
    }
  } else {
    for row in stride(from: 0, to: x.count, by: classes) {
      let (peak, log) = logSum(source + row, classes)
      for c in stride(from: row, to: row + classes, by: 16) {
        let rest = row + classes - c
        store(load(source + c, rest) - peak - log, target + c, rest)
      }
    }
  }
}

/// The gradient of log softmax: with y_i = x_i - log Σ_j exp(x_j), dx_i = dy_i - exp(y_i) Σ_j dy_j.
///
/// Parameters as of `softmaxRowsGradient`.
func logSoftmaxRowsGradient(y: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer, classes: Int) {
  guard let y = y.baseAddress, let dy = dy.baseAddress, let target = dx.baseAddress else { return }
  if classes <= fewClasses {
    forEachSixteenRows(dx.count / classes) { first, rest, columns in
      var sum = Lanes()
      for c in 0..<classes {
        columns[c] = gather(dy + (first * classes + c), stride: classes, rest)
        sum += columns[c]
      }
      for c in 0..<classes {
        let place = first * classes + c
        let share = decay(-gather(y + place, stride: classes, rest))
        scatter(columns[c] - share * sum, target + place, stride: classes, rest)
      }
    }
  } else {
    for row in stride(from: 0, to: dx.count, by: classes) {
      var lanes = Lanes()
      for c in stride(from: row, to: row + classes, by: 16) { lanes += load(dy + c, row + classes - c) }
      let sum = lanes.sum
      for c in stride(from: row, to: row + classes, by: 16) {
        let rest = row + classes - c
        store(load(dy + c, rest) - decay(-load(y + c, rest)) * sum, target + c, rest)
      }
    }
  }
}

/// The maximum of each row and log Σ exp(x - maximum), which keeps its digits where one class outweighs all others.
///
/// - Parameters:
///   - rows: (N, classes).
///   - classes: the length of a row.
///   - peaks: (N,), overwritten.
///   - logs: (N,), overwritten.
public func logSums(_ rows: FloatBuffer, classes: Int, peaks: MutableFloatBuffer, logs: MutableFloatBuffer) {
  precondition(rows.count == peaks.count * classes && logs.count == peaks.count, "a place for each row")
  guard let source = rows.baseAddress, let peaks = peaks.baseAddress, let logs = logs.baseAddress else { return }
  let count = rows.count / classes
  if classes <= fewClasses {
    forEachSixteenRows(count) { first, rest, columns in
      let (peak, log) = logSum(source + first * classes, classes, rest, columns)
      store(peak, peaks + first, rest)
      store(log, logs + first, rest)
    }
  } else {
    for n in 0..<count {
      let (peak, log) = logSum(source + n * classes, classes)
      (peaks[n], logs[n]) = (peak[0], log[0])
    }
  }
}

// MARK: - Rows of few classes

/// Up to so many classes, sixteen rows fit into the first cache and a kilobyte.
private let fewClasses = 16

/// Calls `body` for every sixteen rows: with the first, how many are left, and memory for sixteen columns.
@inline(__always)
private func forEachSixteenRows(
  _ rows: Int, _ body: (_ first: Int, _ rest: Int, _ columns: UnsafeMutablePointer<Lanes>) -> Void
) {
  withUnsafeTemporaryAllocation(of: Lanes.self, capacity: fewClasses) { columns in
    guard let columns = columns.baseAddress else { return }
    for first in stride(from: 0, to: rows, by: 16) { body(first, rows - first, columns) }
  }
}

/// Reads all columns of up to sixteen rows, and gives the rows' maxima.
@inline(__always)
private func readColumns(
  _ x: UnsafePointer<Float>, _ classes: Int, _ rest: Int, into columns: UnsafeMutablePointer<Lanes>
) -> Lanes {
  var peak = Lanes(repeating: -.infinity)
  for c in 0..<classes {
    columns[c] = gather(x + c, stride: classes, rest)
    peak = peak.atLeast(columns[c])
  }
  return peak
}

/// The columns, and of each row the maximum and log Σ exp(x - maximum).
@inline(__always)
private func logSum(
  _ x: UnsafePointer<Float>, _ classes: Int, _ rest: Int, _ columns: UnsafeMutablePointer<Lanes>
) -> (peak: Lanes, log: Lanes) {
  let peak = readColumns(x, classes, rest, into: columns)
  var sum = PeakedSum()
  for c in 0..<classes { sum.add(columns[c], peak) }
  return (peak, logOnePlus(sum.others + (sum.peaks - 1)))
}

// MARK: - Rows of more than sixteen classes

/// The maximum of a row, in all lanes. The last vector overlaps the one before it.
@inline(__always)
private func largest(_ x: UnsafePointer<Float>, _ classes: Int) -> Lanes {
  var peaks = load(x + (classes - 16), 16)
  // Here a NaN would hide what comes after it; the sum shows it all the same.
  for c in stride(from: 0, through: classes - 16, by: 16) { peaks = peaks.atLeast(load(x + c, 16)) }
  var peak = -Float.infinity
  for lane in 0..<16 { peak = peak < peaks[lane] ? peaks[lane] : peak }
  return Lanes(repeating: peak)
}

/// A row's last vector without what the one before has too.
@inline(__always)
private func withoutOverlap(_ last: Lanes, _ classes: Int) -> Lanes {
  last.replacing(with: 0, where: laneNumbers .< Float(16 - classes % 16))
}

private var laneNumbers: Lanes {
  @inline(__always) get { Lanes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
}

/// The maximum of a row and log Σ exp(x - maximum), in all lanes.
@inline(__always)
private func logSum(_ x: UnsafePointer<Float>, _ classes: Int) -> (peak: Lanes, log: Lanes) {
  let peak = largest(x, classes)
  var sum = PeakedSum()
  for c in stride(from: 0, through: classes - 16, by: 16) { sum.add(load(x + c, 16), peak) }
  var last = PeakedSum()
  last.add(load(x + (classes - 16), 16), peak)
  let others = (sum.others + withoutOverlap(last.others, classes)).sum
  let peaks = (sum.peaks + withoutOverlap(last.peaks, classes)).sum
  return (peak, logOnePlus(Lanes(repeating: others + (peaks - 1))))
}

/// Σ exp(x - peak) in two parts: the 1 of the peak would swallow what is much smaller.
private struct PeakedSum {
  var peaks = Lanes()
  var others = Lanes()

  @inline(__always)
  mutating func add(_ x: Lanes, _ peak: Lanes) {
    let isPeak = x .== peak
    peaks += Lanes().replacing(with: 1, where: isPeak)
    others += decay(peak - x).replacing(with: 0, where: isPeak)
  }
}
