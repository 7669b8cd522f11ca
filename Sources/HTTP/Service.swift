import Synchronization

/// What all connections of a server share.
final class Service: Sendable {
  let routes: [HTTPRoute]
  let limits: HTTPLimits
  /// What whoever asks has to show; nil for nothing.
  let token: AccessToken?
  let observe: @Sendable (HTTPAnswered) -> Void
  let deadlines = Deadlines()
  private let exchanges = Mutex<[ObjectIdentifier: Exchange]>([:])
  private let heldBytes = Atomic(0)
  private let stops = Atomic(false)

  /// What whoever comes too late hears.
  static let stopping = HTTPResponse.busy("the server is about to end", retryAfter: 5)

  init(
    _ routes: [HTTPRoute], _ limits: HTTPLimits, _ token: AccessToken?,
    observe: @escaping @Sendable (HTTPAnswered) -> Void
  ) {
    (self.routes, self.limits, self.token, self.observe) = (routes, limits, token, observe)
  }

  // MARK: - What is in hand

  /// Whether nothing new is taken on.
  var isStopping: Bool { stops.load(ordering: .relaxed) }

  /// Takes nothing new on from now on.
  func stop() { stops.store(true, ordering: .relaxed) }

  /// Whether there is nothing in hand.
  var isIdle: Bool { exchanges.withLock { $0.isEmpty } }

  /// Keeps a request in hand.
  func begin(_ exchange: Exchange) { exchanges.withLock { $0[ObjectIdentifier(exchange)] = exchange } }

  /// Lets go of it.
  func end(_ exchange: Exchange) { exchanges.withLock { $0[ObjectIdentifier(exchange)] = nil } }

  /// Answers whatever is still in hand.
  func abandon() {
    for exchange in exchanges.withLock({ Array($0.values) }) { exchange.answer(Self.stopping) }
  }

  /// Holds so many bytes more; returns whether there is room for them.
  func hold(_ bytes: Int) -> Bool {
    let (_, held) = heldBytes.add(bytes, ordering: .relaxed)
    guard held > limits.bodies else { return true }
    release(bytes)
    return false
  }

  /// Lets go of bytes.
  func release(_ bytes: Int) { heldBytes.subtract(bytes, ordering: .relaxed) }
}
