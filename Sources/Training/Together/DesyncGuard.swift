import Collectives
import Files
import Hosts
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

  /// What a rank is about to go on from, as digests by name, on its way.
  struct Examination {
    fileprivate let errand: Errand<[String: String]>
    fileprivate let step: Int
  }

  /// Compares binary, configuration, data and every number that the run goes on from. All ranks call it.
  ///
  /// - Throws: `SharedFailure` on every rank, naming those that differ from most and in what.
  func check(_ arena: ParameterArena, _ state: TrainingState) throws {
    if let examination = begin(arena, state) { try finish(examination) }
  }

  /// Begins to compare, on another thread. Nothing of `arena` but the gradients may change until `finish`.
  ///
  /// - Returns: nil where there is nothing to compare with.
  func begin(_ arena: ParameterArena, _ state: TrainingState) -> Examination? {
    guard communicator.size > 1 else { return nil }
    let errand = Errand { [experiment, binary] in
      var digests = [
        "binary": binary, "data": experiment.datasetDigest, "configuration": try JSON.line(experiment),
        "state": try JSON.line(state), "weights": Digest.of(UnsafeRawBufferPointer(arena.values.buffer), .xxh3),
      ]
      for (name, storage) in arena.optimizerStates {
        digests["optimizer/\(name)"] = Digest.of(UnsafeRawBufferPointer(storage.buffer), .xxh3)
      }
      return digests
    }
    if !errand.start() { errand.run() }
    return Examination(errand: errand, step: state.step)
  }

  /// Compares what was begun. All ranks call it.
  ///
  /// - Throws: `SharedFailure` on every rank, naming those that differ from most and in what.
  func finish(_ examination: Examination) throws {
    let digests = try examination.errand.result.wait().get()
    let all = try communicator.allGather(try JSON.line(digests)).map { try JSON.decode([String: String].self, $0) }
    for name in digests.keys.sorted() {
      try communicator.expectAgreement(
        all.map { $0[name] ?? "" }, in: "\(name) at step \(examination.step)",
        remedy: "nothing was written: see to that machine, and resume from the last checkpoint")
    }
  }
}
