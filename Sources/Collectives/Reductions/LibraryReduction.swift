import Kernels
import Tensors

/// The reduction that leaves the sum over ranks to MPI, for comparison: each rank adds its own slices, then
/// `MPI_Iallreduce` adds the ranks, in an order that depends on their number, the message's length and the library.
public final class LibraryReduction: GradientReduction {
  /// See `GradientReduction`.
  public private(set) var heard: Wishes = []

  private let communicator: any Communicator
  private let buckets: [Range<Int>]
  private let result: MutableFloatBuffer
  /// The last bucket, and behind it how many ranks have each wish.
  private let flagged: FloatStorage
  private var sums: [PartialSum] = []
  private var transfers = Transfers()
  private var added = 0
  private var wishes: Wishes = []

  /// Makes a reduction into `result`, the gradient arena and its tail.
  ///
  /// - Parameters:
  ///   - communicator: the ranks.
  ///   - buckets: disjoint ranges that cover `result`, in the order in which they will be added.
  ///   - result: where the sum of all slices is going to be.
  public init(_ communicator: any Communicator, buckets: [Range<Int>], result: MutableFloatBuffer) {
    precondition(buckets.reduce(0) { $0 + $1.count } == result.count, "the buckets cover the result")
    self.communicator = communicator
    self.buckets = buckets
    self.result = result
    flagged = FloatStorage(count: (buckets.last?.count ?? 0) + Wishes.all.count)
  }

  /// See `GradientReduction`.
  public func begin(_ sums: [PartialSum], slices: Int) {
    precondition(transfers.isEmpty, "the step before is not finished")
    precondition(sums.first?.lies(in: result) ?? true, "the first sum lies in the result")
    self.sums = sums
    added = 0
    heard = []
  }

  /// See `GradientReduction`.
  public func add(_ bucket: Range<Int>) throws(CollectiveError) {
    precondition(added < buckets.count && buckets[added] == bucket, "bucket \(bucket) is not next")
    added += 1
    let isLast = added == buckets.count
    let total = result.part(bucket)
    if sums.isEmpty { total.update(repeating: 0) }
    for sum in sums.dropFirst() { Kernels.add(sum.buffer.part(bucket).reading, to: total) }
    if isLast {
      copy(total.reading, to: flagged.buffer.part(0..<bucket.count))
      for (place, wish) in Wishes.all.enumerated() {
        flagged.buffer[bucket.count + place] = wishes.contains(wish) ? 1 : 0
      }
      wishes = []
    }
    try communicator.sum(isLast ? flagged.buffer : total, in: &transfers)
    try progress()
  }

  /// See `GradientReduction`.
  public func progress() throws(CollectiveError) {
    if !transfers.isEmpty { try communicator.advance(&transfers) }
  }

  /// See `GradientReduction`.
  public func finalize() throws(CollectiveError) {
    precondition(added == buckets.count, "\(added) of \(buckets.count) buckets were added")
    var patience = Patience(communicator)
    while true {
      let before = transfers.count
      try progress()
      if transfers.isEmpty { break }
      if try communicator.attend(isAlive: false) || transfers.count < before { patience.renew() }
      try patience.pause(for: [], in: "the exchange of gradients")
    }
    guard let last = buckets.last else { return }
    copy(flagged.buffer.part(0..<last.count).reading, to: result.part(last))
    for (place, wish) in Wishes.all.enumerated() where flagged.buffer[last.count + place] != 0 { heard.insert(wish) }
  }

  /// See `GradientReduction`.
  public func wish(_ wishes: Wishes) { self.wishes.formUnion(wishes) }
}
