import Hosts

/// Writes a checkpoint beside the training, on a thread of its own.
///
/// It goes through three moments. Until it `hasRead`, values and states must stay as they are. Then they may change, while the
/// file is flushed to the disk. It takes its place among the run's checkpoints only when somebody has `decide`d so, once all
/// ranks are known to agree; then it is done.
package final class CheckpointWriter {
  /// Why a checkpoint that was written is not one of the run's.
  private struct Dropped: Error {}

  /// The step that it is of.
  package let step: Int
  private let errand: Errand<Void>
  private let hasRead = Promise<Void>()
  private let verdict = Promise<Bool>()
  private let isBeside: Bool

  /// Begins.
  ///
  /// - Parameters:
  ///   - step: the step that it is of.
  ///   - failed: hears, on whatever thread, what became of it where it is not a dropped one.
  ///   - work: writes; it calls `didRead` and then `willReplace`, and throws what that throws.
  package init(
    of step: Int, failed: @escaping (any Error) -> Void,
    _ work: @escaping (_ didRead: () -> Void, _ willReplace: () throws -> Void) throws -> Void
  ) {
    self.step = step
    errand = Errand { [hasRead, verdict] in
      defer { hasRead.fulfil(()) }
      do {
        try work({ hasRead.fulfil(()) }) {
          guard verdict.wait() else { throw Dropped() }
        }
      } catch {
        if !(error is Dropped) { failed(error) }
        throw error
      }
    }
    isBeside = errand.start()
  }

  /// Says whether it is to be one of the run's checkpoints; the first word counts.
  package func decide(_ isWanted: Bool) { verdict.fulfil(isWanted) }

  /// Whether values and states must not change yet.
  package var isReading: Bool { hasRead.wait(atMost: .zero) == nil }

  /// Waits until values and states may change. It must have been decided on before, or be done by another thread.
  package func waitUntilRead() {
    // Where the system allows no more threads it is this one that writes.
    if !isBeside && errand.result.wait(atMost: .zero) == nil { errand.run() }
    hasRead.wait()
  }

  /// Waits for the end; nil where that has not come in time.
  ///
  /// - Returns: whether the checkpoint is on the disk.
  package func wait(atMost time: Duration) -> Bool? {
    guard isBeside || errand.result.wait(atMost: .zero) != nil else { return false }
    return errand.result.wait(atMost: time).map { if case .success = $0 { true } else { false } }
  }

  /// Waits for the end, and returns whether the checkpoint is on the disk.
  package func wait() -> Bool {
    waitUntilRead()
    if case .success = errand.result.wait() { return true }
    return false
  }
}
