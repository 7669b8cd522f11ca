import Glibc
import Hosts

extension Communicator {
  /// Runs `body`, which may take long and must not communicate, on another thread. This one tells the other ranks meanwhile
  /// that their peer lives, so that no deadline ends, and hears whether one of them wishes to stop.
  ///
  /// - Parameters:
  ///   - untilStop: whether to leave `body` alone as soon as some rank wishes to stop. It is not ended, so this is
  ///     for a process that is about to end, and for work that leaves nothing half done, such as reading.
  ///   - body: what is to be done.
  /// - Throws: `Stopped` when that was the case; else what `body` throws.
  public func aside<Result>(untilStop: Bool = false, _ body: @escaping () throws -> Result) throws -> Result {
    guard !isAlone || untilStop else { return try body() }
    let errand = Errand(body)
    guard BackgroundThread.start({ errand.run() }) == 0 else { return try body() }
    while true {
      if let result = errand.wait() { return try result.get() }
      if untilStop && stop.isMade {
        _ = try attend(isAlive: true)  // the others are to hear it at once
        throw Stopped()
      }
      _ = try attend(isAlive: true)
    }
  }
}

/// A piece of work on another thread, and its result.
///
/// `@unchecked Sendable`: the result is touched under `mutex` alone. The work is not checked by the compiler: whoever sends
/// the errand touches nothing of it until it is done, or never again.
private final class Errand<Value>: @unchecked Sendable {
  private let body: () throws -> Value
  private var mutex = pthread_mutex_t()
  private var done = pthread_cond_t()
  private var result: Result<Value, any Error>?

  init(_ body: @escaping () throws -> Value) {
    self.body = body
    pthread_mutex_init(&mutex, nil)
    // The wall clock may be set while somebody waits.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(&done, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(&done)
    pthread_mutex_destroy(&mutex)
  }

  func run() {
    let result = Result { try body() }
    pthread_mutex_lock(&mutex)
    self.result = result
    pthread_cond_signal(&done)
    pthread_mutex_unlock(&mutex)
  }

  /// Waits a twentieth of a second at most.
  func wait() -> Result<Value, any Error>? {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    end.tv_nsec += 50_000_000
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_sec += 1
      end.tv_nsec -= 1_000_000_000
    }
    pthread_mutex_lock(&mutex)
    defer { pthread_mutex_unlock(&mutex) }
    while result == nil, pthread_cond_timedwait(&done, &mutex, &end) == 0 {}
    return result
  }
}
