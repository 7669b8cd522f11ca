import Collectives
import Datasets
import Glibc
import Models
import Reports
import Runs
import Training

/// What rank 0 tells the user: a bar that is redrawn on a terminal, plain lines elsewhere.
final class Console: TrainingObserver {
  private let folder: String
  /// What tells the best epoch, where it was said.
  private var monitor: String?
  private let isQuiet: Bool
  private let hasTerminal: Bool
  private var lastLine = ContinuousClock.now
  private var start = ContinuousClock.now
  private var firstStep = 0
  private var isSkipping = false

  /// How often steps are told of: each is drawn on a terminal ten times a second, elsewhere there is a line now and then.
  private var interval: Duration { hasTerminal ? .milliseconds(100) : .seconds(30) }

  /// Speaks of the run in `folder`; where it is quiet, only of what went wrong.
  init(folder: String, isQuiet: Bool, environment: [String: String]) {
    self.folder = folder
    self.isQuiet = isQuiet
    hasTerminal = ProgressLine.hasTerminal(environment)
  }

  func didStart(
    _ experiment: Experiment, model: Model, data: TrainingData, communicator: any Communicator, threads: Int,
    step: Int, blas: String
  ) {
    let hosts = Dictionary(grouping: communicator.hosts, by: \.self).map { "\($0.key) (\($0.value.count))" }.sorted()
    say(
      "ranks       \(communicator.size) on \(hosts.joined(separator: ", ")), \(threads == 1 ? "1 thread" : "\(threads) threads") each"
    )
    monitor = experiment.monitor
    say("OpenBLAS    \(blas)")
    say(
      "data set    \(data.training.name): \(data.training.count.grouped) training, "
        + "\(data.validation.count.grouped) validation samples"
        + (experiment.effectiveScale == ArrayScale.none ? ", bytes as they are" : ""))
    say("model       \(model.name): \(model.parameterCount.grouped) parameters")
    say(
      "batch       \(experiment.batchSize) in slices of \(experiment.slice), seed \(experiment.seed), "
        + "\(experiment.reduction.rawValue) reduction")
    say("run folder  \(folder)\(step > 0 ? ", going on after step \(step)" : "")")
    firstStep = step
    start = .now
    lastLine = .now
  }

  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
    if let fault = step.skipped {
      // The first of a row is enough.
      if !isSkipping {
        clearBar()
        Output.error("cnn-dist: step \(step.step) was left out, because \(fault)\n")
      }
      isSkipping = true
      return
    }
    isSkipping = false
    guard lastLine.duration(to: .now) >= interval else { return }
    lastLine = .now
    let done = Double(step.step - firstStep)
    let left = start.duration(to: .now) / .seconds(1) / done * Double(lastStep - step.step)
    let inEpoch = (step.step - 1) % stepsPerEpoch + 1
    let text =
      "epoch \(step.epoch) step \(step.step)/\(lastStep)  loss \(step.loss.fixed(4))\(Self.list(step.accuracy, step.others))  "
      + "\(Int(step.imagesPerSecond)) images/s  \(Self.time(left)) left"
    if hasTerminal {
      let filled = 20 * inEpoch / stepsPerEpoch
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
      Output.redraw(bar.count + 1 + text.count <= Output.progressWidth ? "\(bar) \(text)" : text)
    } else {
      say(text)
    }
  }

  func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) {
    clearBar()
    var line = "epoch \(epoch.epoch)  loss \(epoch.loss.fixed(4))\(Self.list(epoch.accuracy, epoch.others))"
    if let loss = epoch.validationLoss {
      line +=
        "  validation loss \(loss.fixed(4))\(Self.list(epoch.validationAccuracy, epoch.validationOthers))"
    }
    if let skipped = epoch.skippedSteps { line += "  \(Self.steps(skipped)) left out so far" }
    say("\(line)  \(epoch.seconds.fixed(1)) s")
  }

  /// Medians of a profile.
  func show(_ profile: StepProfile) {
    clearBar()
    let figures: [(String, (StepProfile.Step) -> Double)] = [
      ("data", \.data), ("compute", \.compute), ("wait", \.wait), ("exposed exchange", \.exposedExchange),
      ("update", \.update),
    ]
    let times = figures.map { "\($0.0) \(profile.median($0.1).fixed(1)) ms" }.joined(separator: ", ")
    say("median of \(profile.steps.count) steps: \(times)")
    let hidden = profile.isExchanging ? "exchange hidden: \((100 * profile.median(\.hiddenShare)).fixed(0)) %; " : ""
    say("\(hidden)trace in \(folder)/trace.json")
  }

  func didEnd(_ state: TrainingState) {
    clearBar()
    let best =
      state.best.map { best in
        let value = best.value ?? best.accuracy ?? best.loss ?? 0
        let name = monitor ?? (best.accuracy == nil ? "validation loss" : "validation accuracy")
        return ", best \(name) \(value.fixed(4)) after step \(best.step)"
      } ?? ""
    let skipped = state.skipped.map { ", \(Self.steps($0.steps)) left out" } ?? ""
    if state.hasStoppedEarly {
      let epochs = state.epochsSinceBest ?? 0
      say(
        "stopped early, because \(epochs) epoch\(epochs == 1 ? " was" : "s were") no better than the best: the run is over, to go on "
          + "begin another with --weights")
    }
    say("done: step \(state.step)\(best)\(skipped); run folder \(folder)")
  }

  /// `  accuracy 0.9132  auc 0.9771`.
  private static func list(_ accuracy: Float?, _ others: [String: Float]?) -> String {
    let all =
      (accuracy.map { [("accuracy", $0)] } ?? [])
      + (others ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return all.map { "  \($0.0) \($0.1.fixed(4))" }.joined()
  }

  private static func steps(_ count: Int) -> String { "\(count) step\(count == 1 ? "" : "s")" }

  private func say(_ line: String) {
    if !isQuiet { Output.line(line) }
  }

  private func clearBar() {
    if hasTerminal { Output.redraw("") }
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    let (minutes, rest) = (whole / 60, whole % 60)
    return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
  }
}
