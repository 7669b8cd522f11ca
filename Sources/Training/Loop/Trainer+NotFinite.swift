import Runs

/// What is done about numbers that are not finite.
extension Trainer {
  /// Notes that the step in hand is left out, where it may be.
  ///
  /// - Throws: `SharedFailure` where the run is to stop, or where leaving steps out cannot help it.
  func leaveOut(samples: Int, because fault: String) throws {
    let step = "step \(state.step + 1) was not taken, because \(fault)"
    guard schedule.onNan == .skip else {
      throw diverged(step, orElse: ", or leave such steps out (--resume --on-nan skip)")
    }
    if let value = arena.fault { throw diverged("\(step), and \(value)") }
    var skipped = state.skipped ?? TrainingState.Skipped()
    skipped.steps += 1
    skipped.inARow += 1
    skipped.epochSamples += samples
    guard skipped.inARow < Self.mostSkippedInARow else {
      throw diverged("\(step), as were the \(Self.mostSkippedInARow - 1) steps before it")
    }
    state.skipped = skipped
  }

  /// A run that leaves out so many steps one after the other is not going to recover.
  private static let mostSkippedInARow = 100

  /// The error of a run whose numbers are not finite: every rank has it, and rank 0 names the checkpoint.
  func diverged(_ what: String, orElse alternative: String = "") -> SharedFailure {
    let good = recorder?.newestPath.map { "; the last good checkpoint is \($0)" } ?? ""
    return SharedFailure(
      exitCode: .badData,
      description:
        "\(what)\(good): start from it (--weights) with a lower --learning-rate or with --clip-norm\(alternative)")
  }
}
