/// How ranks are divided into groups, each of which trains one trial at a time.
package enum RankGroups {
  /// Groups of at least `size` ranks, as many as there are, but not more than `trials`: fewer trials have more ranks each. A group
  /// is of one host where its ranks suffice; what is left on hosts with fewer makes groups across hosts, of too few in all one.
  ///
  /// - Parameter nodes: the host of each rank, by any number that its ranks have in common.
  package static func divide(nodes: [Int], size: Int, trials: Int) -> [[Int]] {
    let hosts = Dictionary(grouping: nodes.indices, by: { nodes[$0] }).sorted { $0.key < $1.key }.map(\.value)
    let rest = hosts.filter { $0.count < size }.flatMap(\.self)
    let parts = hosts.filter { $0.count >= size } + (rest.isEmpty ? [] : [rest])
    var counts = parts.map { max(1, $0.count / size) }
    // Where groups are smallest, one fewer is.
    while counts.reduce(0, +) > trials {
      let shrinking = counts.indices.filter { counts[$0] > 1 }
      guard let part = shrinking.min(by: { parts[$0].count * counts[$1] < parts[$1].count * counts[$0] }) else { break }
      counts[part] -= 1
    }
    return zip(parts, counts).flatMap { ranks, count in
      (0..<count).map { Array(ranks[ranks.count * $0 / count..<ranks.count * ($0 + 1) / count]) }
    }
  }
}
