import Files
import Glibc

extension RunFolder {
  /// Calls `step` and `epoch` with what a run has measured, in its order. Of very many steps some are left out, evenly: so many
  /// are enough to draw a curve.
  ///
  /// - Parameters:
  ///   - mostSteps: about how many steps are read at most.
  ///   - step: hears of each of them.
  ///   - epoch: hears of each epoch.
  /// - Throws: `FileError` when the metrics cannot be read; where there are none, nothing is called.
  public func readMetrics(
    mostSteps: Int = 4000, step: (StepMetrics) -> Void, epoch: (EpochMetrics) -> Void
  ) throws(FileError) {
    guard access(metricsPath, F_OK) == 0 else { return }
    let lines = try LineLog.lines(in: metricsPath)
    let stride = max(1, lines.count / mostSteps)
    for (index, line) in lines.enumerated() {
      if line.contains("\"kind\":\"epoch\"") {
        if let metrics = try? JSON.decode(EpochMetrics.self, line) { epoch(metrics) }
      } else if index % stride == 0 || index == lines.count - 1 {
        if let metrics = try? JSON.decode(StepMetrics.self, line) { step(metrics) }
      }
    }
  }
}
