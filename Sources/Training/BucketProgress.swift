import Synchronization

/// Counts how many buckets each worker of a rank has filled for good, so that the thread that speaks to MPI knows which
/// are final on the whole rank.
final class BucketProgress: Sendable {
  private let filled: Mutex<[Int]>

  init(workers: Int) {
    filled = Mutex([Int](repeating: 0, count: workers))
  }

  /// Starts a step.
  func reset() {
    filled.withLock { counts in for index in counts.indices { counts[index] = 0 } }
  }

  /// Says that the first `count` buckets of `worker` are final.
  func set(_ count: Int, of worker: Int) {
    filled.withLock { $0[worker] = count }
  }

  /// How many buckets are final in every worker's sums.
  var common: Int { filled.withLock { $0.min() ?? 0 } }
}
