import Collectives
import Datasets
import Glibc
import Hosts
import Reports
import Runs
import Tensors
import Training

/// `cnn-dist data`: what a data set is. One process looks at all of it.
struct DataCommand: Command {
  static let name = "data"
  static let summary = "Shows what a data set holds, what is odd in it, and how to train on it."
  static let options =
    DatasetOptions.options() + [
      ModelOption.option("show arrays as this network takes them: "),
      Option("--png", "FILE", "write a few samples of each class to a picture"),
      Option("--json", nil, "one JSON object instead of text"),
      Option("--threads", "T", "the threads that look at samples (default: all cores)"),
    ]
  static let examples = [
    Example("cnn-dist data --dataset folder --data pictures", "your pictures, by folders"),
    Example("cnn-dist data --dataset cifar10 --png samples.png", "a picture of some samples, too"),
  ]
  static let notes =
    DatasetOptions.notes + """

      `data` goes over all samples once and counts them by class and part. It finds numbers that are missing, samples that are
      the same in two parts or twice in one, classes that a part lacks, and parts that were scaled otherwise.
      """

  private let experiment: Experiment
  private let model: ModelOption?
  private let data: DataPlace
  private let png: String?
  private let isJSON: Bool
  private let threads: Int?
  /// What the data are opened with, for the line that trains on them.
  private let words: [String]

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    var experiment = Experiment()
    try DatasetOptions.apply(arguments, to: &experiment)
    self.experiment = experiment
    model = try ModelOption(arguments)
    data = try DataPlace(arguments)
    png = arguments.string("--png")
    isJSON = arguments.has("--json")
    threads = try arguments.integer("--threads", in: World.threadCounts)
    words =
      ["--dataset", experiment.dataset]
      + (DatasetOptions.options().map(\.flag) + ["--model"]).flatMap { flag in
        flag == "--dataset" ? [] : arguments.string(flag).map { [flag, $0] } ?? []
      }
  }

  func run(in world: World) throws {
    var experiment = experiment
    try model?.apply(to: &experiment)
    let threads = try threads ?? SoloCommunicator().planCores(world.environment, threads: nil).threads
    let splits = try open(experiment, threads: threads, world.environment)
    let flaw = try flaw(in: experiment, for: splits)
    var line = ProgressLine(isShown: ProgressLine.hasTerminal(world.environment))
    defer { line.clear() }
    let report = try DataReport(of: splits, threads: threads) { done, all in
      line.show { "samples: \(done.grouped) of \(all.grouped)" }
    }
    line.clear()
    let gallery = SampleGallery(of: splits, report)
    if let png {
      guard let gallery else {
        throw UsageError("--png has nothing to draw: samples are of \(Shape(report.sampleShape))")
      }
      try gallery.writePNG(to: png)
    }
    let advice = TrainingAdvice(for: report, lacking: flaw)
    if isJSON {
      Output.line(
        try JSON.line(Document(data: report, notes: report.notes, advice: advice.items, train: advice.line(words))))
      return
    }
    show(report, gallery, advice, world.environment)
  }

  /// What `--json` prints.
  private struct Document: Encodable {
    let data: DataReport
    let notes: [String]
    let advice: [TrainingAdvice.Item]
    let train: String
  }

  /// Opens all parts that there are.
  private func open(
    _ experiment: Experiment, threads: Int, _ environment: [String: String]
  ) throws -> DataSplits {
    let readers = DataReaders(
      team: try .alone(memory: HostMemory.shared), threads: threads, environment: environment)
    var opening = DatasetOpening(experiment: experiment, place: data, readers: readers)
    opening.isLooking = true
    let splits = try opening.open(Set(DataSplits.Part.allCases))
    return DataSplits(splits.samples.mapValues { experiment.isUnscaled($0) ? UnscaledSamples(of: $0) : $0 })
  }

  /// What keeps the network that `train` takes by itself from being trained on the data; nil for nothing.
  ///
  /// - Throws: what makes another network, which was named, no network for the data.
  private func flaw(in experiment: Experiment, for splits: DataSplits) throws -> String? {
    guard let samples = splits[.training] ?? splits[.validation] else { return nil }
    do {
      _ = try experiment.makeModel(for: samples)
      return nil
    } catch let error where model == nil {
      return "\(error)"
    }
  }

  private func show(
    _ report: DataReport, _ gallery: SampleGallery?, _ advice: TrainingAdvice, _ environment: [String: String]
  ) {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let colours = TerminalColours(isTerminal: isTerminal, environment: environment)
    let samples = gallery?.lines(width: Output.width, colours) ?? []
    let reasons = advice.items.map { "  \($0.words.joined(separator: " ")): \($0.reason)" }
    Output.line((report.lines + (samples.isEmpty ? [] : [""] + samples)).joined(separator: "\n") + "\n")
    Output.line((["Train on it:", "  \(advice.line(words))"] + reasons).joined(separator: "\n"))
  }
}
