/// A piece of work for another thread, and what came of it.
///
/// `@unchecked Sendable`: the work is not checked by the compiler. Whoever starts an errand touches nothing of it until it is
/// done, or never again.
package final class Errand<Value>: @unchecked Sendable {
  /// What came of it, once it is done.
  package let result = Promise<Result<Value, any Error>>()
  private var body: (() throws -> Value)?

  /// Nothing is begun yet.
  package init(_ body: @escaping () throws -> Value) { self.body = body }

  /// Begins on a thread of its own; false where the system allows no more of them.
  package func start() -> Bool { BackgroundThread.start { self.run() } == 0 }

  /// Does it on this thread, once.
  package func run() {
    if let outcome = outcome() { result.fulfil(outcome) }
  }

  /// What the work holds is let go of before anybody hears of its end: a lock that goes with it may be wanted at once.
  private func outcome() -> Result<Value, any Error>? {
    guard let body else { return nil }
    self.body = nil
    return Result { try body() }
  }
}
