import Kernels
import Tensors

/// One bucket's way through the tree reduction, on one rank: collect this rank's segment of every other rank's sums, add,
/// hand the total out, collect the totals of the other segments.
///
/// The last bucket of a step is cut for all ranks, and behind each total its owner's wish to stop travels as one more
/// float. All ranks hear all ranks this way, those without slices too, without a message more.
final class BucketExchange {
  private enum Phase {
    case parts, totals, complete
  }

  /// The floats of the result that this exchange fills.
  let bucket: Range<Int>
  /// In: this rank wants to stop. Out, once complete: some rank wants to. Only the last bucket carries it.
  var flag = false

  private let communicator: any Communicator
  private let index: Int
  private let carriesFlags: Bool
  /// What each rank owns of the bucket, counted from the result's start.
  private let segments: [Range<Int>]
  private let result: MutableFloatBuffer
  /// The last bucket's totals, each with its flag behind it; they are copied to the result at the end.
  private let flagged: FloatStorage

  private var world = WorldPlan(slices: 1, ranks: 1)
  private var held: [PartialSum] = []
  private var staging = MutableFloatBuffer(start: nil, count: 0)
  private var phase = Phase.complete
  private var parts = Transfers()
  private var totals = Transfers()
  private var sends = Transfers()

  init(
    _ communicator: any Communicator, index: Int, bucket: Range<Int>, result: MutableFloatBuffer, carriesFlags: Bool
  ) {
    self.communicator = communicator
    self.index = index
    self.bucket = bucket
    self.result = result
    self.carriesFlags = carriesFlags && communicator.size > 1
    segments = Buckets.segments(of: bucket, ranks: communicator.size)
    flagged = FloatStorage(count: self.carriesFlags ? bucket.count + communicator.size : 0)
  }

  var isComplete: Bool { phase == .complete }

  /// Messages that are not complete; it falls as long as something moves.
  var pending: Int {
    switch phase {
    case .parts: 1 + parts.count + totals.count + sends.count + communicator.size
    case .totals: 1 + totals.count + sends.count
    case .complete: 0
    }
  }

  /// What is under way, the likeliest to blame first: a missing total is often the fault of another rank than its owner.
  var transfers: [Transfers] { [parts, sends, totals] }

  private var own: Range<Int> { segments[communicator.rank] }

  /// The other ranks, the next one first, so that not all ranks talk to the same one at once.
  private var others: [Int] {
    (1..<communicator.size).map { (communicator.rank + $0) % communicator.size }
  }

  /// How many floats of staging a step needs: this rank's segment of every foreign node but the first, which is received
  /// where the total will stand.
  func stagingCount(_ world: WorldPlan) -> Int {
    world.nodes.dropFirst().count { $0.owner != communicator.rank } * own.count
  }

  /// Starts to receive everything.
  func begin(_ world: WorldPlan, staging: MutableFloatBuffer) throws(CollectiveError) {
    self.world = world
    self.staging = staging
    phase = .parts
    // Two tags a bucket. Ranks post the messages of one tag in the same order, that of steps and nodes, so nothing more is
    // needed to tell them apart.
    if !own.isEmpty {
      for index in world.nodes.indices where world.nodes[index].owner != communicator.rank {
        try communicator.receive(
          into: operand(index), from: world.nodes[index].owner, tag: partsTag, in: &parts)
      }
    }
    for peer in others where !message(of: peer).isEmpty {
      try communicator.receive(into: message(of: peer), from: peer, tag: totalsTag, in: &totals)
    }
  }

  /// Starts to send this rank's sums, straight from where they were computed.
  func send(_ held: [PartialSum]) throws(CollectiveError) {
    self.held = held
    for peer in others where !segments[peer].isEmpty {
      for sum in held {
        try communicator.send(sum.buffer.part(segments[peer]).reading, to: peer, tag: partsTag, in: &sends)
      }
    }
  }

  /// Does what can be done without waiting.
  func advance() throws(CollectiveError) {
    if phase == .parts {
      if !parts.isEmpty { try communicator.advance(&parts) }
      guard parts.isEmpty else { return }
      addParts()
      for peer in others where !message(of: communicator.rank).isEmpty {
        try communicator.send(message(of: communicator.rank).reading, to: peer, tag: totalsTag, in: &sends)
      }
      phase = .totals
    }
    if !sends.isEmpty { try communicator.advance(&sends) }
    if !totals.isEmpty { try communicator.advance(&totals) }
    if sends.isEmpty && totals.isEmpty {
      unpack()
      phase = .complete
    }
  }

  private var partsTag: Int { 2 * index }
  private var totalsTag: Int { 2 * index + 1 }

  /// Where the total of a rank's segment is computed or received.
  private func total(of rank: Int) -> MutableFloatBuffer {
    guard carriesFlags else { return result.part(segments[rank]) }
    let start = segments[rank].lowerBound - bucket.lowerBound + rank
    return flagged.buffer.part(start..<start + segments[rank].count)
  }

  /// The total of a rank's segment, and behind it the flag if there is one.
  private func message(of rank: Int) -> MutableFloatBuffer {
    guard carriesFlags else { return total(of: rank) }
    let start = segments[rank].lowerBound - bucket.lowerBound + rank
    return flagged.buffer.part(start..<start + segments[rank].count + 1)
  }

  /// This rank's segment of the sum of one of the world's nodes.
  private func operand(_ index: Int) -> MutableFloatBuffer {
    if index == 0 { return total(of: communicator.rank) }
    let rank = communicator.rank
    if world.nodes[index].owner == rank {
      let place = world.nodes[..<index].count { $0.owner == rank }
      return held[place].buffer.part(own)
    }
    let place = world.nodes[1..<index].count { $0.owner != rank }
    return staging.part(place * own.count..<(place + 1) * own.count)
  }

  private func addParts() {
    if world.nodes[0].owner == communicator.rank { copy(held[0].buffer.part(own).reading, to: operand(0)) }
    for addition in world.additions { add(operand(addition.from).reading, to: operand(addition.into)) }
    if carriesFlags { message(of: communicator.rank)[own.count] = flag ? 1 : 0 }
  }

  private func unpack() {
    guard carriesFlags else { return }
    for rank in 0..<communicator.size {
      copy(total(of: rank).reading, to: result.part(segments[rank]))
      if message(of: rank)[segments[rank].count] != 0 { flag = true }
    }
  }
}
