/// Who holds which sums at the end of a step's backward passes, and how they are added. Every rank knows it without asking,
/// from the numbers of slices and ranks alone.
struct WorldPlan {
  /// A node of the slice tree and the rank that holds its sum.
  struct Node {
    let node: Range<Int>
    let owner: Int
  }

  let slices: Int
  let tree: SliceTree
  /// All ranks' nodes, in slice order.
  let nodes: [Node]
  /// Adds them up to the root; the sum ends at index 0.
  let additions: [SliceTree.Addition]

  init(slices: Int, ranks: Int) {
    let tree = SliceTree(slices: slices)
    let nodes = (0..<ranks).flatMap { rank in
      tree.subtrees(of: tree.root.share(rank, of: ranks)).map { Node(node: $0, owner: rank) }
    }
    self.slices = slices
    self.tree = tree
    self.nodes = nodes
    additions = tree.additions(of: nodes.map(\.node), upTo: tree.root)
  }
}
