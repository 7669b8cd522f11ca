import Tensors

/// How fast messages are between the ranks that are there.
public struct LinkSpeed: Codable, Sendable, Equatable {
  /// What a rank sends and receives at the same time, while all others do the same, in bytes a second.
  public let bytesPerSecond: Double
  /// From sending a message of a few bytes to having received it, in seconds.
  public let delay: Double

  /// The figures as they are.
  public init(bytesPerSecond: Double, delay: Double) {
    (self.bytesPerSecond, self.delay) = (bytesPerSecond, delay)
  }

  /// Measures for about a second: first and last rank send a float to and fro; then each rank exchanges megabytes with one
  /// that is far from it in the order of ranks, on another host where there are several. All ranks call it and get the
  /// slowest rank's bytes; nil where there is but one.
  public init?(between communicator: any Communicator) throws(CollectiveError) {
    guard communicator.size > 1 else { return nil }
    let probe = Probe(communicator)
    try communicator.barrier()
    let delay = try probe.delay()
    let rate = try probe.rate()
    let all = try communicator.allGather("\(rate) \(delay)").map { $0.split(separator: " ").compactMap { Double($0) } }
    bytesPerSecond = all.map { $0[0] }.min() ?? rate
    self.delay = all[0][1]
  }

  /// The messages of one measurement.
  private final class Probe {
    private let communicator: any Communicator
    private let (outgoing, incoming) = (FloatStorage(count: 1 << 20), FloatStorage(count: 1 << 20))

    /// Messages are told apart by their order alone.
    private let tag = 0
    /// Seconds that each of the two parts may take, about.
    private let patience = 0.4

    init(_ communicator: any Communicator) { self.communicator = communicator }

    /// Half a round's time, the median of many rounds; 0 on the ranks between the first and the last.
    func delay() throws(CollectiveError) -> Double {
      let last = communicator.size - 1
      guard communicator.rank == 0 || communicator.rank == last else { return 0 }
      let isFirst = communicator.rank == 0
      var times: [Double] = []
      let start = ContinuousClock.now
      var goesOn = true
      while goesOn {
        let round = ContinuousClock.now
        // The first says with its float whether another round follows.
        if isFirst {
          goesOn = start.duration(to: .now) / .seconds(1) < patience && times.count < 2000
          outgoing.buffer[0] = goesOn ? 1 : 0
          try pass(1, to: last, from: nil)
          try pass(1, to: nil, from: last)
        } else {
          try pass(1, to: nil, from: 0)
          goesOn = incoming.buffer[0] != 0
          try pass(1, to: 0, from: nil)
        }
        times.append(round.duration(to: .now) / .seconds(1) / 2)
      }
      return times.sorted()[times.count / 2]
    }

    /// Bytes a second each way, as this rank has them.
    func rate() throws(CollectiveError) -> Double {
      let (size, rank) = (communicator.size, communicator.rank)
      let distance = max(1, size / 2)
      let (to, from) = ((rank + distance) % size, (rank + size - distance) % size)
      try communicator.barrier()
      // One round says how many fill the time; rank 0's word counts.
      try pass(outgoing.buffer.count, to: to, from: from)
      let first = ContinuousClock.now
      try pass(outgoing.buffer.count, to: to, from: from)
      let wish = min(200, max(1, Int(patience / max(1e-6, first.duration(to: .now) / .seconds(1)))))
      let rounds = Int(try communicator.broadcast("\(wish)", from: 0)) ?? 1
      try communicator.barrier()
      let start = ContinuousClock.now
      for _ in 0..<rounds { try pass(outgoing.buffer.count, to: to, from: from) }
      return Double(rounds * outgoing.buffer.count * 4) / (start.duration(to: .now) / .seconds(1))
    }

    /// Sends and receives so many floats, and waits for both.
    private func pass(_ count: Int, to receiver: Int?, from sender: Int?) throws(CollectiveError) {
      var transfers = Transfers()
      if let sender {
        try communicator.receive(into: incoming.buffer.part(0..<count), from: sender, tag: tag, in: &transfers)
      }
      if let receiver {
        try communicator.send(outgoing.buffer.part(0..<count).reading, to: receiver, tag: tag, in: &transfers)
      }
      var patience = Patience(communicator)
      while true {
        let before = transfers.count
        try communicator.advance(&transfers)
        if transfers.isEmpty { return }
        if transfers.count < before { patience.renew() }
        try patience.pause(for: transfers.silentRanks, in: "the measurement")
      }
    }
  }
}
