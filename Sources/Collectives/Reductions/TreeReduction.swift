import Kernels
import Tensors

/// The reduction whose bits do not depend on the number of ranks: all additions follow the slice tree.
///
/// Owner computes: each bucket is cut into one segment per rank; a segment's owner receives it from everyone, adds in tree
/// order and sends the sum to everyone. This reduce-scatter followed by an all-gather moves 2 N (P - 1) / P floats per
/// rank where each rank holds one node, the lower bound for an all-reduce (Patarasuk and Yuan, "Bandwidth optimal
/// all-reduce algorithms for clusters of workstations", 2009), and unlike a ring it leaves the order of additions open.
/// A rank whose run is not one node sends each of its nodes, at most 2 log2(slices / ranks) of them.
///
/// What a rank receives of the others' sums lies in a ring of limited size: where the gradient is larger, a bucket is received
/// once the bucket that had its place is complete. As every rank completes the buckets in the same order, the first that some
/// rank lacks has its place everywhere, and none waits for ever.
public final class TreeReduction: GradientReduction {
  /// See `GradientReduction`.
  public private(set) var heard: Wishes = []

  private let communicator: any Communicator
  private let result: MutableFloatBuffer
  private let exchanges: [BucketExchange]
  private var world: WorldPlan
  private var sums: [PartialSum] = []
  private var localPlan: [SliceTree.Addition] = []
  /// This rank's sums once `localPlan` is done: the nodes that the other ranks know of.
  private var held: [PartialSum] = []
  private var staging = FloatStorage(count: 0)
  /// Where each bucket's staging lies, and the last bucket before it that lies there too; -1 for none.
  private var places: [(range: Range<Int>, after: Int)] = []
  private var receiving = 0
  private let ringCount: Int
  private var added = 0
  private var wishes: Wishes = []

  /// Makes a reduction into `result`, the gradient arena and its tail.
  ///
  /// - Parameters:
  ///   - communicator: the ranks.
  ///   - buckets: disjoint ranges that cover `result`, in the order in which they will be added.
  ///   - result: where the sum of all slices is going to be.
  ///   - ringCount: the floats of the ring, unless a single bucket needs more.
  public init(
    _ communicator: any Communicator, buckets: [Range<Int>], result: MutableFloatBuffer,
    ringCount: Int = standardRingCount
  ) {
    self.ringCount = ringCount
    precondition(buckets.reduce(0) { $0 + $1.count } == result.count, "the buckets cover the result")
    precondition(buckets.count < 1 << 14, "MPI promises no more than 2^15 tags, two for each bucket")
    self.communicator = communicator
    self.result = result
    world = WorldPlan(slices: 1, ranks: communicator.size)
    exchanges = buckets.enumerated().map { index, bucket in
      BucketExchange(
        communicator, index: index, bucket: bucket, result: result, carriesWishes: index == buckets.count - 1)
    }
  }

  /// The ring's floats, if nothing else is said: 32 MB.
  public static let standardRingCount = 8_388_608

  /// About how many floats rank `rank` of `ranks` holds for the sums of the others, in a step of `slices` slices: the result
  /// has `count`.
  public static func stagingCount(_ count: Int, slices: Int, rank: Int, ranks: Int) -> Int {
    let world = WorldPlan(slices: slices, ranks: ranks)
    let largest = BucketExchange.stagingCount(min(count, Buckets.largest), world, rank: rank, ranks: ranks)
    return min(BucketExchange.stagingCount(count, world, rank: rank, ranks: ranks), max(standardRingCount, largest))
  }

  /// See `GradientReduction`. Also starts to receive: what others send early is then stored at its place at once.
  public func begin(_ sums: [PartialSum], slices: Int) throws(CollectiveError) {
    precondition(exchanges.allSatisfy(\.isComplete), "the step before is not finished")
    precondition(sums.first?.lies(in: result) ?? true, "the first sum lies in the result")
    if slices != world.slices || places.isEmpty {
      world = WorldPlan(slices: slices, ranks: communicator.size)
      places = Self.ring(of: ringCount, exchanges.map { $0.stagingCount(world) })
      let needed = places.reduce(0) { max($0, $1.range.upperBound) }
      if staging.buffer.count < needed { staging = FloatStorage(count: needed) }
    }
    let nodes = sums.map(\.node)
    let own = world.nodes.filter { $0.owner == communicator.rank }.map(\.node)
    self.sums = sums
    localPlan = own.flatMap { world.tree.additions(of: nodes, upTo: $0) }
    held = own.map { node in
      guard let sum = sums.first(where: { $0.node.lowerBound == node.lowerBound }) else {
        preconditionFailure("no sum starts at slice \(node.lowerBound)")
      }
      return PartialSum(node: node, buffer: sum.buffer)
    }
    added = 0
    heard = []
    for exchange in exchanges { exchange.begin(world, held) }
    receiving = 0
    try receive()
  }

  /// Places runs of `counts` floats in a ring of `size`, or of what the largest needs, one behind the other.
  private static func ring(of size: Int, _ counts: [Int]) -> [(range: Range<Int>, after: Int)] {
    let size = max(size, counts.max() ?? 0)
    var (places, offset): ([(range: Range<Int>, after: Int)], Int) = ([], 0)
    for count in counts {
      if offset + count > size { offset = 0 }
      let range = offset..<offset + count
      places.append((range, places.lastIndex { $0.range.overlaps(range) } ?? -1))
      offset += count
    }
    return places
  }

  /// Starts to receive all buckets for which there is room.
  private func receive() throws(CollectiveError) {
    while receiving < exchanges.count, exchanges[..<(places[receiving].after + 1)].allSatisfy(\.isComplete) {
      try exchanges[receiving].receive(into: staging.buffer.part(places[receiving].range))
      receiving += 1
    }
  }

  /// See `GradientReduction`.
  public func add(_ bucket: Range<Int>) throws(CollectiveError) {
    precondition(added < exchanges.count && exchanges[added].bucket == bucket, "bucket \(bucket) is not next")
    for addition in localPlan {
      Kernels.add(
        sums[addition.from].buffer.part(bucket).reading, to: sums[addition.into].buffer.part(bucket))
    }
    let exchange = exchanges[added]
    added += 1
    if added == exchanges.count {
      exchange.wishes = wishes
      wishes = []
    }
    try exchange.send()
    try progress()
  }

  /// See `GradientReduction`.
  public func progress() throws(CollectiveError) {
    for exchange in exchanges[..<added] where !exchange.isComplete { try exchange.advance() }
    try receive()
  }

  /// See `GradientReduction`.
  public func finalize() throws(CollectiveError) {
    precondition(added == exchanges.count, "\(added) of \(exchanges.count) buckets were added")
    var patience = Patience(communicator)
    var before = Int.max
    while true {
      try progress()
      let pending = exchanges.reduce(0) { $0 + $1.pending }
      if pending == 0 { break }
      if try communicator.attend(isAlive: false) || pending < before { patience.renew() }
      before = pending
      try patience.pause(for: silentRanks, in: "the exchange of gradients")
    }
    heard = exchanges.last?.wishes ?? wishes
  }

  /// The ranks that hold up this one: those whose parts are missing in some bucket; failing that, those that do not take
  /// this rank's messages; failing that, those whose totals are missing.
  private var silentRanks: [Int] {
    let kinds = (0..<3).map { kind in Set(exchanges.flatMap { $0.transfers[kind].silentRanks }) }
    return kinds.first { !$0.isEmpty }?.sorted() ?? []
  }

  /// See `GradientReduction`.
  public func wish(_ wishes: Wishes) { self.wishes.formUnion(wishes) }
}
