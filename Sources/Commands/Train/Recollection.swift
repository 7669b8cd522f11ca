import Collectives
import Runs
import Training

/// The newest copy of a run's state that some host has in its memory.
struct Recollection {
  /// Who has it.
  let rank: Int
  /// Where the run stood.
  let state: TrainingState
  /// The copy, on that rank alone.
  let checkpoint: Checkpoint?

  /// Asks all hosts. All ranks call it. Nil where none has one that is newer than `step`.
  ///
  /// - Parameters:
  ///   - shadow: this rank's; nil where another of its host looks.
  ///   - experiment: what the run is.
  ///   - step: what the disk holds.
  ///   - communicator: this rank's.
  init?(
    in shadow: Shadow?, of experiment: Experiment, after step: Int, _ communicator: any Communicator
  ) throws {
    let own = try communicator.together {
      try communicator.aside { shadow?.checkpoint(of: experiment, after: step) }
    }
    let told = try communicator.allGather(try own.map { try JSON.line($0.state) } ?? "")
    let states = try told.map { $0.isEmpty ? nil : try JSON.decode(TrainingState.self, $0) }
    guard let newest = states.compactMap({ $0?.step }).max(),
      let rank = states.firstIndex(where: { $0?.step == newest }), let state = states[rank]
    else { return nil }
    (self.rank, self.state) = (rank, state)
    checkpoint = rank == communicator.rank ? own : nil
  }
}
