import Collectives
import Datasets
import Doctor
import Hosts
import KerasFiles
import Models
import Reports
import Runs
import Training

/// `cnn-dist doctor`: what would make a training fail, hang or be slow here, before it begins.
struct DoctorCommand: Command {
  static let name = "doctor"
  static let summary = "Looks for what would make a training fail, hang or be slow here."
  static let isCollective = true
  static let options =
    [
      Option("--run", "DIR", "the folder that a run is to write to (default: a new one below runs)"),
      ModelOption.option(),
      Option("--batch-size", "N", "the samples of one step over all ranks (default 512)"),
      Option("--slice", "N", "the samples of one unit of work (default 64)"),
      OptimizerOptions.options[0],
    ] + DatasetOptions.options() + [
      World.threadsOption, World.memoryOption,
      Option("--json", nil, "one JSON object instead of text"),
    ]
  static let otherOptions = TrainCommand.options
  static let examples = [
    Example("cnn-dist doctor --dataset cifar10", "this host"),
    Example("mpirun --hostfile hosts cnn-dist doctor", "the hosts that are to train together"),
  ]
  static let notes = """
    Start it as `train` is going to be started: alone, with mpirun, or with srun. Each line is a check: ok, advice, or serious
    where training would fail, hang, lose something or be several times slower than it need be; with why, and the line that
    mends it. Exits with 0 where nothing is serious, else with 78. `train` itself makes the checks that take no time.
    """

  private let arguments: Arguments
  private let run: String?
  private let model: ModelOption
  private let data: DataPlace
  private let experiment: Experiment
  private let threads: Int?
  private let memory: Int?
  private let isJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    self.arguments = arguments
    run = arguments.string("--run")
    model = try ModelOption(arguments) ?? .builtIn(BuiltInModels.names[0])
    data = try DataPlace(arguments)
    var experiment = Experiment()
    try DatasetOptions.apply(arguments, to: &experiment)
    try OptimizerOptions.apply(arguments, to: &experiment)
    if let size = try arguments.integer("--batch-size", in: Benchmark.batchSizes) { experiment.batchSize = size }
    if let slice = try arguments.integer("--slice", in: Experiment.slices) { experiment.slice = slice }
    self.experiment = experiment
    threads = try arguments.integer("--threads", in: World.threadCounts)
    memory = try arguments.bytes("--memory", in: World.memorySizes)
    isJSON = arguments.has("--json")
  }

  func run(in world: World) throws {
    let scene = try Scene(world.communicator, environment: world.environment, intent: intent(world.environment))
    let examination = try Examination(scene, world.communicator)
    let cores = try world.communicator.planCores(world.environment, threads: threads).hostCores
    let report = DoctorReport(examination.findings, cores: cores, options: trainOptions, world.environment)
    if world.isSpeaker { Output.line(isJSON ? try JSON.line(report) : report.lines.joined(separator: "\n")) }
    let serious = try world.communicator.share(world.isSpeaker ? report.serious : nil)
    guard serious == 0 else {
      throw SharedFailure(
        exitCode: .unfit, description: "\(serious) of \(Examination.names.count) checks found something serious")
    }
  }

  /// What is going to be done, as far as the command line says.
  private func intent(_ environment: [String: String]) -> Scene.Intent {
    var intent = Scene.Intent()
    (intent.run, intent.threads) = (run, threads)
    intent.dataPath = data.path
    intent.dataset = (experiment.dataset, arguments.string("--dataset") != nil)
    // A model that cannot be made without data, or at all, is not what is looked at here.
    let built = Result { try makeModel() }
    if case .success(let model?) = built {
      intent.expect(model, experiment, samples: 50_000, threads: threads ?? 1)
    }
    let (data, experiment) = (data, experiment)
    intent.data = {
      var place = data
      place.cache = place.cache ?? .nowhere
      let readers = DataReaders(
        team: try .alone(memory: HostMemory.shared), threads: 1, environment: environment)
      let splits = try DatasetOpening(experiment: experiment, place: place, readers: readers).open([
        .training, .validation,
      ])
      let all = TrainingData(splits)
      return (
        "\(all.training.name): \("training sample".counted(all.training.count)), \(all.validation.count.grouped) to validate "
          + "with", all.digest
      )
    }
    return intent
  }

  /// What the command line says of the training, as a shell reads it. The lines have threads of their own.
  private var trainOptions: String {
    let others = ["--json", "--threads"] + Request.commonOptions.map(\.flag)
    return arguments.all.filter { !others.contains($0.key) }.sorted { $0.key < $1.key }
      .map { $0.value.isEmpty ? $0.key : "\($0.key) \($0.value.quotedForShell)" }.joined(separator: " ")
  }

  private func makeModel() throws -> Model? {
    switch model {
    case .builtIn(let name): try BuiltInModels.standard(named: name)
    case .file(let path): try ModelFile(path).model(input: experiment.inputShape.map { .init($0) })
    }
  }

  // MARK: - Without a world

  /// What is said where the launcher's processes have not found one another: each is alone, and the first speaks.
  func examineAlone(_ environment: [String: String]) throws -> ExitCode {
    let communicator = SoloCommunicator()
    let examination = try Examination(
      Scene(communicator, environment: environment, intent: intent(environment)), communicator)
    let cores = try communicator.planCores(environment, threads: threads).hostCores
    let report = DoctorReport(examination.findings, cores: cores, options: trainOptions, environment)
    Output.line(isJSON ? try JSON.line(report) : report.lines.joined(separator: "\n"))
    return report.serious > 0 ? .unfit : .done
  }
}
