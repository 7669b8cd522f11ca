/// Puts steps in an order in which each follows all that it depends on.
///
/// - Parameters:
///   - dependencies: for each step, those that must come before.
///   - choose: which of the steps that could come next, given in any order, does.
/// - Returns: the steps, without those that are on a loop or behind one.
func topologicalOrder(
  of dependencies: [Set<Int>], choosing choose: (_ ready: [Int], _ done: [Int]) -> Int
) -> [Int] {
  var missing = dependencies.map(\.count)
  var followers = [[Int]](repeating: [], count: dependencies.count)
  for (step, needed) in dependencies.enumerated() { for need in needed { followers[need].append(step) } }
  var ready = dependencies.indices.filter { missing[$0] == 0 }
  var order: [Int] = []
  while !ready.isEmpty {
    let next = choose(ready, order)
    ready.removeAll { $0 == next }
    order.append(next)
    for follower in followers[next] {
      missing[follower] -= 1
      if missing[follower] == 0 { ready.append(follower) }
    }
  }
  return order
}
