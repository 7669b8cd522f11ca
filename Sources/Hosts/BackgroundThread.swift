import Glibc

/// A thread of the system's own, for work that is not done by the thread that trains.
package enum BackgroundThread {
  /// Runs `body` on a new thread, which nobody waits for. Returns 0, or the system's reason where it allows no more threads.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
    final class Entry {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let entry = Unmanaged.passRetained(Entry(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, entry.toOpaque())
    guard code == 0 else {
      entry.release()
      return code
    }
    pthread_detach(thread)
    return 0
  }
}
