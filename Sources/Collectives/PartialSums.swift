import Tensors

/// The gradient of one node of the slice tree.
public struct PartialSum {
  /// The slices that are summed.
  public let node: Range<Int>
  /// Their sum, laid out as the gradient arena and its tail.
  public let buffer: MutableFloatBuffer

  /// The sum of `node`, in `buffer`.
  public init(node: Range<Int>, buffer: MutableFloatBuffer) {
    self.node = node
    self.buffer = buffer
  }
}

/// Adds up the gradients of one worker's run of slices in tree order, while they are computed.
///
/// The sums form a stack, as in a binary counter: a new slice goes on top, and as long as the two sums on top are the
/// halves of one node of the tree, they become that node. Pairwise summation needs no more than about log2(slices)
/// buffers this way (Higham, "The accuracy of floating point summation", 1993, section 3).
///
/// A step reads: `reset`; for each slice of the run `push`, `settle` for each bucket that backward has filled,
/// `finishSlice`. Buffers are kept from step to step: only a stack deeper than all before it allocates.
public final class PartialSums {
  /// The floats of one sum: the gradient arena and its tail.
  public let count: Int

  private var tree = SliceTree(slices: 1)
  private var run = 0..<0
  /// The stack is the first `stack.count` buffers of the pool, bottom first.
  private var pool: [FloatStorage] = []
  private var stack: [Range<Int>] = []
  /// How many of the topmost sums become one with the slice that was pushed last.
  private var merges = 0
  private var settled = 0

  /// What the stack holds once the run is done: the largest nodes of the tree within the run. Where they lie is known from
  /// `reset` on, so that their exchange can start bucket by bucket, before the last slice is finished.
  public private(set) var sums: [PartialSum] = []

  /// Makes an empty stack of sums of `count` floats each.
  public init(count: Int) {
    self.count = count
  }

  /// Starts a step of `slices` slices, of which this worker computes `run`, which may be empty.
  public func reset(slices: Int, run: Range<Int>) {
    precondition(0 <= run.lowerBound && run.upperBound <= slices, "slices \(run) of \(slices) do not exist")
    tree = SliceTree(slices: slices)
    self.run = run
    stack.removeAll(keepingCapacity: true)
    merges = 0
    settled = 0
    let nodes = run.isEmpty ? [] : tree.subtrees(of: run)
    while pool.count < nodes.count { pool.append(FloatStorage(count: count)) }
    sums = zip(nodes, pool).map { PartialSum(node: $0, buffer: $1.buffer) }
  }

  /// Makes place for the gradient of the next slice of the run; the caller overwrites every float of it.
  public func push(_ slice: Int) -> MutableFloatBuffer {
    let next = stack.last?.upperBound ?? run.lowerBound
    precondition(slice == next && run.contains(slice), "slice \(slice) is not the next of \(run)")
    precondition(merges == 0, "the slice before \(slice) is not finished")
    if pool.count == stack.count { pool.append(FloatStorage(count: count)) }
    let buffer = pool[stack.count].buffer
    stack.append(slice..<slice + 1)
    while merges + 1 < stack.count, tree.contains(stack[stack.count - 2 - merges].lowerBound..<slice + 1) {
      merges += 1
    }
    settled = 0
    return buffer
  }

  /// Does all additions that the pushed slice completes, for one range of floats that backward has filled.
  public func settle(_ bucket: Range<Int>) {
    for depth in 0..<merges {
      let top = stack.count - 1 - depth
      add(pool[top].buffer.part(bucket).reading, to: pool[top - 1].buffer.part(bucket))
    }
    settled += bucket.count
  }

  /// Ends the pushed slice, once every float of it is settled.
  public func finishSlice() {
    precondition(settled == count, "\(settled) of \(count) floats of a slice's gradient are settled")
    stack = settledStack
    merges = 0
  }

  private var settledStack: [Range<Int>] {
    guard let top = stack.last else { return [] }
    let kept = stack.dropLast(merges + 1)
    return kept + [stack[kept.count].lowerBound..<top.upperBound]
  }
}
