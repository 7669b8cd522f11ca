import Glibc

/// A lock, and a way to wait under it until another thread has changed what it guards.
///
/// The system's objects lie at addresses of their own, which stay: a thread that waits holds one while others take it, so they
/// can be no properties of a value or an object, to which Swift gives access to one at a time.
///
/// `@unchecked Sendable`: the system's objects are made for many threads.
package final class Condition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Nobody has the lock.
  package init() {
    pthread_mutex_init(mutex, nil)
    // The wall clock may be set while somebody waits.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` while nobody else has the lock.
  package func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Lets others have the lock while `body` runs. To be called under it.
  package func unlocked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_unlock(mutex)
    defer { pthread_mutex_lock(mutex) }
    return try body()
  }

  /// Wakes all that wait. To be called under the lock.
  package func broadcast() { pthread_cond_broadcast(changed) }

  /// Lets others have the lock until one of them has called `broadcast`, or for no reason. To be called under the lock.
  package func wait() { pthread_cond_wait(changed, mutex) }

  /// Waits, as `wait` does, while `isAwaited`, for so long at most. To be called under the lock.
  package func wait(atMost time: Duration, while isAwaited: () -> Bool) {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(time.components.attoseconds / 1_000_000_000)
    end.tv_sec += Int(time.components.seconds) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    while isAwaited(), pthread_cond_timedwait(changed, mutex, &end) == 0 {}
  }
}
