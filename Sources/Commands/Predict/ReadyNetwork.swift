import Collectives
import Datasets
import Models
import Runs
import Training

/// A trained network that is ready to answer in this process, and all that is known of its samples and answers. No data set is
/// opened for it.
struct ReadyNetwork {
  /// What the network is called.
  let name: String
  let predictor: Predictor
  /// Reads samples as those of its run were read.
  var reader: SampleReader
  /// Puts its answers into words.
  let words: AnswerWords

  /// As many samples as an evaluation's slice go through the network together, so that answers are the same.
  static let slice = 256

  /// What the options are that it is read from, but for the source's own.
  static let options = [
    Option(
      "--dataset", "D", choices: DatasetOptions.names,
      "with --weights or --model: what it was trained on, for the kind of files and the names of classes (default none of them)"
    ),
    Option(
      "--scale", "HOW", choices: ArrayScale.allCases.map(\.rawValue),
      "with --weights or --model: none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network "
        + "with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)"),
    ModelOption.shapeOption, World.threadsOption, World.memoryOption,
  ]

  /// What is asked for.
  struct Choice {
    let source: NetworkSource
    let arguments: Arguments
    let threads: Int?
    let memory: Int?

    /// Reads the command line.
    init(_ arguments: Arguments, _ purpose: String) throws(UsageError) {
      source = try NetworkSource(arguments, purpose)
      self.arguments = arguments
      if source.isRun, let flag = ["--dataset", "--scale", "--input-shape"].first(where: arguments.has) {
        throw UsageError("\(flag) goes with --weights and --model alone: a run knows its samples")
      }
      threads = try arguments.integer("--threads", in: World.threadCounts)
      memory = try arguments.bytes("--memory", in: World.memorySizes)
      var experiment = Experiment()
      try DatasetOptions.apply(arguments, to: &experiment)
    }
  }

  /// Opens it.
  ///
  /// - Throws: `FileError` where a file is missing or broken; `UsageError` where memory does not suffice, or too little is known
  ///   of its samples; `ShapeError`, `ModelFormatError` where the network cannot be made.
  init(_ choice: Choice, top: Int, environment: [String: String]) throws {
    var (file, experiment) = try choice.source.open(isJudged: false)
    if !choice.source.isRun {
      if !choice.arguments.has("--dataset") { experiment.dataset = "" }
      try DatasetOptions.apply(choice.arguments, to: &experiment)
    }
    let model = try experiment.makeModelWithoutData()
    if choice.arguments.has("--input-shape"), experiment.inputShape != model.input.dimensions {
      throw ModelOption.surplus("\(model.name) takes samples of \(model.input)")
    }
    guard model.inputs.count == 1 else {
      throw UsageError(
        "\(model.name) takes \(model.inputs.count) inputs for a sample: only networks of one can answer for files")
    }
    let head = try experiment.headWithoutData(of: model)
    if let flaw = experiment.normalization?.flaw(for: model.input) { throw UsageError(flaw) }
    let alone = SoloCommunicator()
    let threads = try choice.threads ?? alone.planCores(environment, threads: nil).threads
    let budget = MemoryBudget(choice.memory, alone)
    func need(_ slice: Int) -> MemoryNeed {
      MemoryNeed(
        evaluating: model, slice: slice, samples: slice * threads, communicator: alone, threads: threads,
        budget: budget,
        isSliceAsked: false)
    }
    // Where memory is short, fewer samples go together.
    var slice = Self.slice
    while slice > 1, !need(slice).fits { slice /= 2 }
    try need(slice).check()
    let arena = Trainer.arena(for: model, experiment: Experiment())
    try file.fill(arena, of: model, isJudged: true)
    predictor = try Predictor(
      head: head, values: arena.values, normalization: experiment.normalization, slice: slice,
      waves: need(slice).waves, threads: threads)
    name = model.name
    reader = SampleReader(experiment.sampleKind, shape: model.input)
    words = try AnswerWords(
      predictor.answers, output: model.output, names: experiment.names(of: predictor.answers), top: top)
  }

  /// How many samples of files are answered for together: some slices for every thread, as far as their outputs do not take more
  /// than 64 MB.
  var batchSize: Int {
    let slices = predictor.threads * Self.slice
    let most = (1 << 24) / predictor.output.count
    return most < slices ? max(predictor.threads, most) : min(4 * slices, most / slices * slices)
  }
}
