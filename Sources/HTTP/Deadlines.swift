import Glibc
import Synchronization

/// When connections have to have done what they are at. libmicrohttpd closes those in which nothing moves; a client that
/// sends a byte now and then would hold one forever.
final class Deadlines: Sendable {
  private let sockets = Mutex<[Int32: ContinuousClock.Instant?]>([:])

  /// Gives an open socket until `instant`, or any time.
  func set(_ socket: Int32, _ instant: ContinuousClock.Instant?) { sockets.withLock { $0[socket] = .some(instant) } }

  /// Forgets a socket that is going to be closed.
  func remove(_ socket: Int32) { _ = sockets.withLock { $0.removeValue(forKey: socket) } }

  /// Shuts those down whose time is over; whoever serves them sees their end. None can be closed meanwhile, and its number be
  /// another's.
  func enforce(at now: ContinuousClock.Instant = .now) {
    sockets.withLock { sockets in
      for case (let socket, let instant?) in sockets where instant <= now { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Shuts all of them down.
  func end() { sockets.withLock { sockets in for socket in sockets.keys { shutdown(socket, Int32(SHUT_RDWR)) } } }
}
