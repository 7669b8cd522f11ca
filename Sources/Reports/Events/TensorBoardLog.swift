import Datasets
import Files
import Graphics
import Models
import Runs
import Tensors
import Training

/// Tells TensorBoard how a run goes, while it does: scalars, histograms of weights, the first layer's filters and the worst
/// mistakes as pictures, and what the run was given beside what came of it.
///
/// It is for looking at only, and `metrics.jsonl` has each number too: where a file cannot be written, somebody is told of it once,
/// and the run goes on without. Nothing is ever waited for to reach the disk.
public final class TensorBoardLog: TrainingObserver {
  /// Of the first steps each is told of, then fewer: of a run of any length not many more than twice as many for each time
  /// that it doubles.
  private static let steps = Thinning(dense: 2000)
  /// Likewise the epochs whose weights are shown.
  private static let epochs = Thinning(dense: 50)

  private let folder: String
  private let experiment: Experiment
  private let validationSamples: any Dataset
  private let layout: ParameterLayout
  private let filters: FilterPicture?
  private var training: EventFile?
  private var validation: EventFile?
  /// Where the run went on, in a folder that had events; nil where it began.
  private var restart: Int?
  private var lastStep = 0
  private var hasFailed = false

  /// Tells of the run in `folder`: of training there, and of validation in a folder in it, as TensorBoard lays curves over each
  /// other that have one name in several folders.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - experiment: what its hyperparameters are.
  ///   - model: the network, for the names of its weights.
  ///   - validationSamples: what validations judge, of which mistakes are shown.
  public init(folder: String, experiment: Experiment, model: Model, validationSamples: any Dataset) {
    self.folder = folder
    self.experiment = experiment
    self.validationSamples = validationSamples
    layout = model.layout
    filters = FilterPicture(of: model)
  }

  private var validationFolder: String { "\(folder)/validation" }

  // MARK: - What is told

  public func willTrain(from state: TrainingState, of stepsPerEpoch: Int) {
    optionally {
      lastStep = state.step
      func isKept(_ head: EventHead) -> Bool {
        // An epoch may be open at its last step: then it has not been told of, as far as the run knows.
        let end = head.tag?.hasPrefix("epoch") == true ? state.epoch * stepsPerEpoch : state.step
        return head.step <= end && head.tag != Event.sessionEndTag
      }
      let last = (0...state.step).last { Self.steps.keeps($0) } ?? 0
      let kept = try EventFile.cutBack(folder, through: last, keeping: isKept)
      _ = try EventFile.cutBack(validationFolder, through: 0, keeping: isKept)
      restart = kept == nil ? nil : state.step
      let file = try EventFile(in: folder, after: restart)
      if kept?.contains(where: { $0.tag == Event.sessionStartTag }) != true {
        let start = Event.Content.sessionStart(
          hyperparameters: try Hyperparameter.all(of: experiment), time: EventFile.now)
        try file.append(.summary([Event.Value(tag: Event.sessionStartTag, content: start)]), step: 0)
      }
      training = file
    }
  }

  public func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
    self.lastStep = step.step
    guard Self.steps.keeps(step.step) else { return }
    optionally {
      let values =
        Self.scalars("batch", step.loss, step.accuracy, step.others)
        + Self.scalars([
          ("learning_rate", step.learningRate), ("images_per_second", Float(step.imagesPerSecond)),
          ("gradient_norm", step.gradientNorm), ("exposed_exchange_ms", step.exposedExchange.map { Float($0) }),
        ])
      try training?.append(.summary(values), step: step.step)
    }
  }

  public func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) {
    let step = end.state.step
    optionally {
      let values = Self.scalars("epoch", epoch.loss, epoch.accuracy, epoch.others)
      try training?.append(.summary(Self.scalars([("epoch", Float(epoch.epoch))]) + values), step: step)
      if let loss = epoch.validationLoss {
        if validation == nil { validation = try EventFile(in: validationFolder, after: restart) }
        let values = Self.scalars("epoch", loss, epoch.validationAccuracy, epoch.validationOthers)
        try validation?.append(.summary(values), step: step)
      }
      guard Self.epochs.keeps(epoch.epoch) else { return }
      try training?.append(.summary(weights(end.values)), step: step)
      let mistakes = end.verdicts?.mistakes(MistakePicture.most) ?? []
      let picture = Self.picture("mistakes", MistakePicture(mistakes, of: validationSamples)?.drawn())
      try validationSamples.check()
      if let picture { try validation?.append(.summary([picture]), step: step) }
    }
  }

  /// The run is over, or has failed: what it was given and what came of it stand side by side from now on. One that was stopped
  /// to go on later has not ended.
  public func didEnd(succeeded: Bool) {
    optionally {
      let end = Event.Content.sessionEnd(succeeded: succeeded, time: EventFile.now)
      try training?.append(.summary([Event.Value(tag: Event.sessionEndTag, content: end)]), step: lastStep)
    }
  }

  // MARK: - Values

  private func weights(_ values: FloatBuffer) -> [Event.Value] {
    let histograms = layout.entries.map { entry in
      Event.Value(tag: entry.name, content: .histogram(Histogram(values.part(entry.range))))
    }
    return histograms + [filters.flatMap { Self.picture("filters/\($0.name)", $0.drawn(values)) }].compactMap(\.self)
  }

  /// A picture; nil where there is no memory for it.
  private static func picture(_ tag: String, _ canvas: Canvas?) -> Event.Value? {
    guard let canvas, case let png = canvas.png(), !png.isEmpty else { return nil }
    return Event.Value(tag: tag, content: .picture(height: canvas.height, width: canvas.width, png: png))
  }

  /// `batch_loss`, `batch_accuracy` and so on.
  private static func scalars(
    _ prefix: String, _ loss: Float, _ accuracy: Float?, _ others: [String: Float]?
  ) -> [Event.Value] {
    scalars(
      [("\(prefix)_loss", loss), ("\(prefix)_accuracy", accuracy)]
        + (others ?? [:]).sorted { $0.key < $1.key }.map { ("\(prefix)_\($0.key)", $0.value) })
  }

  private static func scalars(_ values: [(tag: String, value: Float?)]) -> [Event.Value] {
    values.compactMap { tag, value in value.map { Event.Value(tag: tag, content: .scalar($0)) } }
  }

  /// Does what the run can do without.
  private func optionally(_ work: () throws -> Void) {
    guard !hasFailed else { return }
    do {
      try work()
    } catch {
      hasFailed = true
      (training, validation) = (nil, nil)
      Remark.make(.events, "\(error): the run goes on, and TensorBoard hears no more of it")
    }
  }
}
