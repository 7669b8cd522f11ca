import Files
import Reports
import Runs
import Sweeps

/// A page that puts the best trials of a sweep side by side, as `report` does.
enum SweepReport {
  /// Writes `report.html` into the sweep's folder, where there are trials to compare.
  ///
  /// - Throws: `FileError` when a run cannot be read, or the disk refuses.
  static func write(_ results: [TrialResult], _ folder: SweepFolder) throws {
    let best = results.ranked.filter { $0.failure == nil && $0.value != nil }.prefix(ComparisonReport.mostRuns)
    guard best.count > 1 else { return }
    let reports = try best.map { try RunReport.read(folder.run($0.trial)) { Program.complain($0) }.report }
    try AtomicFile.write(folder.reportPath, text: ComparisonReport(reports, written: ReportWriter.now).html)
  }
}
