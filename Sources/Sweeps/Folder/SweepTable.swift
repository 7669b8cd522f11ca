import Files
import KerasFiles
import Runs

/// What came of a sweep, the best trial first.
package struct SweepTable {
  /// The names of the columns.
  package let header: [String]
  /// A row for each trial.
  package let rows: [[String]]

  /// Puts `results` in order; `trials` tells the values, `varied` the order of their options.
  package init(_ results: [TrialResult], trials: [Trial], varied: [String]) {
    let monitor = results.lazy.compactMap(\.monitor).first ?? "value"
    header = ["trial"] + varied + ["epochs", monitor, "best epoch", "seconds", "failure"]
    rows = results.ranked.map { result in
      let values = trials[result.trial - 1].values
      return ["\(result.trial)"] + varied.map { values[$0]?.word ?? "" }
        + ["\(result.epochs)", result.value.map { "\($0)" } ?? "", result.bestEpoch.map { "\($0)" } ?? ""]
        + ["\((result.seconds * 1000).rounded() / 1000)", result.failure.map { "\($0.code): \($0.reason)" } ?? ""]
    }
  }

  /// The table as RFC 4180 has it, but for the ends of lines, which are those of this system.
  package var csv: String {
    ([header.map { $0.replacing(" ", with: "_") }] + rows).map(\.commaSeparated).joined()
  }
}

/// A trial at a rung: a line of `sweep.jsonl`.
package struct SweepRecord: Codable, Equatable, Sendable {
  /// Which rung, from 1.
  package let rung: Int
  /// The trial's options that vary.
  package let values: [String: JSONValue]
  /// How it has done.
  package let result: TrialResult

  /// How `trial` has done at `rung`.
  package init(rung: Int, trial: Trial, result: TrialResult) {
    (self.rung, values, self.result) = (rung, trial.values, result)
  }
}

extension SweepFolder {
  /// Writes `sweep.jsonl` and `sweep.csv` anew.
  ///
  /// - Throws: `FileError` when the disk refuses.
  package func save(_ records: [SweepRecord], _ table: SweepTable) throws {
    try AtomicFile.write(recordsPath, text: try records.map { try JSON.line($0) + "\n" }.joined())
    try AtomicFile.write(tablePath, text: table.csv)
  }
}
