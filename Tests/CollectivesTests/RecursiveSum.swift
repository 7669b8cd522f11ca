/// The sum of a node's slices straight from the definition of the tree: what every other way of adding must equal.
func recursiveSum(of node: Range<Int>, _ gradient: (Int) -> [Float]) -> [Float] {
  guard node.count > 1 else { return gradient(node.lowerBound) }
  var width = 1
  while width * 2 < node.count { width *= 2 }
  let left = recursiveSum(of: node.lowerBound..<node.lowerBound + width, gradient)
  let right = recursiveSum(of: node.lowerBound + width..<node.upperBound, gradient)
  return zip(left, right).map { $0 + $1 }
}
