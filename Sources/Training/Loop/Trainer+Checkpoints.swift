import Collectives
import Runs
import Tensors

/// What is kept of a run, so that it can be gone on with.
extension Trainer {
  /// What this rank would have all do after the step in hand.
  func wishes() -> Wishes {
    var wishes: Wishes = shouldStop() ? .stop : []
    // Who writes it has the clock.
    if recorder != nil, schedule.checkpointSeconds > 0,
      lastCheckpoint.secondsUntilNow >= Double(schedule.checkpointSeconds)
    {
      wishes.insert(.checkpoint)
    }
    return wishes
  }

  /// Begins to write a checkpoint of where the run stands, unless there is one. Training goes on meanwhile, up to
  /// `settleCheckpoint`.
  func checkpoint() throws {
    guard checkpointed != state else { return }
    communicator.occasion = "the checkpoint of step \(state.step)"
    try settleCheckpoint()
    // An update may overflow although its gradient was finite.
    if let fault = arena.fault { throw diverged("no checkpoint of step \(state.step) was written, because \(fault)") }
    examination = desyncGuard.begin(arena, state)
    try tell { [arena, state] recorder, _ in try recorder?.begin(arena, state) }
    if examination == nil { recorder?.decide(true) }
    checkpointed = state
    lastCheckpoint = .now
  }

  /// Begins to keep a copy of where the run stands in the memory of each host. Training goes on as beside a checkpoint.
  func keepShadow() throws {
    try settleCheckpoint()
    // Of numbers that are not finite the next checkpoint speaks.
    guard arena.fault == nil else { return }
    examination = desyncGuard.begin(arena, state)
    shadow?.begin(arena, experiment, state)
    if examination == nil { shadow?.decide(true) }
  }

  /// Waits until values and the optimiser's states may change: the checkpoint that is being written has read them, and is one
  /// of the run's because all ranks agree about it. All ranks call it.
  ///
  /// - Throws: `SharedFailure` where they do not; then there is no such checkpoint.
  func settleCheckpoint() throws {
    if let examination {
      self.examination = nil
      try desyncGuard.finish(examination)
      recorder?.decide(true)
      shadow?.decide(true)
    }
    shadow?.letGo()
    if let recorder, recorder.isReading { try tell { recorder, _ in recorder?.letGo() } }
  }
}
