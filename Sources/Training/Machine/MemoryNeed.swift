import Collectives
import Datasets
import Models
import Runs
import Tensors

/// The memory that a rank is going to take, by what it takes it for. It is counted by those who allocate it, waves are made
/// to fit into the rank's budget, and what does not fit in any is refused before anything is allocated.
public struct MemoryNeed {
  /// One kind of memory.
  package struct Part {
    /// What it is, for people.
    package let name: String
    package let bytes: Int
    /// What makes it smaller; empty where nothing does.
    package let remedy: String
  }

  /// Every kind.
  package let parts: [Part]
  /// What goes through the network together.
  public let waves: Waves
  private let budget: MemoryBudget

  /// What values, gradients and the optimiser's states of `model` take.
  public init(model: Model, experiment: Experiment, budget: MemoryBudget) {
    parts = [Self.program, Self.arena(model, experiment)]
    waves = .none
    self.budget = budget
  }

  /// What a training of `model` takes on one rank.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - experiment: its batches and its optimizer.
  ///   - samples: the training samples.
  ///   - judged: the samples that are judged now and then; 0 for none.
  ///   - communicator: the rank's.
  ///   - threads: the rank's compute threads.
  ///   - keepsShadow: whether copies of the run's state are kept in each host's memory, by its lowest rank.
  ///   - budget: the memory that it may take.
  public init(
    training model: Model, experiment: Experiment, samples: Int, judged: Int, communicator: any Communicator,
    threads: Int, keepsShadow: Bool = false, budget: MemoryBudget
  ) {
    self.init(
      training: model, experiment: experiment, samples: samples, judged: judged, rank: communicator.rank,
      ranks: communicator.size, threads: threads,
      keepsShadow: keepsShadow && communicator.nodes[communicator.rank] == communicator.rank, budget: budget)
  }

  /// The same on rank `rank` of `ranks`, which need not be there.
  package init(
    training model: Model, experiment: Experiment, samples: Int, judged: Int, rank: Int, ranks: Int, threads: Int,
    keepsShadow: Bool = false, budget: MemoryBudget
  ) {
    let budget = budget.beside(threads: threads)
    let batch = min(experiment.batchSize, samples)
    let slices = SlicePlan(samples: batch, sliceSize: experiment.slice)
    let share = slices.share(of: rank, world: ranks)
    let runs = (0..<threads).map { share.share($0, of: threads) }
    // Only as deep as the runs of the workers are long; the first of them is summed where the result is going to be.
    let depth = runs.reduce(0) { $0 + PartialSums.depth(slices: slices.count, run: $1) } - (share.isEmpty ? 0 : 1)
    let staging = TreeReduction.stagingCount(
      model.layout.gradientCount, slices: slices.count, rank: rank, ranks: ranks)
    var parts = [
      Self.program, Self.arena(model, experiment),
      Part(
        name: "sums of gradients, \(depth) at a time", bytes: depth * model.layout.gradientCount * 4,
        remedy: "a larger --slice, a smaller --batch-size or fewer --threads need fewer"),
      Part(
        name: "the other ranks' sums", bytes: staging * 4,
        remedy: "more hosts, or fewer ranks on each, leave more for each"),
      Part(name: "the order of the samples", bytes: samples * 4, remedy: "--limit takes fewer samples"),
    ]
    if judged > 0 { parts.append(Self.constants(model)) }
    if keepsShadow { parts.append(Self.shadow(model, experiment)) }
    let scratch = UpdateRules(experiment.updates(of: model), scaledBy: 1).scratchCount
    if scratch > 0 {
      parts.append(
        Part(
          name: "steps of whole kernels on \(threads) thread\(threads == 1 ? "" : "s")", bytes: threads * scratch * 4,
          remedy: "fewer --threads, or another optimizer than muon for the largest kernel, take less"))
    }
    let trainers = runs.count { !$0.isEmpty }
    let judges = Self.workers(threads, rank: rank, ranks: ranks, samples: judged, slice: experiment.slice)
    waves = Waves(
      model, experiment, samples: samples, judged: judged, ranks: ranks, threads: threads,
      limit: Self.limit(budget, parts, max(trainers, judges)))
    parts.append(Self.workspaces(waves, trainers, judges, slice: experiment.slice))
    (self.parts, self.budget) = (parts, budget)
  }

  /// What an evaluation of `model` on `samples` samples takes on one rank.
  public init(
    evaluating model: Model, slice: Int, samples: Int, communicator: any Communicator, threads: Int,
    budget: MemoryBudget, isSliceAsked: Bool = true
  ) {
    let budget = budget.beside(threads: threads)
    let judges = Self.workers(
      threads, rank: communicator.rank, ranks: communicator.size, samples: samples, slice: slice)
    let parts = [
      Self.program,
      Part(
        name: "parameters", bytes: model.parameterCount * 4,
        remedy: "a network of fewer than \(model.parameterCount) parameters takes less"),
      Self.constants(model),
    ]
    waves = Waves(
      model, slice: slice, trained: nil, judged: samples, limit: Self.limit(budget, parts, judges))
    self.parts = parts + [Self.workspaces(waves, 0, judges, slice: isSliceAsked ? slice : 1)]
    self.budget = budget
  }

  /// All of it, in bytes.
  package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// Whether the budget has as much.
  package var fits: Bool { bytes <= budget.bytes }

  /// Makes sure that the budget has as much.
  ///
  /// - Throws: `UsageError` with the largest part, and what makes it smaller.
  public func check() throws(UsageError) {
    let remedies = parts.filter { !$0.remedy.isEmpty }
    guard !fits, let largest = remedies.max(by: { $0.bytes < $1.bytes }) else { return }
    let each = budget.ranks > 1 ? " a rank" : ""
    let remedy = budget.remedy.map { ", and \($0)" } ?? ""
    // What is wanted is rounded up, as what there is is rounded down: the two never look alike.
    let start = "this takes \(MemoryBudget.text(bytes, isNeed: true)) of memory\(each), and \(budget.reason): "
    let fixed = bytes - remedies.reduce(0) { $0 + $1.bytes }
    guard fixed < budget.bytes else {
      throw UsageError(
        "\(start)\(MemoryBudget.text(fixed)) are taken whatever is trained\(budget.remedy.map { ": \($0)" } ?? "")")
    }
    throw UsageError(
      "\(start)\(MemoryBudget.text(largest.bytes)) are for \(largest.name); \(largest.remedy)\(remedy)")
  }

  /// How many of a rank's workers have a part of so many samples.
  private static func workers(_ threads: Int, rank: Int, ranks: Int, samples: Int, slice: Int) -> Int {
    guard samples > 0 else { return 0 }
    let slices = SlicePlan(samples: samples, sliceSize: slice)
    return min(threads, slices.share(of: rank, world: ranks).count)
  }

  /// The floats that are left to each worker.
  private static func limit(_ budget: MemoryBudget, _ parts: [Part], _ workers: Int) -> Int {
    max(0, budget.bytes - parts.reduce(0) { $0 + $1.bytes }) / max(1, workers) / MemoryLayout<Float>.stride
  }

  /// So many bytes of the program itself are pages of its file and its libraries', which the ranks of a host share.
  package static let shared = 25_000_000

  /// The process before it has a network, as measured: the program and its libraries, OpenBLAS's buffers, MPI's queues.
  static let program = Part(
    name: "the program itself", bytes: 40_000_000, remedy: "")

  private static func arena(_ model: Model, _ experiment: Experiment) -> Part {
    Part(
      name: "parameters, gradients and the optimizer's states",
      bytes: (model.parameterCount + (1 + experiment.stateNames(for: model).count) * model.layout.gradientCount) * 4,
      remedy: "a network of fewer than \(model.parameterCount) parameters takes less")
  }

  /// What a model judges by besides its parameters.
  private static func constants(_ model: Model) -> Part {
    Part(
      name: "kernels laid out for judging", bytes: FoldedModel(model.fused).constantCount * 4,
      remedy: "a network of fewer than \(model.parameterCount) parameters takes less")
  }

  /// The copy that is there, and the one that is to replace it.
  private static func shadow(_ model: Model, _ experiment: Experiment) -> Part {
    Part(
      name: "copies of the state in memory",
      bytes: 2 * (model.parameterCount + experiment.stateNames(for: model).count * model.layout.gradientCount) * 4,
      remedy: "--shadow 0 keeps none")
  }

  private static func workspaces(_ waves: Waves, _ trainers: Int, _ judges: Int, slice: Int) -> Part {
    let workers = max(trainers, judges)
    let remedies = (workers > 1 ? ["fewer --threads"] : []) + (slice > 1 ? ["a smaller --slice"] : [])
    return Part(
      name: "the activations of \(waves.samples) sample\(waves.samples == 1 ? "" : "s") on \(workers) "
        + "thread\(workers == 1 ? "" : "s")",
      bytes: waves.floats(training: trainers, judging: judges) * 4,
      remedy: remedies.isEmpty
        ? "smaller samples take less" : "\(remedies.joined(separator: ", ")) or smaller samples take less")
  }
}
