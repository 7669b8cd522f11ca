import Collectives
import Testing

/// Sums as text, so that a misplaced parenthesis shows: `((0+1)+2)`.
private func expression(_ node: Range<Int>) -> String {
  guard node.count > 1 else { return "\(node.lowerBound)" }
  var width = 1
  while width * 2 < node.count { width *= 2 }
  let middle = node.lowerBound + width
  return "(\(expression(node.lowerBound..<middle))+\(expression(middle..<node.upperBound)))"
}

/// Follows the plan that adds `nodes` up to `top`, on texts.
private func follow(_ tree: SliceTree, _ nodes: [Range<Int>], _ texts: [String], _ top: Range<Int>) -> String? {
  var texts = texts
  for addition in tree.additions(of: nodes, upTo: top) {
    texts[addition.into] = "(\(texts[addition.into])+\(texts[addition.from]))"
  }
  return nodes.firstIndex { $0.lowerBound == top.lowerBound }.map { texts[$0] }
}

@Suite struct SliceTreeTests {
  @Test func aNodeSplitsBehindTheLargestPowerOfTwo() {
    #expect(SliceTree.halves(of: 0..<13) ?? (0..<0, 0..<0) == (0..<8, 8..<13))
    #expect(SliceTree.halves(of: 8..<13) ?? (0..<0, 0..<0) == (8..<12, 12..<13))
    #expect(SliceTree.halves(of: 0..<8) ?? (0..<0, 0..<0) == (0..<4, 4..<8))
    #expect(SliceTree.halves(of: 3..<4) == nil)
  }

  @Test func knowsItsNodes() {
    let tree = SliceTree(slices: 13)
    for node in [0..<13, 0..<8, 8..<13, 8..<12, 12..<13, 4..<8, 10..<12, 5..<6] { #expect(tree.contains(node)) }
    for range in [0..<12, 1..<3, 2..<6, 11..<13, 0..<14, 12..<14, 3..<3, 13..<14] { #expect(!tree.contains(range)) }
  }

  /// The largest nodes within a run cover it, in order, and no two of them are one node.
  @Test func subtreesOfEveryRun() {
    for slices in 1...20 {
      let tree = SliceTree(slices: slices)
      for start in 0..<slices {
        #expect(tree.subtrees(of: start..<start).isEmpty)
        for end in start + 1...slices {
          let nodes = tree.subtrees(of: start..<end)
          #expect(nodes.flatMap { Array($0) } == Array(start..<end))
          #expect(nodes.allSatisfy(tree.contains))
          for (left, right) in zip(nodes, nodes.dropFirst()) {
            #expect(!tree.contains(left.lowerBound..<right.upperBound))
          }
        }
      }
    }
  }

  /// Slices to workers, workers to ranks, ranks to the world: the parentheses stand where one process alone has them.
  @Test func everyDivisionAddsInTheOneOrder() {
    for slices in 1...33 {
      let tree = SliceTree(slices: slices)
      for ranks in 1...12 {
        for workers in [1, 3] {
          var (nodes, texts): ([Range<Int>], [String]) = ([], [])
          for rank in 0..<ranks {
            let run = tree.root.share(rank, of: ranks)
            let parts = (0..<workers).flatMap { tree.subtrees(of: run.share($0, of: workers)) }
            for node in tree.subtrees(of: run) {
              nodes.append(node)
              texts.append(follow(tree, parts, parts.map(expression), node) ?? "")
            }
          }
          #expect(follow(tree, nodes, texts, tree.root) == expression(0..<slices))
        }
      }
    }
  }

  @Test func sharesAreContiguousAndEven() {
    for count in 0...20 {
      for parts in 1...9 {
        let shares = (0..<parts).map { (5..<5 + count).share($0, of: parts) }
        #expect(shares.flatMap { Array($0) } == Array(5..<5 + count))
        #expect(shares.allSatisfy { $0.count == count / parts || $0.count == (count + parts - 1) / parts })
      }
    }
  }
}
