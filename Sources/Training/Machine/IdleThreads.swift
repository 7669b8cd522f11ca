import Collectives
import Datasets
import Runs

/// Whether a batch has slices for all compute threads.
package struct IdleThreads {
  /// The compute threads of each rank.
  let threads: [Int]
  let batchSize: Int
  let slice: Int

  /// So many threads, and such batches.
  package init(threads: [Int], batchSize: Int, slice: Int) {
    self.threads = threads
    self.batchSize = batchSize
    self.slice = slice
  }

  /// How many of them have nothing to do in a step.
  package func count(batchSize: Int, slice: Int) -> Int {
    let slices = SlicePlan(samples: batchSize, sliceSize: slice)
    return threads.indices.reduce(0) {
      $0 + max(0, threads[$1] - slices.share(of: $1, world: threads.count).count)
    }
  }

  /// What to tell of those that have nothing to do, and what would feed them; nil where there are none.
  package var complaint: String? {
    let (all, idle) = (threads.reduce(0, +), count(batchSize: batchSize, slice: slice))
    guard idle > 0 else { return nil }
    // Ranks have equal shares, so each needs as many slices as the largest has threads.
    let needed = threads.count * (threads.max() ?? 1)
    // The largest slice that will do; rounding down may give more slices than are needed, and up too few.
    let smaller = [(batchSize - 1) / needed + 1, batchSize / needed]
      .first { $0 > 0 && count(batchSize: batchSize, slice: $0) == 0 }
    let ways = (smaller.map { ["--slice \($0)"] } ?? []) + ["--batch-size \(needed * slice)"]
    return
      "a batch of \(batchSize) in slices of \(slice) feeds \(all - idle) of \(all) threads: \(ways.joined(separator: " or ")) "
      + "would feed them all"
  }
}

extension Communicator {
  /// What rank 0 has to tell of compute threads that a batch of `experiment` leaves without work; `threads` are this rank's.
  /// All ranks call it.
  public func complaintOfIdleThreads(_ threads: Int, _ experiment: Experiment) throws(CollectiveError) -> String? {
    let all = try allGather(String(threads)).compactMap { Int($0) }
    let (batchSize, slice) = (experiment.batchSize, experiment.slice)
    return rank == 0 ? IdleThreads(threads: all, batchSize: batchSize, slice: slice).complaint : nil
  }
}
