import Glibc
import Tensors

/// Softmax over each row in place, shifted by the row's maximum so that no exponential overflows.
///
/// - Parameters:
///   - rows: (N, classes).
///   - classes: the length of a row.
public func softmaxRows(_ rows: MutableFloatBuffer, classes: Int) {
  for start in stride(from: 0, to: rows.count, by: classes) {
    let row = rows.part(start..<start + classes)
    let peak = row.max() ?? 0
    var sum: Float = 0
    for c in 0..<classes {
      row[c] = expf(row[c] - peak)
      sum += row[c]
    }
    for c in 0..<classes { row[c] /= sum }
  }
}

/// The logarithm of softmax over each row in place, shifted by the row's maximum.
///
/// - Parameters:
///   - rows: (N, classes).
///   - classes: the length of a row.
public func logSoftmaxRows(_ rows: MutableFloatBuffer, classes: Int) {
  for start in stride(from: 0, to: rows.count, by: classes) {
    let row = rows.part(start..<start + classes)
    let peak = row.max() ?? 0
    var sum: Float = 0
    for c in 0..<classes { sum += expf(row[c] - peak) }
    let shift = peak + logf(sum)
    for c in 0..<classes { row[c] -= shift }
  }
}
