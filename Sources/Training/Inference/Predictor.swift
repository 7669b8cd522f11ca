import Collectives
import Datasets
import Models
import Objectives
import Runs
import Tensors

/// A trained network that answers for samples whose answers nobody knows, on some threads of this process.
///
/// It takes the way of `Evaluator`: the same folded model, the same preparation, slices of the same size. So a sample gets the
/// same probabilities as in an evaluation, to the last bit where it stands in a slice of the same size.
///
/// One call at a time; each may come from another thread.
public final class Predictor {
  /// The network with its loss, which says what its outputs stand for.
  public let head: Head
  private let team: WorkerTeam
  private let workers: [SliceWorker]
  private let values: FloatStorage
  /// What the network judges by besides, see `FoldedModel`.
  private let constants: FloatStorage?
  /// The samples of a full slice, as an evaluation has them.
  private let slice: Int

  /// Takes a network and its values.
  ///
  /// - Parameters:
  ///   - head: the network with its loss, which says what its outputs are.
  ///   - values: the arena's, which nobody changes from now on.
  ///   - normalization: what samples were normalised by for training; nil for nothing.
  ///   - slice: the most samples that go through the network together.
  ///   - waves: as `MemoryNeed` has planned them.
  ///   - threads: how many threads load samples and compute.
  /// - Throws: `ThreadError` when the system allows no more threads.
  public init(
    head: Head, values: FloatStorage, normalization: Normalization?, slice: Int, waves: Waves, threads: Int
  ) throws {
    self.head = head
    self.slice = slice
    self.values = values
    constants = FoldedModel(head.model).constants(values.buffer.reading)
    team = try WorkerTeam(count: threads)
    let preparation = SamplePreparation(normalization: normalization)
    workers = (0..<threads).map { _ in SliceWorker(head, waves: waves, preparation: preparation) }
  }

  /// What the network answers.
  public var answers: Answers { head.objective.answers }
  /// The shape of a sample.
  public var input: Shape { head.model.input }
  /// The shape of its outputs.
  public var output: Shape { head.model.output }
  /// How many threads work.
  public var threads: Int { team.count }

  /// Answers for some samples.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - answers: (count, output shape…): probabilities where the network tells classes or labels, else its numbers.
  ///   - load: writes a sample as a data set does, before it is normalised; is called by all threads at once.
  /// - Throws: what `load` throws for the first sample of the lowest thread.
  public func predict(
    _ count: Int, into answers: MutableFloatBuffer, load: (_ sample: Int, _ numbers: MutableFloatBuffer) throws -> Void
  ) throws {
    precondition(answers.count == count * output.count, "\(answers.count) floats are no answers for \(count) samples")
    guard count > 0 else { return }
    // Few samples are parted so that all threads have some.
    let slice = min(slice, (count - 1) / team.count + 1)
    let plan = SlicePlan(samples: count, sliceSize: slice)
    let samples = Array(0..<Int32(count))
    // Workers write to places of their own, and the closures do not outlive this call.
    nonisolated(unsafe) let answers = answers
    try team.run { worker in
      let run = plan.share(of: worker, world: team.count)
      for (_, wave) in plan.waves(run, of: samples[...], by: workers[worker].waves.evaluation) {
        let first = Int(wave.samples.first ?? 0)
        let own = first * output.count..<(first + wave.samples.count) * output.count
        try workers[worker].predict(
          wave, values: values.buffer.reading, constants: constants?.buffer.reading, into: answers.part(own),
          load: load)
      }
    }
  }
}
