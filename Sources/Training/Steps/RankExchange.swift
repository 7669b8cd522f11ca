import Collectives
import Glibc
import Models
import Synchronization
import Tensors

/// Hands a rank's gradient to the reduction, bucket by bucket, as soon as all its workers have filled one.
///
/// Worker 0's thread, the only one that speaks to MPI, moves the exchange on between its own pieces of work; the others
/// only say how far they are.
final class RankExchange: Sendable {
  private let buckets: [Range<Int>]
  /// How many buckets each worker has filled for good.
  private let filled: Mutex<[Int]>
  /// Whether a worker will fill no more.
  private let isAbandoned = Atomic(false)

  init(buckets: [Range<Int>], workers: Int) {
    self.buckets = buckets
    filled = Mutex([Int](repeating: 0, count: workers))
  }

  /// Starts a step.
  func reset() {
    filled.withLock { counts in for worker in counts.indices { counts[worker] = 0 } }
  }

  /// Says that everything from `start` on is final in the sums of `worker`.
  func fill(from start: Int, of worker: Int) {
    let count = buckets.prefix { $0.lowerBound >= start }.count
    filled.withLock { $0[worker] = count }
  }

  /// Says that a worker has failed and will fill no more. Nothing of this rank's last bucket is ever handed over then, so
  /// that no other rank can complete the step.
  func abandon() { isAbandoned.store(true, ordering: .relaxed) }

  /// How many buckets are final on the whole rank.
  private var ready: Int { filled.withLock { $0.min() ?? 0 } }

  /// Hands over what is final, and lets MPI move. The last bucket is kept back for `finish`. For worker 0 alone.
  func advance(_ reduction: any GradientReduction, added: inout Int) throws(CollectiveError) {
    while added < min(ready, buckets.count - 1) { try add(reduction, &added) }
    try reduction.progress()
  }

  /// Waits for the other workers' buckets, all but the last of which it hands over; returns whether all have come, and not
  /// one worker has failed. For worker 0 alone.
  func wait(_ reduction: any GradientReduction, added: inout Int) throws(CollectiveError) -> Bool {
    while ready < buckets.count {
      if isAbandoned.load(ordering: .relaxed) { return false }
      try advance(reduction, added: &added)
      usleep(50)  // the core is free: this worker has nothing else to do
    }
    return true
  }

  /// Hands over the last bucket. It takes this rank's wishes with it, so they are asked for as late as can be. For worker 0
  /// alone.
  func finish(_ reduction: any GradientReduction, added: inout Int, wishes: () -> Wishes) throws(CollectiveError) {
    while added < buckets.count - 1 { try add(reduction, &added) }
    reduction.wish(wishes())
    try add(reduction, &added)
  }

  private func add(_ reduction: any GradientReduction, _ added: inout Int) throws(CollectiveError) {
    try reduction.add(buckets[added])
    added += 1
  }
}
