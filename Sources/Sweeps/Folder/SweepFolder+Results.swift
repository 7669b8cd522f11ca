import Files
import FoundationEssentials
import Runs

extension SweepFolder {
  /// How a trial has done up to its epoch `epochs`; nil where it has not come so far, or its last checkpoint has not.
  ///
  /// The epochs are judged again as the run has judged them, so that a trial that has gone on says what it said before.
  ///
  /// - Throws: `FileError` when the run cannot be read.
  package func result(of trial: Int, after epochs: Int) throws -> TrialResult? {
    let folder = run(trial)
    guard folder.holdsRun else { return nil }
    let progress = try progress(of: trial, upTo: epochs)
    let isThere = try folder.checkpoints().last.map { $0.step >= progress.step } ?? false
    if isThere && (progress.result.epochs == epochs || progress.hasStoppedEarly) {
      guard progress.result.value == nil else { return progress.result }
      let failure = TrialResult.Failure(
        code: 65, reason: "\(progress.monitor) was no finite number after any of its epochs")
      return TrialResult(trial: trial, failure: failure, after: progress.result)
    }
    return try failure(of: trial).map { TrialResult(trial: trial, failure: $0, after: progress.result) }
  }

  /// What a trial's run tells of its epochs up to `epochs`, and where it stood then.
  private func progress(
    of trial: Int, upTo epochs: Int
  ) throws -> (result: TrialResult, monitor: String, step: Int, hasStoppedEarly: Bool) {
    let experiment = try run(trial).load().experiment
    let records = try EpochRecords(run(trial)).all.prefix { $0.metrics.epoch <= epochs }
    var state = TrainingState()
    for record in records {
      (state.step, state.epoch) = (record.step, record.metrics.epoch)
      _ = state.watch(record.metrics, for: experiment)
    }
    let monitor = Monitor(experiment)
    let result = TrialResult(
      trial: trial, epochs: state.epoch, value: state.best?.value.map { Float($0) },
      monitor: state.best.map(monitor.name),
      rises: state.best.map(monitor.rises) ?? true,
      bestEpoch: state.best.flatMap { best in records.first { $0.step == best.step }?.metrics.epoch },
      seconds: records.reduce(0) { $0 + $1.metrics.seconds })
    return (result, experiment.monitor ?? "what is monitored", state.step, state.hasStoppedEarly)
  }

  // MARK: - Failures

  private func failurePath(_ trial: Int) -> String { "\(run(trial).path)/failure.json" }

  /// Why a trial's numbers led nowhere; nil where nothing is known of that.
  private func failure(of trial: Int) throws -> TrialResult.Failure? {
    do {
      let text = try MappedFile(failurePath(trial)).withBytes { String(decoding: $0, as: UTF8.self) }
      return try JSON.decode(TrialResult.Failure.self, text)
    } catch let error as FileError {
      guard error.kind == .missing else { throw error }
      return nil
    } catch {
      throw FileError(.malformed, failurePath(trial), "cannot be read as a failure: \(error)")
    }
  }

  /// The result of a trial that has failed. Where its run had begun and its numbers led nowhere, that is written down: they
  /// would again.
  ///
  /// - Throws: `FileError` when the run cannot be read, or the disk refuses.
  package func fail(_ trial: Int, _ failure: TrialResult.Failure, isFinal: Bool) throws -> TrialResult {
    guard run(trial).holdsRun else { return TrialResult(trial: trial, failure: failure) }
    if isFinal { try AtomicFile.write(failurePath(trial), text: try JSON.document(failure)) }
    return TrialResult(trial: trial, failure: failure, after: try progress(of: trial, upTo: .max).result)
  }
}
