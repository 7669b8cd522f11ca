import Collectives
import Datasets
import Hosts
import KerasFiles
import Kernels
import Models
import Reports
import Runs
import Tensors
import Training

/// `cnn-dist plan`: what a training takes on other numbers of ranks, and how fast it is going to be there.
struct PlanCommand: Command {
  static let name = "plan"
  static let summary = "Foresees memory, exchange and speed for other numbers of ranks."
  static let isCollective = true
  static let groups = [
    OptionGroup(
      "What is trained",
      [
        ModelOption.option(),
        Option("--batch-size", "N", "the samples of one step over all ranks (default 512)"),
        Option("--slice", "N", "the samples of one unit of work (default 64)"),
        OptimizerOptions.options[0],
        OptimizerOptions.rates[0],
        Option("--samples", "N", "how many training samples there are, without --dataset (default 50000)"),
        Option("--classes", "N", "how many classes, without --dataset, for a network that we have (default 10)"),
      ] + DatasetOptions.options(standard: "none: samples are as --input-shape or the model's file says")),
    OptionGroup(
      "Who trains it",
      [
        Option("--ranks", "LIST", "the numbers of ranks, with commas between (default 1,2,4,8,16)"),
        Option("--ranks-per-host", "N", "how many share a host (default: all are on one, with --link each on its own)"),
        Option("--cores", "N", "the cores of a host (default: this one's)"),
        Option("--threads", "T", "the compute threads of each rank (default: its share of a host's cores)"),
        World.memoryOption,
      ] + LinkOptions.options + [
        Option("--worth", "PERCENT", "the efficiency from which on more ranks pay (default 70)"),
        Option("--json", nil, "one JSON object instead of tables"),
      ]),
  ]
  static let options = groups.flatMap(\.options)
  static let otherOptions = TrainCommand.options
  static let examples = [
    Example("cnn-dist plan --model net.keras --ranks 1,2,4", "ranks of this host"),
    Example("cnn-dist plan --ranks 1,8,64 --link 10Gb/s", "hosts with a rank each"),
  ]
  static let notes = """
    `plan` trains on noise for a few seconds and works out from that what other ranks would do. Under mpirun it also measures
    the messages between the ranks that are there: start one on each of two hosts to learn about their network.

    Efficiency is the share of what as many threads would do if each were as fast as those of one rank, and always at work.
    Hosts are taken to be like this one. What reading data takes is not in it, nor validation.
    """

  private let arguments: Arguments
  private let model: ModelOption
  private let data: DataPlace
  private let ranks: [Int]
  private let ranksPerHost: Int?
  private let cores: Int?
  private let threads: Int?
  private let memory: Int?
  private let link: LinkOptions
  private let worth: Int
  private let samples: Int?
  private let classes: Int?
  private let isJSON: Bool

  /// How many times as large the batches are that are looked at besides.
  private static let factors = [2, 4]

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    self.arguments = arguments
    model = try ModelOption(arguments) ?? .builtIn(BuiltInModels.names[0])
    data = try DataPlace(arguments)
    ranks = try Self.ranks(arguments) ?? [1, 2, 4, 8, 16]
    link = try LinkOptions(arguments)
    ranksPerHost =
      try arguments.integer("--ranks-per-host", in: Self.counts) ?? (link.bytesPerSecond == nil ? nil : 1)
    cores = try arguments.integer("--cores", in: 1...4096)
    threads = try arguments.integer("--threads", in: World.threadCounts)
    memory = try arguments.bytes("--memory", in: World.memorySizes)
    worth = try arguments.integer("--worth", in: 1...100) ?? 70
    samples = try arguments.integer("--samples", in: Experiment.counts)
    classes = try arguments.integer("--classes", in: 1...1_000_000)
    isJSON = arguments.has("--json")
    if arguments.string("--dataset") != nil, let flag = ["--samples", "--classes"].first(where: arguments.has) {
      throw UsageError("\(flag) is for plans without a data set: leave it or --dataset out")
    }
    if arguments.string("--dataset") == nil, data.path != nil {
      throw UsageError("--data says where the files of a data set are: --dataset says of what kind")
    }
    var experiment = Experiment()
    try apply(to: &experiment)
  }

  /// What numbers of ranks may be.
  private static let counts = 1...4096

  private static func ranks(_ arguments: Arguments) throws(UsageError) -> [Int]? {
    guard let text = arguments.string("--ranks") else { return nil }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }.filter(counts.contains)
    guard numbers.count == words.count, numbers.count <= 64 else {
      throw UsageError(
        "--ranks takes up to 64 numbers from 1 to \(counts.upperBound) with commas between, as 1,2,4,8, got \(text)")
    }
    return Set(numbers).sorted()
  }

  private func apply(to experiment: inout Experiment) throws(UsageError) {
    try DatasetOptions.apply(arguments, to: &experiment)
    try OptimizerOptions.apply(arguments, to: &experiment)
    if let size = try arguments.integer("--batch-size", in: Benchmark.batchSizes) { experiment.batchSize = size }
    if let slice = try arguments.integer("--slice", in: Experiment.slices) { experiment.slice = slice }
  }

  func run(in world: World) throws {
    let communicator = world.communicator
    let plan = try communicator.planCores(world.environment, threads: nil)
    // Rank 0 knows what is trained.
    let subject = try communicator.share(
      try world.together { world.isSpeaker ? try makeSubject(world.environment) : nil })
    let question = ScalingPlan.Question(
      model: try Model(Architecture(keras: subject.network)), experiment: subject.experiment, samples: subject.samples,
      judged: subject.judged, threads: threads, ranksPerHost: ranksPerHost, cores: cores ?? plan.hostCores,
      hostMemory: try communicator.share(world.isSpeaker ? HostMemory.shared : nil), rankMemory: memory)

    let neighbours = communicator.nodes.count { $0 == communicator.nodes[communicator.rank] }
    let local = neighbours == 1 ? plan.hostCores : plan.threads
    let all = try communicator.allGather("\(local)").map { Int($0) ?? 1 }
    let busy = zip(all, communicator.nodes).reduce(0) {
      $0 + ($1.1 == communicator.nodes[communicator.rank] ? $1.0 : 0)
    }
    let link = try LinkSpeed(between: communicator)
    let hosts = Dictionary(grouping: communicator.nodes, by: \.self).mapValues(\.count)
    let network = Network(
      told: (self.link.bytesPerSecond, self.link.delay), measured: link,
      hosts: (hosts.count, hosts.values.max() ?? 1), copying: CopyRate.measure())
    communicator.sharesCores = true  // whoever waits for rank 0's measurement leaves it the core
    let rehearsal = try Rehearsal.measure(
      question.model, experiment: question.experiment,
      waves: ScalingPlan.waves(question, ranks: ranks, factors: [1] + Self.factors), communicator: communicator,
      threads: local, cores: (plan.hostCores, busy), budget: MemoryBudget(memory, communicator))
    guard world.isSpeaker else { return }
    let report = PlanReport(
      ScalingPlan(question, rehearsal: rehearsal, network: network), ranks: ranks, factors: Self.factors,
      worth: Double(worth) / 100)
    Output.line(isJSON ? try JSON.line(report) : report.lines(network, rehearsal).joined(separator: "\n"))
  }

  /// What is trained, for all ranks.
  private struct Subject: Codable {
    let network: JSONValue
    let experiment: Experiment
    let samples: Int
    let judged: Int
  }

  /// Opens the data set, or does without.
  private func makeSubject(_ environment: [String: String]) throws -> Subject {
    var experiment = Experiment()
    try apply(to: &experiment)
    guard arguments.string("--dataset") != nil else {
      let shape = experiment.inputShape.map { Shape($0) }
      let model = try makeModel(shape)
      let samples = samples ?? 50_000
      return Subject(
        network: try model.kerasDocument(), experiment: experiment, samples: samples, judged: max(1, samples / 5))
    }
    try model.apply(to: &experiment)
    var data = data
    data.cache = data.cache ?? CacheMode.nowhere  // nothing is decoded that is not looked at
    let (opened, model) = try experiment.open(
      data, DataReaders(team: .alone(memory: HostMemory.shared), threads: 1, environment: environment))
    return Subject(
      network: try model.kerasDocument(), experiment: experiment, samples: opened.training.count,
      judged: opened.validation.count)
  }

  private func makeModel(_ shape: Shape?) throws -> Model {
    switch model {
    case .file(let path):
      let file = try ModelFile(path)
      return try file.model(input: shape)
    case .builtIn(let name):
      let model = try BuiltInModels.model(
        named: name, input: shape ?? BuiltInModels.standardInput(of: name), classes: classes ?? 10)
      guard let model else { throw UsageError("there is no model \(name)") }
      return model
    }
  }
}
