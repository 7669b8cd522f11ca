import Collectives
import Datasets
import Models
import Runs
import Tensors

/// The memory that a rank is going to take, by what it takes it for. It is counted by those who allocate it, and refused
/// before they do where the host does not have it.
public struct MemoryNeed {
  /// One kind of memory.
  package struct Part {
    /// What it is, for people.
    package let name: String
    package let bytes: Int
    /// What makes it smaller.
    package let remedy: String
  }

  /// Every kind.
  package let parts: [Part]

  /// What values, gradients and the optimiser's states of `model` take.
  public init(model: Model, experiment: Experiment) {
    parts = [Self.arena(model, experiment)]
  }

  /// What a training of `model` takes on one rank.
  ///
  /// - Parameters:
  ///   - samples: the training samples.
  ///   - threads: the rank's compute threads.
  public init(
    training model: Model, experiment: Experiment, samples: Int, communicator: any Communicator, threads: Int
  ) {
    let batch = min(experiment.batchSize, samples)
    let slices = SlicePlan(samples: batch, sliceSize: experiment.slice)
    let share = slices.share(of: communicator.rank, world: communicator.size)
    // Only as deep as the runs of the workers are long.
    let depth = (0..<threads).reduce(0) { sum, worker in
      let sums = PartialSums(count: 0)
      sums.reset(slices: slices.count, run: share.share(worker, of: threads))
      return sum + sums.depth
    }
    let staging = TreeReduction.stagingCount(model.layout.gradientCount, slices: slices.count, of: communicator)
    parts = [
      Self.arena(model, experiment), Self.workspaces(model, slice: experiment.slice, threads: threads),
      Part(
        name: "sums of gradients, \(depth) at a time", bytes: depth * model.layout.gradientCount * 4,
        remedy: "a larger --slice, a smaller --batch-size or fewer --threads need fewer"),
      Part(
        name: "the other ranks' sums", bytes: staging * 4,
        remedy: "more hosts, or fewer ranks on each, leave more for each"),
      Part(name: "the order of the samples", bytes: samples * 4, remedy: "--limit takes fewer samples"),
    ]
  }

  /// What an evaluation of `model` takes on one rank.
  public init(evaluating model: Model, slice: Int, threads: Int) {
    parts = [Self.arena(model, Experiment()), Self.workspaces(model, slice: slice, threads: threads)]
  }

  /// All of it, in bytes.
  package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// Makes sure that the host has as much.
  ///
  /// - Parameter communicator: the ranks, which share their hosts' memory and need alike.
  /// - Throws: `UsageError` with the largest part, and what makes it smaller.
  public func check(_ communicator: any Communicator) throws(UsageError) {
    let ranks = communicator.hosts.count { $0 == communicator.hosts[communicator.rank] }
    try check(ranks: ranks, shared: HostMemory.shared, own: HostMemory.own)
  }

  /// The same for a host of `shared` bytes with `ranks` ranks, each of which may have `own` bytes at the most.
  package func check(ranks: Int, shared: Int, own: Int?) throws(UsageError) {
    let share = shared / ranks
    let limit = min(share, own ?? .max)
    guard bytes > limit, let largest = parts.max(by: { $0.bytes < $1.bytes }) else { return }
    let place =
      limit < share
      ? "a process may have \(Self.text(limit))"
      : "there are \(Self.text(shared)) to be had\(ranks > 1 ? " for the \(ranks) ranks of a host" : "")"
    throw UsageError(
      "this takes \(Self.text(bytes)) of memory\(ranks > 1 ? " a rank" : ""), and \(place): \(Self.text(largest.bytes)) "
        + "are for \(largest.name); \(largest.remedy)")
  }

  private static func arena(_ model: Model, _ experiment: Experiment) -> Part {
    Part(
      name: "parameters, gradients and the optimizer's states",
      bytes: (model.parameterCount + (1 + experiment.stateNames.count) * model.layout.gradientCount) * 4,
      remedy: "a network of fewer than \(model.parameterCount) parameters takes less")
  }

  private static func workspaces(_ model: Model, slice: Int, threads: Int) -> Part {
    let model = model.fused
    let samples = SliceWorker.slicesPerWave(of: slice, model) * slice
    return Part(
      name: "the activations of \(samples) samples on \(threads) thread\(threads == 1 ? "" : "s")",
      bytes: WorkspacePlan(model, samples: samples).count * 4 * threads,
      remedy: "fewer --threads\(samples == slice ? ", a smaller --slice" : "") or smaller samples take less")
  }

  /// `1.4 GB`, `310 MB`.
  private static func text(_ bytes: Int) -> String {
    bytes >= 10_000_000_000
      ? "\(bytes / 1_000_000_000) GB"
      : bytes >= 1_000_000_000 ? "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB" : "\(bytes / 1_000_000) MB"
  }
}
