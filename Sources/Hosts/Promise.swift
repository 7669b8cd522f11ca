/// A value that one thread is going to have, and others wait for.
///
/// `@unchecked Sendable`: the value is touched under `condition` alone.
package final class Promise<Value>: @unchecked Sendable {
  private let condition = Condition()
  private var value: Value?

  /// Nothing is there yet.
  package init() {}

  /// Gives the value to all who wait, and will; the first that is given counts.
  package func fulfil(_ value: Value) {
    condition.locked {
      if self.value == nil { self.value = value }
      condition.broadcast()
    }
  }

  /// Waits for the value.
  package func wait() -> Value {
    while true {
      if let value = wait(atMost: .seconds(3600)) { return value }
    }
  }

  /// Waits for the value, for a time; nil where it has not come by then.
  package func wait(atMost time: Duration) -> Value? {
    condition.locked {
      condition.wait(atMost: time) { value == nil }
      return value
    }
  }
}
