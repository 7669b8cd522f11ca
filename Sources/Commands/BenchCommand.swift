import KerasFiles
import Kernels
import Models
import Reports
import Runs
import Tensors
import Training

/// `cnn-dist bench`: how fast training steps are, and where their time goes.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = "Measures the speed of training steps, layer by layer."
  static let isCollective = true
  static let options =
    [
      ModelOption.option(),
      ModelOption.shapeOption,
      Option("--seconds", "N", "how long to train (default 10)"),
      Option("--batch-size", "N", "the samples of one step over all ranks (default 512)"),
      Option("--slice", "N", "the samples of one unit of work (default 64)"),
      World.threadsOption,
      World.memoryOption,
      Option(
        "--reduction", "WHO", choices: ReductionKind.allCases.map(\.rawValue),
        "tree: the same bits on any number of ranks; mpi: MPI's own sum (default tree)"),
      Option("--json", nil, "one JSON object instead of a table"),
    ]
  static let otherOptions = TrainCommand.options
  static let examples = [
    Example("cnn-dist bench --model net.keras", "one process"),
    Example("mpirun -np 4 cnn-dist bench --batch-size 1024", "four ranks and their exchange"),
  ]

  private let model: ModelOption
  private let shape: Shape?
  private let seconds: Int
  private let experiment: Experiment
  private let threads: Int?
  private let memory: Int?
  private let isJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    model = try ModelOption(arguments) ?? .builtIn(BuiltInModels.names[0])
    shape = try ModelOption.shape(arguments)
    if shape != nil, case .builtIn(let name) = model { throw ModelOption.surplus("\(name) is none") }
    seconds = try arguments.integer("--seconds", in: 1...3600) ?? 10
    var experiment = Experiment()
    if let size = try arguments.integer("--batch-size", in: Benchmark.batchSizes) { experiment.batchSize = size }
    if let slice = try arguments.integer("--slice", in: Experiment.slices) { experiment.slice = slice }
    if let kind = try arguments.choice("--reduction", of: ReductionKind.allCases) { experiment.reduction = kind }
    self.experiment = experiment
    threads = try arguments.integer("--threads", in: World.threadCounts)
    memory = try arguments.bytes("--memory", in: World.memorySizes)
    isJSON = arguments.has("--json")
  }

  func run(in world: World) throws {
    // Rank 0's file is the one that counts, as in training.
    let document = try world.together { world.isSpeaker ? try makeModel().kerasDocument() : nil }
    let network = try Model(Architecture(keras: try world.communicator.share(document)))
    let plan = try world.communicator.planCores(world.environment, threads: threads)
    let threads = threads ?? plan.threads
    try world.warn(of: threads, plan, training: experiment, world.communicator)
    let need = MemoryNeed(
      training: network, experiment: experiment, samples: Benchmark.samples(of: experiment), judged: 0,
      communicator: world.communicator, threads: threads, budget: MemoryBudget(memory, world.communicator))
    try world.communicator.together { try need.check() }
    let benchmark = try Benchmark(
      network, experiment: experiment, communicator: world.communicator, threads: threads, waves: need.waves,
      seconds: Double(seconds))
    guard world.isSpeaker else { return }
    if isJSON {
      Output.line(try benchmark.json())
    } else {
      let ranks = world.communicator.size
      Output.line(
        "\(network.name), batch \(experiment.batchSize) in slices of \(experiment.slice), "
          + "\(ranks) \(ranks == 1 ? "rank" : "ranks"), \(benchmark.threads) threads in all, OpenBLAS \(KernelChoice(world.environment)), loops for \(VectorWidth.name)\n"
      )
      show(benchmark)
    }
  }

  private func makeModel() throws -> Model {
    switch model {
    case .file(let path): return try ModelOption.network(of: ModelFile(path), for: shape)
    case .builtIn(let name):
      guard let model = try BuiltInModels.standard(named: name) else {
        throw UsageError("there is no model \(name)")
      }
      return model
    }
  }

  private func show(_ benchmark: Benchmark) {
    let width = (benchmark.layers.map(\.layer.count).max() ?? 0) + 2
    Output.line("layer".padded(to: width) + "part                 µs per image   GFLOP/s")
    for row in benchmark.layers {
      let rate = row.gflops.map { $0.fixed(1) } ?? ""
      Output.line(
        row.layer.padded(to: width) + row.part.rawValue.padded(to: 21) + row.microseconds.fixed(1).aligned(to: 12)
          + rate.aligned(to: 10))
    }
    let sum = benchmark.layers.reduce(0) { $0 + $1.microseconds }
    Output.line("all layers".padded(to: width + 21) + sum.fixed(1).aligned(to: 12) + "\n")
    let times = [
      ("data", benchmark.data), ("compute", benchmark.compute), ("wait", benchmark.wait),
      ("exposed exchange", benchmark.exposedExchange), ("update", benchmark.update),
    ]
    Output.line("step: " + times.map { "\($0.0) \($0.1.fixed(1)) ms" }.joined(separator: ", "))
    let sorted = benchmark.windows.sorted()
    Output.line(
      "images/s: median \(benchmark.imagesPerSecond.fixed(0)) of \(sorted.count) windows, \((sorted.first ?? 0).fixed(0)) to "
        + "\((sorted.last ?? 0).fixed(0))")
    Output.line(
      "effective rate: \(benchmark.effectiveRate.fixed(1)) GFLOP/s a thread; the best product of this process has "
        + "\(benchmark.productRate.fixed(1)): \((100 * benchmark.effectiveRate / benchmark.productRate).fixed(0)) %")
  }
}
