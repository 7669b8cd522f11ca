import Datasets
import KerasFiles
import Models
import Runs
import Training

/// `cnn-dist train`: its options and what they mean.
struct TrainCommand: Command {
  static let name = "train"
  static let summary = "Trains a network on all ranks, into a run folder."
  static let isCollective = true
  static let isResultPrinted = false
  static let groups = [
    OptionGroup(
      "Run",
      [
        Option("--run", "DIR", "the run's folder (default runs/DATASET-MODEL-TIME)"),
        Option("--resume", nil, "go on with the run in --run, at the step where it was"),
        Option("--weights", "FILE", "start from the model values in a safetensors, .keras or .h5 file"),
        Option(
          "--skip-mismatch", nil,
          "with --weights: what the file has not, or not in its shape, begins as without (fine-tuning)"),
        Option("--epochs", "N", "train until N epochs are done (default 25)"),
        Option("--steps", "N", "train until N steps are done, counted from the run's first; wins over --epochs"),
        Option("--validate-every", "EPOCHS", "validate after every EPOCHS epochs, 0 for never (default 1)"),
        Option(
          "--checkpoint-every", "STEPS",
          "a checkpoint every STEPS steps besides each epoch's end, 0 for none (default 0)"
        ),
        Option(
          "--checkpoint-seconds", "S", "a checkpoint when the last is S seconds old as well, 0 for none (default 600)"),
        Option(
          "--shadow", "STEPS",
          "every STEPS steps keep a copy of the state in each host's memory, for --resume, 0 for never (default 0)"
        ),
        Option(
          "--verify-every", "STEPS",
          "every STEPS steps let all threads of all ranks compute the same slice and compare the bits, 0 for never (default 0)"
        ),
        Option("--journal", nil, "keep hashes of every step's gradients and values, for `compare` and `replay`"),
        Option(
          "--no-tensorboard", nil,
          "write no events.out.tfevents.* into the run's folder, which TensorBoard shows"),
        Option("--tensorboard", nil, "write them again, where a run to go on with was told not to"),
        Option(
          "--live", "PLACE", standard: "8787",
          "serve the report while it trains: on a port of 127.0.0.1, or as ADDRESS:PORT, which needs --token where other hosts "
            + "reach it; a free port where that is taken (default no; 8787 where PLACE is left out)"),
        ListeningPlace.tokenOption("with --live: "),
        Option("--json", nil, "one JSON object a line instead of text: the start, each epoch, the end"),
        Option(
          "--on-nan", "WHAT", choices: NonFinitePolicy.allCases.map(\.rawValue),
          "of a step whose loss or gradient is not finite: stop the run there, or skip it (default stop)"
        ),
      ]),
    OptionGroup(
      "Data",
      DatasetOptions.options() + AugmentationOptions.options + [
        DatasetOptions.normalize(
          "scale to mean 0 and deviation 1 each channel of the training samples, each feature of theirs (every place by "
            + "itself), or each sample by itself (default channel)"),
        Option("--limit", "SAMPLES", "take the first SAMPLES training samples only"),
        Option("--no-shuffle", nil, "take the samples in the data set's order"),
      ]),
    OptionGroup("Model and loss", [ModelOption.option()] + ObjectiveOptions.options),
    OptionGroup(
      "Batches",
      [
        Option("--batch-size", "N", "the samples of one step over all ranks (default 512)"),
        Option("--slice", "N", "the samples of one unit of work (default 64)"),
        Option("--seed", "N", "what all randomness comes from (default 1)"),
        Option(
          "--reduction", "WHO", choices: ReductionKind.allCases.map(\.rawValue),
          "tree: the same bits on any number of ranks; mpi: MPI's own sum (default tree)"),
      ]),
    OptionGroup("Optimizer", OptimizerOptions.options),
    OptionGroup("Learning rate", OptimizerOptions.rates),
    OptionGroup("What epochs lead to", StoppingOptions.options),
    OptionGroup(
      "Machine",
      [
        World.threadsOption,
        World.memoryOption,
        Option(
          "--profile", nil, "show where the time of the first 100 steps went, and write trace.json for Chrome's viewer"),
      ]),
  ]
  static let options = groups.flatMap(\.options)
  static let alternatives = [["--epochs", "--steps"]]
  static let examples = [
    Example("cnn-dist train --run runs/first", "the network of Keras's tutorial on CIFAR-10, in one process"),
    Example("mpirun -np 4 cnn-dist train --run runs/second", "the same, the same weights too, by four"),
    Example(
      "cnn-dist train --model mine.keras --weights theirs.keras --skip-mismatch", "fine-tuning, with other classes"),
    Example("cnn-dist train --run runs/first --resume --epochs 40", "go on"),
    Example("cnn-dist train --dataset folder --data pictures --model net.keras", "your pictures, your network"),
    Example("cnn-dist train --config recipe.json --seed 2", "options from a file, and another seed"),
  ]

  static let notes = DatasetOptions.notes

  let resume: Bool
  let run: String?
  let data: DataPlace
  let weights: String?
  /// Whether these need not be all.
  let skipsMismatch: Bool
  let model: ModelOption?
  let threads: Int?
  let memory: Int?
  let classWeights: ClassWeightOption?
  let isProfiling: Bool
  /// Whether what it says on the standard output is JSON.
  let isJSON: Bool
  /// Where the report is served; nil for nowhere.
  let live: ListeningPlace?
  private let arguments: Arguments

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    self.arguments = arguments
    resume = arguments.has("--resume")
    run = arguments.string("--run")
    data = try DataPlace(arguments)
    weights = arguments.string("--weights")
    skipsMismatch = arguments.has("--skip-mismatch")
    if skipsMismatch && weights == nil { throw UsageError("--skip-mismatch has no meaning without --weights FILE") }
    model = try ModelOption(arguments)
    classWeights = try ClassWeightOption(arguments)
    isProfiling = arguments.has("--profile")
    isJSON = arguments.has("--json")
    live = try ListeningPlace.live(arguments)
    threads = try arguments.integer("--threads", in: World.threadCounts)
    memory = try arguments.bytes("--memory", in: World.memorySizes)
    if arguments.has("--tensorboard") && arguments.has("--no-tensorboard") {
      throw UsageError("--tensorboard and --no-tensorboard say the opposite: leave one of them out")
    }
    if resume && run == nil { throw UsageError("--resume needs --run DIR, the folder of the run to go on with") }
    // What is wrong with a value is said now, not when the data have been read; what it means for a run that is there, when
    // that is known.
    var (experiment, schedule) = (Experiment(), Schedule())
    try set(&experiment)
    try apply(to: &schedule)
    // A file may say which optimizer it is, and what is measured.
    if case .file = model {} else if !resume { try check(experiment, schedule) }
  }

  /// Replaces what the command line speaks of, but for the network: see `model`.
  func apply(to experiment: inout Experiment) throws(UsageError) {
    try set(&experiment)
    try check(experiment, nil)
  }

  /// Refuses what would have no effect.
  ///
  /// - Parameter schedule: nil where it is a run's own, which is known later.
  func check(_ experiment: Experiment, _ schedule: Schedule?) throws(UsageError) {
    try AugmentationOptions.check(arguments, experiment.augmentation)
    try OptimizerOptions.check(arguments, experiment)
    try StoppingOptions.check(arguments, experiment, schedule)
  }

  /// What a new run would be: what a model was compiled with is the default of the options.
  ///
  /// - Parameters:
  ///   - open: reads the file of a network.
  ///   - notice: hears what is left out of a model's compilation.
  /// - Throws: `UsageError` for an option where it has no meaning; `FileError` for a file that is missing or broken.
  func makeRun(
    opening open: (String) throws -> ModelFile = { try ModelFile($0) }, notice: (String) -> Void
  ) throws -> (experiment: Experiment, schedule: Schedule, file: ModelFile?) {
    var (experiment, schedule) = (Experiment(), Schedule())
    let file = try model?.apply(to: &experiment, opening: open)
    if let file {
      // What a model was compiled with is the default of an optimizer of the same name.
      let named = try OptimizerOptions.kind(arguments)?.rawValue
      let isOther = named != nil && named != file.compilation?.optimizer?.name.lowercased()
      let isNamed = { [arguments] in $0 == OptimizerOptions.flag ? isOther : arguments.has($0) }
      try experiment.adopt(compilationOf: file, unless: isNamed).forEach(notice)
    }
    try apply(to: &experiment)
    try apply(to: &schedule)
    try check(experiment, schedule)
    return (experiment, schedule, file)
  }

  private func set(_ experiment: inout Experiment) throws(UsageError) {
    try DatasetOptions.apply(arguments, to: &experiment)
    try AugmentationOptions.apply(arguments, to: &experiment.augmentation)
    if let kind = try DatasetOptions.normalize(arguments) { experiment.normalize = kind }
    if let limit = try arguments.integer("--limit", in: Experiment.counts) { experiment.limit = limit }
    if let size = try arguments.integer("--batch-size", in: Experiment.counts) { experiment.batchSize = size }
    if let slice = try arguments.integer("--slice", in: Experiment.slices) { experiment.slice = slice }
    try ObjectiveOptions.apply(arguments, to: &experiment)
    try OptimizerOptions.apply(arguments, to: &experiment)
    try ParameterRuleOptions.apply(arguments, to: &experiment)
    try StoppingOptions.apply(arguments, to: &experiment)
    if let seed = try arguments.seed("--seed") { experiment.seed = seed }
    if arguments.has("--no-shuffle") { experiment.shuffle = false }
    if let kind = try arguments.choice("--reduction", of: ReductionKind.allCases) { experiment.reduction = kind }
  }

  /// Replaces what the command line speaks of.
  func apply(to schedule: inout Schedule) throws(UsageError) {
    if let epochs = try arguments.integer("--epochs", in: Schedule.counts) {
      schedule.epochs = epochs
      schedule.steps = nil
    }
    if let steps = try arguments.integer("--steps", in: Schedule.counts) { schedule.steps = steps }
    if let every = try arguments.integer("--validate-every", in: Schedule.counts) { schedule.validateEvery = every }
    if let every = try arguments.integer("--checkpoint-every", in: Schedule.counts) { schedule.checkpointEvery = every }
    if let every = try arguments.integer("--shadow", in: Schedule.counts) { schedule.shadowEvery = every }
    if let every = try arguments.integer("--verify-every", in: Schedule.counts) { schedule.verifyEvery = every }
    if let seconds = try arguments.integer("--checkpoint-seconds", in: Schedule.counts) {
      schedule.checkpointSeconds = seconds
    }
    if arguments.has("--journal") { schedule.journal = true }
    if arguments.has("--no-tensorboard") { schedule.tensorboard = false }
    if arguments.has("--tensorboard") { schedule.tensorboard = true }
    if let policy = try arguments.choice("--on-nan", of: NonFinitePolicy.allCases) { schedule.onNan = policy }
  }

  func run(in world: World) throws {
    try TrainingSession(self, in: world).run()
  }
}
