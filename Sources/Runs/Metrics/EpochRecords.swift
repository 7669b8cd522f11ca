import Files

/// What a run wrote down of its epochs.
package struct EpochRecords {
  /// An epoch, and the step after which it was done.
  package struct Record {
    package let metrics: EpochMetrics
    package let step: Int
  }

  /// In their order.
  package let all: [Record]

  /// Reads the metrics of the run in `folder`; a run that has lost them tells of none. A line that cannot be read, and what
  /// follows it, is the torn end of a crash, which a resumption will write again.
  ///
  /// - Throws: `FileError` when they cannot be read.
  package init(_ folder: RunFolder) throws(FileError) {
    var lines: [String] = []
    do {
      lines = try LineLog.lines(in: folder.metricsPath)
    } catch {
      guard error.kind == .missing else { throw error }
    }
    var (all, step) = ([Record](), 0)
    for line in lines {
      guard let head = try? JSON.decode(Head.self, line) else { break }
      if let done = head.step { step = done }
      guard head.kind == "epoch" else { continue }
      guard let metrics = try? JSON.decode(EpochMetrics.self, line) else { break }
      all.append(Record(metrics: metrics, step: step))
    }
    self.all = all
  }

  private struct Head: Decodable {
    let kind: String
    let step: Int?
  }
}
