import Kernels
import Tensors

/// One bucket's way through the tree reduction, on one rank: collect this rank's segment of every other rank's sums, add,
/// hand the total out, collect the totals of the other segments.
///
/// The first of a rank's sums lies in the result, and so do the totals: that of another rank's segment takes the place of
/// this rank's part of it, once that has been sent.
///
/// The last bucket of a step is cut for all ranks, and behind each total its owner's wishes travel as one more float.
/// All ranks hear all ranks this way, those without slices too, without a message more.
final class BucketExchange {
  /// The floats of the result that this exchange fills.
  let bucket: Range<Int>
  /// In: what this rank wishes. Out, once complete: what some rank does. Only the last bucket carries it.
  var wishes: Wishes = []

  private let communicator: any Communicator
  private let index: Int
  private let carriesWishes: Bool
  /// What each rank owns of the bucket, counted from the result's start.
  private let segments: [Range<Int>]
  private let result: MutableFloatBuffer
  /// The last bucket's totals, each with its wishes behind it; they are copied to the result at the end.
  private let flagged: FloatStorage

  private var world = WorldPlan(slices: 1, ranks: 1)
  private var held: [PartialSum] = []
  private var staging = MutableFloatBuffer(start: nil, count: 0)
  /// Whether the other ranks' parts are being received.
  private(set) var isReceiving = false
  /// Whether this rank's parts are under way.
  private var isSending = false
  /// Whether this rank's segment is added up, and its total under way.
  private var isAdded = false
  /// Whether the other ranks' totals are being received.
  private var awaitsTotals = false
  /// Whether the result is there.
  private(set) var isComplete = true
  private var parts = Transfers()
  private var totals = Transfers()
  private var sends = Transfers()

  init(
    _ communicator: any Communicator, index: Int, bucket: Range<Int>, result: MutableFloatBuffer, carriesWishes: Bool
  ) {
    self.communicator = communicator
    self.index = index
    self.bucket = bucket
    self.result = result
    self.carriesWishes = carriesWishes && communicator.size > 1
    segments = Buckets.segments(of: bucket, ranks: communicator.size)
    flagged = FloatStorage(count: self.carriesWishes ? bucket.count + communicator.size : 0)
  }

  /// Messages that are not complete; it falls as long as something moves.
  var pending: Int {
    guard !isComplete else { return 0 }
    let begun = [isReceiving, isSending, isAdded, awaitsTotals].count { !$0 }
    return 1 + begun * (1 + communicator.size * world.nodes.count) + parts.count + sends.count + totals.count
  }

  /// What is under way, the likeliest to blame first: a missing total is often the fault of another rank than its owner.
  var transfers: [Transfers] { [parts, sends, totals] }

  private var own: Range<Int> { segments[communicator.rank] }

  /// The other ranks, the next one first, so that not all ranks talk to the same one at once.
  private var others: [Int] {
    (1..<communicator.size).map { (communicator.rank + $0) % communicator.size }
  }

  /// The nodes of other ranks for which there is staging. A rank that holds nothing itself receives the first where the total
  /// will stand.
  private static func staged(_ world: WorldPlan, rank: Int) -> [Int] {
    let foreign = world.nodes.indices.filter { world.nodes[$0].owner != rank }
    return foreign.count == world.nodes.count ? Array(foreign.dropFirst()) : foreign
  }

  /// How many floats of staging a step needs.
  func stagingCount(_ world: WorldPlan) -> Int { Self.staged(world, rank: communicator.rank).count * own.count }

  /// The same for the whole of a gradient of `count` floats, about.
  static func stagingCount(_ count: Int, _ world: WorldPlan, rank: Int, ranks: Int) -> Int {
    staged(world, rank: rank).count * count / ranks
  }

  /// Starts a step.
  func begin(_ world: WorldPlan, _ held: [PartialSum]) {
    (self.world, self.held) = (world, held)
    (isReceiving, isSending, isAdded, awaitsTotals, isComplete) = (false, false, false, false, false)
  }

  /// Starts to receive what the others hold.
  ///
  /// - Parameter staging: `stagingCount` floats.
  func receive(into staging: MutableFloatBuffer) throws(CollectiveError) {
    self.staging = staging
    isReceiving = true
    // Two tags a bucket. Ranks post the messages of one tag in the same order, that of steps and nodes, so nothing more is
    // needed to tell them apart.
    guard !own.isEmpty else { return }
    for index in world.nodes.indices where world.nodes[index].owner != communicator.rank {
      try communicator.receive(into: operand(index), from: world.nodes[index].owner, tag: partsTag, in: &parts)
    }
  }

  /// Starts to send this rank's sums, straight from where they were computed.
  func send() throws(CollectiveError) {
    isSending = true
    for peer in others where !segments[peer].isEmpty {
      for sum in held {
        try communicator.send(sum.buffer.part(segments[peer]).reading, to: peer, tag: partsTag, in: &sends)
      }
    }
  }

  /// Does what can be done without waiting.
  func advance() throws(CollectiveError) {
    if !parts.isEmpty { try communicator.advance(&parts) }
    if !sends.isEmpty { try communicator.advance(&sends) }
    if !totals.isEmpty { try communicator.advance(&totals) }
    if isSending && sends.isEmpty && !awaitsTotals {
      // What stood there has been read.
      awaitsTotals = true
      for peer in others where !message(of: peer).isEmpty {
        try communicator.receive(into: message(of: peer), from: peer, tag: totalsTag, in: &totals)
      }
    }
    if isReceiving && isSending && parts.isEmpty && awaitsTotals && !isAdded {
      isAdded = true
      addParts()
      for peer in others where !message(of: communicator.rank).isEmpty {
        try communicator.send(message(of: communicator.rank).reading, to: peer, tag: totalsTag, in: &sends)
      }
    }
    if isAdded && sends.isEmpty && totals.isEmpty {
      unpack()
      isComplete = true
    }
  }

  private var partsTag: Int { 2 * index }
  private var totalsTag: Int { 2 * index + 1 }

  /// The total of a rank's segment on its way: in the result, or in the last bucket with the wishes behind it.
  private func message(of rank: Int) -> MutableFloatBuffer {
    guard carriesWishes else { return result.part(segments[rank]) }
    let start = segments[rank].lowerBound - bucket.lowerBound + rank
    return flagged.buffer.part(start..<start + segments[rank].count + 1)
  }

  /// This rank's segment of the sum of one of the world's nodes.
  private func operand(_ index: Int) -> MutableFloatBuffer {
    let rank = communicator.rank
    if world.nodes[index].owner == rank {
      return held[world.nodes[..<index].count { $0.owner == rank }].buffer.part(own)
    }
    guard let place = Self.staged(world, rank: rank).firstIndex(of: index) else { return result.part(own) }
    return staging.part(place * own.count..<(place + 1) * own.count)
  }

  /// Adds up this rank's segment in the result. As x + y is y + x, a sum may stand where either of the two stood.
  private func addParts() {
    guard !own.isEmpty || carriesWishes else { return }
    let total = result.part(own)
    if !own.isEmpty {
      var operands = world.nodes.indices.map(operand)
      for addition in world.additions {
        if operands[addition.from].baseAddress == total.baseAddress { operands.swapAt(addition.into, addition.from) }
        add(operands[addition.from].reading, to: operands[addition.into])
      }
    }
    guard carriesWishes else { return }
    let message = message(of: communicator.rank)
    copy(total.reading, to: message.part(0..<own.count))
    message[own.count] = Float(wishes.rawValue)
  }

  private func unpack() {
    guard carriesWishes else { return }
    for rank in 0..<communicator.size {
      let (message, count) = (message(of: rank), segments[rank].count)
      copy(message.part(0..<count).reading, to: result.part(segments[rank]))
      wishes.formUnion(Wishes(rawValue: UInt8(exactly: message[count]) ?? 0))
    }
  }
}
