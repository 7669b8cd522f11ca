import Collectives
import Datasets
import Files
import Models
import Tensors

extension TrainingStep {
  /// Computes the gradient of one slice of step `step` on every worker of every rank, and compares them to the last bit.
  ///
  /// Only where a slice has the same bits whoever computes it can this be asked at all. It finds a core that computes
  /// otherwise, or memory that does not keep what it is given, wherever it lies on a worker's way from the samples to the
  /// gradient: "silent data corruption", as Hochschild et al., "Cores that don't count", 2021, have it. What it looks at is this
  /// slice at this moment; another is taken every time. All ranks call it, between steps: nothing but gradients changes.
  ///
  /// - Throws: `SharedFailure` on every rank, naming those that differ from most; what `Dataset.check` throws;
  ///   `CollectiveError` when a rank is lost.
  func compareArithmetic(in step: Int) throws {
    let batch = batches.batch(step: step)
    let slices = SlicePlan(samples: batch.positions.count, sliceSize: experiment.slice)
    let slice = step % slices.count
    let own = try communicator.together { () throws -> [String] in
      var digests = try recompute(slice, of: slices, in: batch)
      // A worker that is alone is compared with itself.
      if communicator.size == 1 && workers.count == 1 { digests += try recompute(slice, of: slices, in: batch) }
      return digests
    }
    let all = try communicator.allGather(own.joined(separator: " ")).map { $0.split(separator: " ").map(String.init) }
    let places = all.enumerated().flatMap { rank, digests in digests.indices.map { (rank: rank, worker: $0) } }
    let differing = Dissent.ranks(in: all.flatMap(\.self)).map { places[$0] }
    guard !differing.isEmpty else { return }
    let names = differing.map { "compute thread \($0.worker + 1) of rank \($0.rank) on \(communicator.hosts[$0.rank])" }
    // Of two nobody knows which is right.
    let others = places.count == 2 ? "the only other" : "most others"
    throw SharedFailure(
      exitCode: .badData,
      description:
        "\(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") another gradient than \(others) for slice "
        + "\(slice + 1) of step \(step + 1): a core or memory there is broken; see to that machine, and resume without it from "
        + "a checkpoint that you trust")
  }

  /// The digest of a slice's gradient, and of its score, as each worker of this rank computes them.
  private func recompute(_ slice: Int, of slices: SlicePlan, in batch: BatchPlan.Batch) throws -> [String] {
    let samples = order(of: batch.epoch)[batch.positions]
    // Between steps the sums are free.
    for (index, sums) in sums.enumerated() {
      sums.reset(slices: slices.count, run: slice..<slice + 1, first: index == 0 ? arena.gradients.buffer : nil)
    }
    try team.run { worker in
      for (range, wave) in slices.waves(slice..<slice + 1, of: samples, by: workers[worker].waves.training) {
        try workers[worker].train(
          wave, of: dataset, batch: samples.count, seed: experiment.seed, epoch: batch.epoch,
          values: arena.values.buffer.reading, into: LoneSink(sums[worker], first: range.lowerBound))
      }
    }
    return sums.map { Digest.of(UnsafeRawBufferPointer($0.buffer(of: slice))) }
  }

  /// Leaves gradients in a worker's sums, and hands nothing on.
  private final class LoneSink: GradientSink {
    private let sums: PartialSums
    private let first: Int

    init(_ sums: PartialSums, first: Int) { (self.sums, self.first) = (sums, first) }

    func gradient(of slice: Int) -> MutableFloatBuffer { sums.buffer(of: first + slice) }
    func complete(_ range: Range<Int>, of slice: Int, isAdded: Bool) {
      sums.settle(range, of: first + slice, isAdded: isAdded)
    }
    func sum(before slice: Int) -> MutableFloatBuffer? { sums.sum(before: first + slice) }
    func filled(from start: Int) {}
    func pulse() {}
  }
}
