import Files

/// What a run wrote down of its steps, to check a step that was computed again.
package struct StepRecords {
  private let journal: Journal?
  private let metrics: [Int: StepMetrics]

  /// Reads the journal and the metrics of the run in `folder`, where they are; a run without metrics has lost them.
  ///
  /// - Throws: `FileError` when one of them cannot be read.
  package init(_ folder: RunFolder) throws(FileError) {
    journal = try folder.journal()
    var metrics: [Int: StepMetrics] = [:]
    var lines: [String] = []
    do {
      lines = try LineLog.lines(in: folder.metricsPath)
    } catch {
      guard error.kind == .missing else { throw error }
      Remark.make(.losses, "\(folder.metricsPath): is gone: nothing is compared with it")
    }
    for (index, line) in lines.enumerated() {
      do {
        guard try JSON.decode(Kind.self, line).kind == "step" else { continue }
        let step = try JSON.decode(StepMetrics.self, line)
        metrics[step.step] = step
      } catch {
        throw FileError(.malformed, folder.metricsPath, "line \(index + 1) cannot be read as metrics: \(error)")
      }
    }
    self.metrics = metrics
  }

  /// The last step of the metrics; nil for none.
  package var lastStep: Int? { metrics.keys.max() }

  private struct Kind: Decodable {
    let kind: String
  }

  /// Compares a checkpoint's values with the journal.
  package func check(values: JournalEntry) throws(FileError) -> ReplayCheck {
    guard let recorded = try journal?.entryIfPresent(values.step) else { return ReplayCheck(values.step, [], []) }
    let difference = values.difference(from: recorded, in: [.value])
    return ReplayCheck(values.step, ["journal"], difference.map { ["\($0)"] } ?? [])
  }

  /// Compares a step's hashes with the journal, and its loss and accuracy with the metrics.
  package func check(_ entry: JournalEntry, _ step: StepMetrics) throws(FileError) -> ReplayCheck {
    var (sources, findings): ([String], [String]) = ([], [])
    if let recorded = try journal?.entryIfPresent(entry.step) {
      sources.append("journal")
      if let difference = entry.difference(from: recorded) { findings.append("\(difference)") }
    }
    if let recorded = metrics[entry.step] {
      sources.append("metrics")
      let measured =
        [("loss", step.loss, recorded.loss)]
        + [("accuracy", step.accuracy, recorded.accuracy)].compactMap {
          if let found = $0.1, let expected = $0.2 { ($0.0, found, expected) } else { nil }
        }
      for (name, found, expected) in measured where found != expected && !(found.isNaN && expected.isNaN) {
        findings.append("the \(name) is \(found), not \(expected)")
      }
    }
    return ReplayCheck(entry.step, sources, findings)
  }
}

/// How a recomputed step compares with what its run wrote down of it.
public struct ReplayCheck: Equatable, Sendable {
  /// Which step.
  public let step: Int
  /// Who tells of it: `journal`, `metrics`.
  public let sources: [String]
  /// What differs, each as `the gradient of conv2d/kernel is 12…, not 34…`.
  public let findings: [String]

  init(_ step: Int, _ sources: [String], _ findings: [String]) {
    (self.step, self.sources, self.findings) = (step, sources, findings)
  }
}

extension Journal {
  /// The account of a step; nil where the journal does not tell of it.
  fileprivate func entryIfPresent(_ step: Int) throws(FileError) -> JournalEntry? {
    steps.contains(step) ? try entry(step) : nil
  }
}
