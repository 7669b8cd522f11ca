import Datasets
import Files
import FoundationEssentials
import Models
import Objectives
import Runs
import Tensors
import Training

/// Writes a run's report while it is trained: at the end of every epoch, or less often where epochs are shorter than fifty
/// times what it takes. A report that cannot be written is told of once, and training goes on.
public final class ReportWriter: TrainingObserver {
  private let folder: RunFolder
  private let data: TrainingData
  private var report: RunReport
  private let live: LiveReport?
  private var lastWritten: ContinuousClock.Instant?
  private var cost = Duration.zero
  private var isGivenUp = false

  /// A report may take this part of a run's time.
  private static let patience = 50

  /// Speaks of the run in `folder`.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - configuration: what the run is.
  ///   - model: the network.
  ///   - data: what it is trained and validated on.
  ///   - live: who shows it meanwhile; nil for nobody.
  public init(
    _ folder: RunFolder, configuration: RunConfiguration, model: Model, data: TrainingData, live: LiveReport? = nil
  ) {
    (self.folder, self.data, self.live) = (folder, data, live)
    report = RunReport(
      path: folder.path, configuration: configuration, sessions: [], history: RunHistory(), record: ReportRecord(),
      status: .training, written: Self.now)
    report.model = model
    live?.show(report)
  }

  public func willTrain(from state: TrainingState, of stepsPerEpoch: Int) {
    if state.step > 0 {
      do {
        report.record = try ReportRecord(of: folder)
      } catch {
        Remark.make(.losses, "\(error): the report begins anew with the next epoch")
      }
      do {
        report.history = try RunHistory(of: folder, until: state)
      } catch {
        Remark.make(.reports, "\(error): the report begins with step \(state.step + 1)")
      }
    }
    report.history.stepsPerEpoch = stepsPerEpoch
    report.record.stepsPerEpoch = stepsPerEpoch
    report.sessions = folder.sessions { Remark.make(.losses, "\($0): the report does not show it") }
    live?.show(report)
  }

  public func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
    report.history.append(step)
    if let live, live.isDue { live.show(renewed()) }
  }

  public func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) {
    report.history.append(epoch)
    report.record.times = end.profile.map(ReportRecord.Times.init) ?? report.record.times
    report.filters = report.model.flatMap { FilterGallery(of: $0, values: end.values) }
    if let verdicts = end.verdicts {
      report.record.judgedStep = end.state.step
      report.record.assessment = Assessment(verdicts, classNames: data.validation.answerNames)
      report.pictures = [:]
    }
    if let last = lastWritten, last.duration(to: .now) < cost * Self.patience { return }
    write()
  }

  /// Writes how it ended.
  ///
  /// - Parameters:
  ///   - state: where the run stands.
  ///   - isOver: whether nothing is left to do.
  ///   - hash: the digest of the weights that are there.
  public func didEnd(_ state: TrainingState, isOver: Bool, weights hash: String) {
    report.status = state.hasStoppedEarly ? .stoppedEarly : isOver ? .finished : .unfinished
    report.weights = (state.step, hash)
    write()
  }

  private func write() {
    guard !isGivenUp else { return }
    let start = ContinuousClock.now
    drawMistakes()
    let report = renewed()
    do {
      try report.record.write(to: folder)
      try AtomicFile.write(folder.reportPath, text: report.html)
    } catch {
      isGivenUp = true
      Remark.make(.reports, "\(error): the run goes on without a report")
    }
    live?.show(report)
    lastWritten = .now
    cost = start.duration(to: .now)
  }

  /// The report as it stands.
  private func renewed() -> RunReport {
    report.written = Self.now
    return report
  }

  private func drawMistakes() {
    guard report.pictures.isEmpty, let mistakes = report.record.assessment?.mistakes else { return }
    report.draw(mistakes, of: data.validation)
  }

  /// `2026-11-30 09:15:02 UTC`.
  package static var now: String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .dash, dateTimeSeparator: .space, timeSeparator: .colon)
    return Date.now.formatted(style).replacing("Z", with: " UTC")
  }
}

extension RunReport {
  /// Draws the samples of the mistakes that are shown.
  ///
  /// A data set whose files have changed meanwhile gives no pictures.
  public mutating func draw(_ mistakes: [Mistake], of dataset: any Dataset) {
    for mistake in mistakes.prefix(Self.mostMistakes) where mistake.sample < dataset.count {
      pictures[mistake.sample] = SamplePicture(mistake.sample, of: dataset)
    }
    if case .failure = Result(catching: { try dataset.check() }) { pictures = [:] }
  }
}
