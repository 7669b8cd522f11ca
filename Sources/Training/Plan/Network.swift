import Collectives

/// What joins ranks: the memory of their host, and between hosts a network.
public struct Network: Codable, Sendable, Equatable {
  /// The bytes a second that a host sends, and receives at the same time.
  public let bytesPerSecond: Double
  /// How long the first byte is under way, in seconds.
  public let delay: Double
  /// What a message costs a rank's thread, in seconds.
  public let messageSeconds: Double
  /// How many times longer the bytes take than `bytesPerSecond` says.
  public let overhead: Double
  /// The bytes a second that a rank takes in from others of its host.
  public let nearbyBytesPerSecond: Double
  /// Where the figures of the network come from.
  public let source: Source

  /// Where figures come from.
  public enum Source: String, Codable, Sendable {
    /// The user told them.
    case told
    /// Messages between the ranks of several hosts.
    case hosts
    /// Messages between ranks that are all on one host.
    case ranks
    /// Copies in memory: there is but one rank.
    case memory
  }

  /// As it is.
  package init(
    bytesPerSecond: Double, delay: Double, messageSeconds: Double, overhead: Double, nearbyBytesPerSecond: Double,
    source: Source
  ) {
    (self.bytesPerSecond, self.delay, self.messageSeconds) = (bytesPerSecond, delay, messageSeconds)
    (self.overhead, self.nearbyBytesPerSecond, self.source) = (overhead, nearbyBytesPerSecond, source)
  }

  /// How many delays an exchange takes: parts, totals, and the answers that large messages wait for; fitted by
  /// `launch/cost-model`, as are what a message costs and how much of a link's capacity is used.
  package static let delays = 3.7
  /// What `launch/cost-model` found over TCP, in seconds.
  private static let messageOverTCP = 0.038e-3
  /// And how many times longer bytes take than a link's nominal capacity says.
  private static let overheadOfLink = 1.26
  /// The delay of a network of which nothing is told but its capacity.
  private static let commonDelay = 0.1e-3

  /// Puts together what is told and what was measured.
  ///
  /// - Parameters:
  ///   - told: the bytes a second and the delay of the network between hosts, as far as they are told.
  ///   - measured: between the ranks that are there; nil where there is one.
  ///   - hosts: how many hosts these are on, and how many ranks the fullest has.
  ///   - copying: the bytes a second of copies in memory.
  public init(
    told: (bytesPerSecond: Double?, delay: Double?), measured: LinkSpeed?, hosts: (count: Int, ranks: Int),
    copying: Double
  ) {
    let isLocal = hosts.count == 1
    // A rank's bytes are copied once more by its neighbour.
    nearbyBytesPerSecond = isLocal ? measured?.bytesPerSecond ?? copying / 2 : copying / 2
    if let bytes = told.bytesPerSecond {
      (bytesPerSecond, delay, source) = (bytes, told.delay ?? measured?.delay ?? Self.commonDelay, .told)
      (messageSeconds, overhead) = (Self.messageOverTCP, Self.overheadOfLink)
    } else if let measured {
      bytesPerSecond = measured.bytesPerSecond * Double(isLocal ? 1 : hosts.ranks)
      delay = told.delay ?? measured.delay
      (messageSeconds, overhead, source) = (isLocal ? 0 : Self.messageOverTCP, 1, isLocal ? .ranks : .hosts)
    } else {
      (bytesPerSecond, delay) = (copying / 2, told.delay ?? 0)
      (messageSeconds, overhead, source) = (0, 1, .memory)
    }
  }
}
