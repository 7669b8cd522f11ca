import Glibc

/// A value that one thread is going to have, and others wait for.
///
/// `@unchecked Sendable`: the value is touched under `mutex` alone.
package final class Promise<Value>: @unchecked Sendable {
  private var mutex = pthread_mutex_t()
  private var fulfilled = pthread_cond_t()
  private var value: Value?

  /// Nothing is there yet.
  package init() {
    pthread_mutex_init(&mutex, nil)
    // The wall clock may be set while somebody waits.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(&fulfilled, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(&fulfilled)
    pthread_mutex_destroy(&mutex)
  }

  /// Gives the value to all who wait, and will; the first that is given counts.
  package func fulfil(_ value: Value) {
    pthread_mutex_lock(&mutex)
    if self.value == nil { self.value = value }
    pthread_cond_broadcast(&fulfilled)
    pthread_mutex_unlock(&mutex)
  }

  /// Waits for the value.
  package func wait() -> Value {
    while true {
      if let value = wait(atMost: .seconds(3600)) { return value }
    }
  }

  /// Waits for the value, for a time; nil where it has not come by then.
  package func wait(atMost time: Duration) -> Value? {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(time.components.attoseconds / 1_000_000_000)
    end.tv_sec += Int(time.components.seconds) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(&mutex)
    defer { pthread_mutex_unlock(&mutex) }
    while value == nil, pthread_cond_timedwait(&fulfilled, &mutex, &end) == 0 {}
    return value
  }
}
