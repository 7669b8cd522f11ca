import Tensors

/// Sums every slice's gradient over all ranks, bucket by bucket, while backward still runs.
///
/// The two verbs are those of flashlight's `Reducer`: `add` and `finalize`. Between them `progress` lets MPI move: Open
/// MPI has no thread of its own for that. A step reads:
///
///     reduction.begin(sums, slices: slices)     // before backward of the rank's last slice
///     try reduction.add(bucket)                 // for each bucket, in order, as soon as it is settled
///     try reduction.progress()                  // now and then
///     try reduction.finalize()                  // the result is there, on every rank
///
/// A rank without slices takes part the same way, with an empty list of sums.
public protocol GradientReduction: AnyObject {
  /// Starts a step of `slices` slices. From the first `add` to the end of `finalize` the contents of the result are
  /// undefined, but for what is yet to be added of the first sum.
  ///
  /// - Parameters:
  ///   - sums: what this rank holds, in slice order: disjoint nodes of the slice tree that cover its share
  ///     `(0..<slices).share(rank, of: size)`, such as the sums of each of its workers. The first of them lies in
  ///     the result itself, so that it takes no memory of its own. The reduction may change them; they must stay
  ///     in place until `finalize`.
  ///   - slices: how many slices the step has over all ranks.
  func begin(_ sums: [PartialSum], slices: Int) throws(CollectiveError)
  /// Says that this range of all sums is final, and starts its exchange. Every rank adds every bucket, in the plan's order.
  func add(_ bucket: Range<Int>) throws(CollectiveError)
  /// Moves the exchange forward without waiting.
  func progress() throws(CollectiveError)
  /// Waits for all buckets; then the result holds the sum of all slices, on every rank.
  func finalize() throws(CollectiveError)

  /// Tells all ranks what this one wishes. It travels with the gradient's last bucket: with that of this step if that has not
  /// been sent yet, else with that of the next.
  func wish(_ wishes: Wishes)
  /// What some rank had wished when it sent the last bucket of the step that `finalize` ended. All ranks read the same.
  var heard: Wishes { get }
}
