import Collectives
import Datasets
import Files
import Models
import Objectives
import Reports
import Runs
import Training

/// `cnn-dist evaluate`: measures a run, a checkpoint or a file of weights on validation or test samples.
struct EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "Measures a network on validation or test samples: loss, metrics, and who is taken for whom."
  static let positionals = "(--run DIR | --checkpoint FILE | --weights FILE | --model FILE)"
  static let isCollective = true
  static let options =
    NetworkSource.options + DatasetOptions.options(standard: "the run's, \(DatasetOptions.names[0]) for --weights") + [
      DatasetOptions.normalize(
        "with --weights: scale each channel or feature by the data set's training samples, or each sample by itself "
          + "(default channel)"),
      Option(
        "--split", "PART", choices: DataSplits.Part.allCases.map(\.rawValue),
        "\(DataSplits.Part.allCases.map(\.rawValue).alternatives): the part to judge (default test, or validation where there is none)"
      ),
      Option(
        "--tta", "VIEWS", choices: TestTimeAugmentation.allCases.map(\.rawValue),
        "judge the mean of the outputs for several views of each image: mirror, the image and its mirror image; or "
          + "mirror-shift, that for half, and for half the same of the image shifted by a pixel, up and left, down and right "
          + "(default none)"),
      Option("--predictions", "FILE", "write what the network says of each sample to a CSV file"),
      Option("--json", nil, "one JSON object instead of text"),
      Option("--slice", "N", "the samples of one unit of work (default \(defaultSlice))"), World.threadsOption,
      World.memoryOption,
    ]
  static let alternatives = [["--run", "--checkpoint", "--weights"]]
  static let otherOptions = TrainCommand.options
  static let examples = [
    Example("cnn-dist evaluate --run runs/first", "a run's newest checkpoint on the test samples"),
    Example(
      "cnn-dist evaluate --run runs/first --dataset folder --data other", "on other pictures of the same classes"),
    Example("cnn-dist evaluate --model net.keras --dataset mnist", "a network of Keras's"),
  ]
  static let notes =
    DatasetOptions.notes + """

      `evaluate` judges all images of a DIR that has only the classes, where they are not those of the run's training. Classes
      go by their names: a DIR may lack some of the run's, and is refused where it has others.
      FILE.csv of --predictions has a row for each sample: its file or number, its class, the class that it was taken for, and
      the probability of each class; where answers are labels or numbers, each of them and what was said of it.
      """

  /// As many rows as a product takes at full speed. Nothing is summed over slices but the score, so that this need not be
  /// training's.
  private static let defaultSlice = 256

  private let source: NetworkSource
  private let arguments: Arguments
  private let data: DataPlace
  private let part: DataSplits.Part?
  private let normalize: NormalizationKind?
  private let augmentation: TestTimeAugmentation?
  private let predictions: String?
  private let isJSON: Bool
  private let slice: Int
  private let threads: Int?
  private let memory: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    source = try NetworkSource(arguments, "what to evaluate")
    self.arguments = arguments
    data = try DataPlace(arguments)
    part = try arguments.choice("--split", of: DataSplits.Part.allCases)
    var experiment = Experiment()
    try DatasetOptions.apply(arguments, to: &experiment)
    normalize = try DatasetOptions.normalize(arguments)
    if source.isRun, normalize != nil {
      throw UsageError("--normalize goes with --weights alone: a run's samples are scaled as they were for training")
    }
    augmentation = try arguments.choice("--tta", of: TestTimeAugmentation.allCases)
    predictions = arguments.string("--predictions")
    isJSON = arguments.has("--json")
    threads = try arguments.integer("--threads", in: World.threadCounts)
    memory = try arguments.bytes("--memory", in: World.memorySizes)
    slice = try arguments.integer("--slice", in: Experiment.slices) ?? Self.defaultSlice
  }

  func run(in world: World) throws {
    let communicator = world.communicator
    var subject = try world.together { world.isSpeaker ? try open() : nil }
    var experiment = try communicator.share(subject?.experiment)
    let plan = try communicator.planCores(world.environment, threads: threads)
    let threads = threads ?? plan.threads
    let readers = DataReaders(
      team: try communicator.makeHostTeam(), threads: threads, environment: world.environment)
    let (opened, model) = try world.together { [experiment] in try experiment.openToJudge(part, data, readers) }
    let samples = opened.samples
    let slice = min(slice, samples.count)  // a slice that is never full needs no room
    if experiment.lacksNormalization {
      // A sample that is scaled by itself needs no others.
      let training = opened.training ?? samples
      experiment.normalization = try world.together { [kind = experiment.normalize] in
        try Normalization(kind, of: training, threads: threads)
      }
      try communicator.expectSameSamples(training, "training samples")
    }
    try communicator.expectSameSamples(samples, "samples to judge")
    try world.warn(of: threads, plan, communicator)
    let need = MemoryNeed(
      evaluating: model, slice: slice, samples: samples.count, communicator: communicator, threads: threads,
      budget: MemoryBudget(memory, communicator))
    try communicator.together { try need.check() }
    let arena = Trainer.arena(for: model, experiment: Experiment())
    try world.together { try subject.map { try $0.file.fill(arena, of: model, isJudged: true) } }
    subject = nil  // or the file's pages, an optimizer's states among them, would take memory as long as it judges
    try communicator.broadcast(arena.values.buffer, from: 0)
    let head = try experiment.head(of: model, for: samples)
    try world.together { [experiment] in try experiment.checkTargets(of: samples, for: head) }
    let table = try communicator.together {
      if let flaw = augmentation?.flaw(for: head) { throw UsageError("--tta \(flaw)") }
      return try predictions.map { path in
        let table = try PredictionTable(head.objective, of: samples)
        let place = try DatasetOpening(experiment: experiment, place: data, readers: readers).location
        try JudgedFiles(samples: samples, place: place, network: source.files)
          .refuse(writing: path, "--predictions", heading: PredictionTable.start)
        return table
      }
    }
    let evaluator = try Evaluator(
      head: head, communicator: communicator, slice: slice, normalization: experiment.normalization, threads: threads,
      waves: need.waves, augmentation: augmentation)
    try communicator.barrier()  // so that the clock starts on no rank that still waits for another
    let start = ContinuousClock.now
    let result = try judge(table, world) { keeping in
      try evaluator.evaluate(
        samples, values: arena.values.buffer.reading, keeping: keeping, shouldStop: { communicator.stop.isMade })
    }
    guard world.isSpeaker else { return }
    // On the standard error: the standard output is the same for the same weights, however fast they were judged.
    let rate = Double(result.samples) / (start.duration(to: .now) / .seconds(1))
    if !world.isQuiet { Output.error("\(rate.fixed(1)) images/s\n") }
    try show(result, classNames: samples.answerNames)
    if let lost = result.verdicts?.withoutNumbers, lost > 0 {
      Output.error("cnn-dist: \(AnswerWords.lost(lost))\n")
    } else if result.loss.isNaN {
      Output.error("cnn-dist: what the network gives is no number (NaN) somewhere: what is said of it has no meaning\n")
    }
  }

  /// Runs `evaluate`, and writes what it says of each sample to a file, where one is wanted.
  private func judge(
    _ table: PredictionTable?, _ world: World, _ evaluate: (Evaluator.Keeping) throws -> Evaluation?
  ) throws -> Evaluation {
    func whole(_ keeping: Evaluator.Keeping) throws -> Evaluation {
      guard let result = try evaluate(keeping) else { throw Stopped() }
      return result
    }
    guard let table, let path = predictions else { return try whole(.verdicts) }
    guard world.isSpeaker else { return try whole(.outputs { _, _ in }) }
    var result: Evaluation?
    try ResultFile.write(path) { path in
      try AtomicFile.write(path) { part in
        try withoutActuallyEscaping(part) { part in
          func write(_ text: String) throws { try Array(text.utf8).withUnsafeBytes(part) }
          try write(table.heading)
          result = try whole(.outputs { try write(table.rows($0, $1)) })
        }
      }
    }
    guard let result else { preconditionFailure("a table that was written has been judged") }
    return result
  }

  /// What `--json` prints.
  private struct Document: Encodable {
    let loss: Double
    let metrics: [String: Double]
    let samples: Int
    let assessment: Assessment?
  }

  private func show(_ result: Evaluation, classNames: [String]) throws {
    let assessment = result.verdicts.map { Assessment($0, classNames: classNames) }
    if isJSON {
      let metrics = Dictionary(result.values.map { ($0.metric.name, $0.value) }) { first, _ in first }
      Output.line(
        try JSON.line(
          Document(loss: result.loss, metrics: metrics, samples: result.samples, assessment: assessment)))
      return
    }
    if let lines = assessment?.lines, !lines.isEmpty { Output.line(lines.joined(separator: "\n") + "\n") }
    let metrics = result.values.map { " \($0.metric.name) \($0.value.fixed(4))" }.joined()
    Output.line("loss \(result.loss.fixed(4))\(metrics) samples \(result.samples)")
  }

  /// What rank 0 found: the tensors, and the experiment with their network, their data set and what becomes of samples.
  private func open() throws -> (file: WeightsFile, experiment: Experiment) {
    var (file, experiment) = try source.open()
    try DatasetOptions.apply(arguments, to: &experiment)
    if let normalize { experiment.normalize = normalize }
    // What was changed at random for training says nothing here, and what was left out of it is not judged.
    experiment.augmentation = Augmentation()
    experiment.limit = nil
    return (file, experiment)
  }
}
