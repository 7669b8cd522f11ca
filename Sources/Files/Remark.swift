import Synchronization

/// What a file system lacks, or fails at, that we can do without: somebody is told, of each kind once, and we go on.
public enum Remark {
  /// What may be lacking.
  public enum Kind: Hashable, Sendable {
    /// Symbolic links.
    case links
    /// fsync, of files or folders.
    case flushing
    /// Locks.
    case locks
    /// Mappings of files into memory.
    case mappings
    /// Files that show how a run goes, and that nothing depends on.
    case events
    /// A run's report, or what it is made of.
    case reports
    /// Lines that a disk did not take.
    case lines
    /// A checkpoint that could not be written; each time.
    case checkpoints
    /// Memory for copies of a run's state.
    case shadows
    /// What a run has lost of itself, which is begun anew; each time it is found.
    case losses
  }

  private struct State {
    var listener: (@Sendable (String) -> Void)?
    var told: Set<Kind> = []
  }

  private static let state = Mutex(State())

  /// From now on `listener` hears of what is lacking; before, nobody does.
  public static func listen(_ listener: @escaping @Sendable (_ text: String) -> Void) {
    state.withLock { $0.listener = listener }
  }

  /// Tells the listener, if nobody has yet heard of this kind of lack.
  public static func make(_ kind: Kind, _ text: String) {
    let listener = state.withLock { state in
      state.told.insert(kind).inserted || [.losses, .checkpoints].contains(kind) ? state.listener : nil
    }
    listener?(text)
  }
}
