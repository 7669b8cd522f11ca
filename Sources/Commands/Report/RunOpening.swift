import Collectives
import Datasets
import Hosts
import Kernels
import Models
import Objectives
import Reports
import Runs
import Tensors
import Training

/// A run that is to be looked at, with the samples that it was judged by, where they are there.
struct RunOpening {
  let folder: RunFolder
  let data: DataPlace
  let threads: Int?
  /// Whether the validation samples are judged again.
  let isEvaluating: Bool
  let environment: [String: String]

  /// All that there is to show.
  ///
  /// - Throws: `FileError` where there is no run; where samples are to be judged, what keeps them from it.
  func report() throws -> RunReport {
    var (report, checkpoint) = try RunReport.read(folder) { Program.complain($0) }
    let isDrawing = report.record.assessment?.mistakes.isEmpty == false
    if isEvaluating || isDrawing || report.model == nil {
      do {
        try look(into: &report, checkpoint)
      } catch let error where !isEvaluating {
        Output.error("cnn-dist: \(error): what needs the samples is left out\n")
      }
    }
    return report
  }

  /// Opens the samples, judges them where that is wanted, and draws those of which the network was wrong.
  private func look(into report: inout RunReport, _ checkpoint: Checkpoint?) throws {
    let experiment = report.configuration.experiment
    let cores = try SoloCommunicator().planCores(environment, threads: threads).threads
    let threads = threads ?? cores
    let readers = DataReaders(team: try .alone(memory: HostMemory.shared), threads: threads, environment: environment)
    let (data, model) = try open(experiment, report.sessions, readers)
    if report.model == nil, let checkpoint { try report.take(model, of: checkpoint) }
    if isEvaluating { try judge(&report, checkpoint, data, model, threads: threads) }
    if let mistakes = report.record.assessment?.mistakes { report.draw(mistakes, of: data.validation) }
  }

  /// Opens the samples where `--data` says or, where it says nothing, where the run's last start had them.
  private func open(
    _ experiment: Experiment, _ sessions: [RunSession], _ readers: DataReaders
  ) throws -> (data: TrainingData, model: Model) {
    func open(_ place: DataPlace) throws -> (data: TrainingData, model: Model) {
      let opened = try experiment.open(place, readers)
      try experiment.check(opened.data)
      return opened
    }
    guard data.path == nil, let former = DataPlace(former: sessions, cache: data.cache) else { return try open(data) }
    let found = Result { try open(former) }
    guard case .failure = found else { return try found.get() }
    // They may have been moved to where every data set is looked for.
    do { return try open(data) } catch { return try found.get() }
  }

  private func judge(
    _ report: inout RunReport, _ checkpoint: Checkpoint?, _ data: TrainingData, _ model: Model, threads: Int
  ) throws {
    guard let checkpoint else { throw UsageError("\(folder.path) has no checkpoint to judge the samples by") }
    let solo = SoloCommunicator()
    let experiment = checkpoint.experiment
    let need = MemoryNeed(
      evaluating: model, slice: experiment.slice, samples: data.validation.count, communicator: solo, threads: threads,
      budget: MemoryBudget(nil, solo))
    try need.check()
    let arena = Trainer.arena(for: model, experiment: Experiment())
    try WeightsFile.safetensors(checkpoint.file).fill(arena, of: model, isJudged: true)
    let evaluator = try Evaluator(
      head: experiment.head(of: model, for: data.validation), communicator: solo, slice: experiment.slice,
      normalization: experiment.normalization, threads: threads, waves: need.waves)
    let result = try evaluator.evaluate(
      data.validation, values: arena.values.buffer.reading, keeping: .verdicts, shouldStop: { false })
    guard let verdicts = result?.verdicts else { return }
    report.record.judgedStep = checkpoint.state.step
    report.record.assessment = Assessment(verdicts, classNames: data.validation.answerNames)
    try report.record.write(to: folder)
  }
}
