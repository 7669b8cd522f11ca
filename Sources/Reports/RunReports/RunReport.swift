import Models
import Objectives
import Runs

/// Everything that a run's page shows. What is missing, because an older version wrote the run or because there is no such thing,
/// is left out.
public struct RunReport: Sendable {
  /// How a run stands.
  public enum Status: String, Sendable {
    /// Steps are being taken.
    case training
    /// All steps are taken.
    case finished
    /// No epoch was better any more.
    case stoppedEarly = "stopped early"
    /// Some steps are left, and nobody takes them at this moment.
    case unfinished
  }

  /// The run's folder, as the user named it.
  public var path: String
  /// What it is.
  public var configuration: RunConfiguration
  /// Where it was computed.
  public var sessions: [RunSession]
  /// What it has measured.
  public var history: RunHistory
  /// What else is known.
  public var record: ReportRecord
  /// How it stands.
  public var status: Status
  /// When this was written, in UTC: `2026-11-30 09:15:02 UTC`.
  public var written: String
  /// The network; nil where it cannot be made any more.
  public var model: Model?
  /// The filters of the network's first convolution.
  public var filters: FilterGallery?
  /// What the mistakes look like, by the numbers of the samples.
  public var pictures: [Int: SamplePicture] = [:]
  /// After how many steps, and what the hash of the weights is then; nil while they still change.
  public var weights: (step: Int, hash: String)?

  /// Takes what every run has.
  public init(
    path: String, configuration: RunConfiguration, sessions: [RunSession], history: RunHistory, record: ReportRecord,
    status: Status, written: String
  ) {
    (self.path, self.configuration, self.sessions) = (path, configuration, sessions)
    (self.history, self.record, self.status, self.written) = (history, record, status, written)
  }

  var experiment: Experiment { configuration.experiment }

  /// The folder's own name.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The page, as a file of HTML.
  public var html: String { page.text }

  /// The page of a run that is watched, as it is in `version`: it renews itself.
  func liveHTML(version: Int) -> String {
    var page = page
    page.live = Script.renewing(from: version)
    return page.text
  }

  private var page: Page {
    Page(
      title: "\(name) - \(experiment.model) on \(experiment.dataset)",
      parts: [
        heading, tiles, curves, answers, mistakes, filterSection, timeSection, recipe, modelSection, settings, footer,
      ])
  }
}
