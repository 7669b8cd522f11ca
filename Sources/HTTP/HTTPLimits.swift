/// What clients can take of a server, so that none can take it from the others.
package struct HTTPLimits: Sendable {
  /// How many connections are open at once; others wait until one closes.
  package var connections = 256
  /// The bytes that all bodies in hand may have together.
  package var bodies = 256 << 20
  /// How long a request may take to arrive, from its first byte to its last, however busy its client is.
  package var requestTime = Duration.seconds(30)
  /// How long an answer may take to leave.
  package var responseTime = Duration.seconds(30)
  /// After how many seconds in which nothing moves a connection is closed.
  package var idleSeconds = 15

  /// The usual ones.
  package init() {}
}
