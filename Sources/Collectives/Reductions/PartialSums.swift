import Kernels
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

  /// Whether its floats are those of `result`.
  func lies(in result: MutableFloatBuffer) -> Bool { buffer.baseAddress == result.baseAddress }
}

/// Adds up the gradients of one worker's run of slices in tree order, while they are computed.
///
/// The sums form a stack, as in a binary counter: a new slice goes on top, and as long as the two sums on top are the
/// halves of one node of the tree, they become that node. Pairwise summation needs no more than about log2(slices)
/// buffers this way (Higham, "The accuracy of floating point summation", 1993, section 3).
///
/// Which buffer a slice's gradient goes to, and which additions it completes, follows from the run alone. So each range of
/// floats can go through all slices by itself: a layer's gradients of every slice may be settled before the next layer's
/// are begun. Buffers are kept from step to step: only a stack deeper than all before it allocates.
public final class PartialSums {
  /// The floats of one sum: the gradient arena and its tail.
  public let count: Int
  /// What the stack holds once every range of every slice is settled: the largest nodes of the tree within the run.
  public private(set) var sums: [PartialSum] = []

  /// What happens with one slice's gradient.
  private struct Turn {
    /// The buffer that it is computed in.
    let place: Int
    /// How many buffers below it then become one with it.
    let merges: Int
  }

  private var run = 0..<0
  private var turns: [Turn] = []
  private var pool: [FloatStorage] = []
  private var buffers: [MutableFloatBuffer] = []

  /// Makes an empty stack of sums of `count` floats each.
  public init(count: Int) {
    self.count = count
  }

  /// Starts a step of `slices` slices, of which this worker computes `run`, which may be empty.
  ///
  /// - Parameters:
  ///   - slices: how many slices the step has over all ranks.
  ///   - run: those of this worker.
  ///   - first: where the sum that begins with the run's first slice is to lie; nil for a buffer of its own.
  public func reset(slices: Int, run: Range<Int>, first: MutableFloatBuffer? = nil) {
    precondition(0 <= run.lowerBound && run.upperBound <= slices, "slices \(run) of \(slices) do not exist")
    precondition(first?.count ?? count == count, "a sum has \(count) floats")
    self.run = run
    let stack: [Range<Int>]
    (turns, stack) = Self.plan(slices: slices, run: run)
    let given = first.map { [$0] } ?? []
    while given.count + pool.count < depth { pool.append(FloatStorage(count: count)) }
    buffers = given + pool.map(\.buffer)
    sums = zip(stack, buffers).map { PartialSum(node: $0, buffer: $1) }
  }

  /// What happens with each slice of a run, and the nodes that the stack holds in the end.
  private static func plan(slices: Int, run: Range<Int>) -> (turns: [Turn], stack: [Range<Int>]) {
    let tree = SliceTree(slices: slices)
    var (turns, stack): ([Turn], [Range<Int>]) = ([], [])
    for slice in run {
      let place = stack.count
      var node = slice..<slice + 1
      while let below = stack.last, tree.contains(below.lowerBound..<node.upperBound) {
        node = below.lowerBound..<node.upperBound
        stack.removeLast()
      }
      turns.append(Turn(place: place, merges: place - stack.count))
      stack.append(node)
    }
    return (turns, stack)
  }

  /// How many buffers the step takes.
  private var depth: Int { turns.map { $0.place + 1 }.max() ?? 0 }

  /// How many sums are held at a time in a step of `slices` slices by a worker that computes `run`.
  public static func depth(slices: Int, run: Range<Int>) -> Int {
    plan(slices: slices, run: run).turns.map { $0.place + 1 }.max() ?? 0
  }

  /// Where a slice's gradient goes. A range of it may be written once that range of the slice before is settled.
  public func buffer(of slice: Int) -> MutableFloatBuffer {
    buffers[turn(slice).place]
  }

  /// The sum to which a slice's gradient is added first; nil where the slice begins a new one.
  public func sum(before slice: Int) -> MutableFloatBuffer? {
    let turn = turn(slice)
    return turn.merges > 0 ? buffers[turn.place - 1] : nil
  }

  /// Does all additions that a slice completes, for one range of floats.
  ///
  /// - Parameters:
  ///   - range: the floats.
  ///   - slice: the slice, whose gradient is there.
  ///   - isAdded: whether the slice's gradient has been added to `sum(before:)` already.
  public func settle(_ range: Range<Int>, of slice: Int, isAdded: Bool = false) {
    let turn = turn(slice)
    for place in stride(from: turn.place - (isAdded ? 1 : 0), to: turn.place - turn.merges, by: -1) {
      add(buffers[place].part(range).reading, to: buffers[place - 1].part(range))
    }
  }

  private func turn(_ slice: Int) -> Turn {
    precondition(run.contains(slice), "slice \(slice) is not in the run \(run)")
    return turns[slice - run.lowerBound]
  }
}
