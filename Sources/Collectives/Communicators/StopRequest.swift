import Synchronization

/// The wish that all ranks stop, as one of them has it: by itself, or because another has told of it. Any thread may ask.
public final class StopRequest: Sendable {
  private let ownWish: @Sendable () -> Bool
  private let heard = Atomic(false)

  /// A wish of this rank's whenever `ownWish` says so; it must be cheap, for it is asked often.
  public init(_ ownWish: @escaping @Sendable () -> Bool = { false }) {
    self.ownWish = ownWish
  }

  /// Whether this rank wishes it by itself.
  public var isOwn: Bool { ownWish() }
  /// Whether some rank wishes it, as far as this one knows.
  public var isMade: Bool { heard.load(ordering: .relaxed) || isOwn }

  /// Notes that another rank wishes it.
  func hear() { heard.store(true, ordering: .relaxed) }
}

/// All ranks were asked to stop. Every rank throws it, after the same step.
public struct Stopped: Error, Equatable, CustomStringConvertible {
  /// How many steps are done and kept; nil where there was nothing to keep.
  public let step: Int?

  /// Stopped after `step`, or before there was anything to keep.
  public init(step: Int? = nil) {
    self.step = step
  }

  /// What to do.
  public var description: String {
    step.map { "stopped after step \($0), with a checkpoint: run again with --resume to go on" }
      ?? "stopped before there was anything to keep: run it again"
  }
}
