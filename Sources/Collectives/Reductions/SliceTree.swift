/// The one binary tree in which a step's slices are added.
///
/// IEEE 754 addition commutes, but is not associative: the bits of a sum of slices depend on where the parentheses stand,
/// never on which operand comes first. This tree says where they stand, from the number of slices alone. Whoever adds,
/// a worker its slices, a rank its workers, or the world its ranks, adds nodes of this tree, so the sum at the root has
/// the same bits on any number of ranks and threads.
///
/// A node is a range of slices. The root is `0..<slices`; a node of more than one slice splits behind the largest power
/// of two of slices that leaves something to the right. A left half is therefore always a perfect tree.
public struct SliceTree: Hashable, Sendable {
  /// One addition of a plan: the sum at index `from` of a list of nodes is added to the one at index `into`.
  public struct Addition: Hashable, Sendable {
    /// The left operand, which is accumulated into.
    public let into: Int
    /// The right operand, done with afterwards.
    public let from: Int
  }

  /// How many slices the step has.
  public let slices: Int

  /// The tree over `slices` slices, at least 1.
  public init(slices: Int) {
    precondition(slices > 0, "a step has at least one slice")
    self.slices = slices
  }

  /// The node of all slices.
  public var root: Range<Int> { 0..<slices }

  /// The two nodes whose sum `node` is; none for a single slice.
  public static func halves(of node: Range<Int>) -> (left: Range<Int>, right: Range<Int>)? {
    guard node.count > 1 else { return nil }
    let width = 1 << (Int.bitWidth - 1 - (node.count - 1).leadingZeroBitCount)
    let middle = node.lowerBound + width
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }

  /// Whether `range` is a node of this tree.
  public func contains(_ range: Range<Int>) -> Bool {
    var node = root
    while node != range {
      guard let (left, right) = Self.halves(of: node) else { return false }
      node = range.lowerBound < right.lowerBound ? left : right
    }
    return true
  }

  /// The largest nodes that lie within a contiguous run of slices, in slice order: at most twice the tree's depth.
  public func subtrees(of run: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    func visit(_ node: Range<Int>) {
      guard node.overlaps(run) else { return }
      if run.lowerBound <= node.lowerBound, node.upperBound <= run.upperBound { return found.append(node) }
      guard let (left, right) = Self.halves(of: node) else { return }
      visit(left)
      visit(right)
    }
    visit(root)
    return found
  }

  /// The plan that adds up those of `nodes` that lie within `top`, children before parents.
  ///
  /// The nodes within `top` must cover it, and all must be disjoint. The sum ends at the index of the node that starts
  /// where `top` starts.
  public func additions(of nodes: [Range<Int>], upTo top: Range<Int>) -> [Addition] {
    let indices = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    var plan: [Addition] = []
    func sum(_ node: Range<Int>) -> Int {
      if let index = indices[node] { return index }
      guard let (left, right) = Self.halves(of: node) else {
        preconditionFailure("slice \(node.lowerBound) of \(slices) is in none of the sums \(nodes)")
      }
      let (into, from) = (sum(left), sum(right))
      plan.append(Addition(into: into, from: from))
      return into
    }
    _ = sum(top)
    return plan
  }
}
