/// What ranks say to one another in a step of the tree reduction, known beforehand: the messages follow from the gradient's
/// buckets and the numbers of slices and ranks alone.
public struct ExchangeVolume: Sendable {
  /// One bucket's exchange.
  public struct Bucket: Sendable {
    /// The floats of the gradient arena and its tail that it sums.
    public let range: Range<Int>
    /// The bytes that each rank sends.
    public let sent: [Int]
    /// The bytes that each rank receives from ranks of its own host.
    public let receivedNearby: [Int]
    /// The bytes that leave each host.
    public let leaving: [Int]
    /// The bytes that come to each host.
    public let coming: [Int]
    /// How many messages a rank sends and receives at most.
    public let messages: Int
  }

  /// In the order in which backward fills them.
  public let buckets: [Bucket]
  /// How many ranks have a part.
  public let ranks: Int

  /// Counts the bytes of a step.
  ///
  /// - Parameters:
  ///   - buckets: as `Buckets.plan` cuts the gradient.
  ///   - slices: how many slices the step has.
  ///   - ranks: how many ranks share them.
  ///   - ranksPerHost: how many neighbours share a host; the last host may have fewer.
  public init(_ buckets: [Range<Int>], slices: Int, ranks: Int, ranksPerHost: Int) {
    let world = WorldPlan(slices: slices, ranks: ranks)
    var held = [Int](repeating: 0, count: ranks)
    for node in world.nodes { held[node.owner] += 1 }
    let hosts = stride(from: 0, to: ranks, by: ranksPerHost).map { $0..<min($0 + ranksPerHost, ranks) }
    self.ranks = ranks
    self.buckets = buckets.enumerated().map { index, bucket in
      // A rank by itself has nothing to say, not even that it wishes to stop.
      Self.count(bucket, held: held, hosts: hosts, carriesFlags: index == buckets.count - 1 && ranks > 1)
    }
  }

  /// Each rank sends each of the sums that it holds, but for its own segment, and then its segment's total to all.
  private static func count(_ bucket: Range<Int>, held: [Int], hosts: [Range<Int>], carriesFlags: Bool) -> Bucket {
    let segments = Buckets.segments(of: bucket, ranks: held.count).map(\.count)
    let totals = segments.map { carriesFlags ? $0 + 1 : $0 }
    func sum(_ counts: [Int], _ ranks: Range<Int>) -> Int { ranks.reduce(0) { $0 + counts[$1] } }
    let all = 0..<held.count
    let (floats, sums, total) = (bucket.count, sum(held, all), sum(totals, all))
    let owners = segments.count { $0 > 0 }

    let sent = all.map { held[$0] * (floats - segments[$0]) + (held.count - 1) * totals[$0] }
    var (nearby, leaving, coming) = ([Int](repeating: 0, count: held.count), [Int](), [Int]())
    for host in hosts {
      let (own, ownSums, ownTotals) = (sum(segments, host), sum(held, host), sum(totals, host))
      for rank in host {
        nearby[rank] = segments[rank] * (ownSums - held[rank]) + ownTotals - totals[rank]
      }
      leaving.append(ownSums * (floats - own) + (held.count - host.count) * ownTotals)
      coming.append(own * (sums - ownSums) + host.count * (total - ownTotals))
    }
    let messages = all.map { rank in
      let (isOwner, announces) = (segments[rank] > 0, totals[rank] > 0)
      return held[rank] * (owners - (isOwner ? 1 : 0)) + (isOwner ? sums - held[rank] : 0)
        + (announces ? held.count - 1 : 0) + totals.count { $0 > 0 } - (announces ? 1 : 0)
    }
    func bytes(_ floats: [Int]) -> [Int] { floats.map { $0 * 4 } }
    return Bucket(
      range: bucket, sent: bytes(sent), receivedNearby: bytes(nearby), leaving: bytes(leaving), coming: bytes(coming),
      messages: messages.max() ?? 0)
  }

  /// The bytes that the rank sends which sends most.
  public var mostSent: Int {
    (0..<ranks).map { rank in buckets.reduce(0) { $0 + $1.sent[rank] } }.max() ?? 0
  }

  /// The bytes that all ranks send together.
  public var sent: Int { buckets.reduce(0) { $0 + $1.sent.reduce(0, +) } }
}
