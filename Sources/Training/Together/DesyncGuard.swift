import Collectives
import Files
import Runs
import Tensors

/// Makes sure that all ranks train the same thing, before anything is written: replicas that have drifted apart, by broken
/// memory, another binary or other data, would otherwise go on unnoticed.
struct DesyncGuard {
  private let communicator: any Communicator
  private let experiment: Experiment
  private let binary: String

  /// Takes the running program's own digest.
  ///
  /// - Throws: `FileError` when the program's file cannot be read.
  init(_ communicator: any Communicator, experiment: Experiment) throws(FileError) {
    self.communicator = communicator
    self.experiment = experiment
    binary = communicator.size == 1 ? "" : try ProgramFile.digest()
  }

  /// Compares binary, configuration, data and every number that the run goes on from. All ranks call it.
  ///
  /// - Throws: `SharedFailure` on every rank, naming those that differ from most and in what.
  func check(_ arena: ParameterArena, _ state: TrainingState) throws {
    guard communicator.size > 1 else { return }
    var digests = [
      "binary": binary, "data": experiment.datasetDigest, "configuration": try JSON.line(experiment),
      "state": try JSON.line(state), "weights": Digest.of(UnsafeRawBufferPointer(arena.values.buffer)),
    ]
    for (name, storage) in arena.optimizerStates {
      digests["optimizer/\(name)"] = Digest.of(UnsafeRawBufferPointer(storage.buffer))
    }
    let all = try communicator.allGather(try JSON.line(digests)).map { try JSON.decode([String: String].self, $0) }
    for name in digests.keys.sorted() {
      try communicator.expectAgreement(
        all.map { $0[name] ?? "" }, in: "\(name) at step \(state.step)",
        remedy: "nothing was written: see to that machine, and resume from the last checkpoint")
    }
  }
}
