import Collectives
import Tensors
import TestSupport
import Testing
import Training

@Suite struct EvaluatorTests {
  private func evaluate(
    _ samples: Int, slice: Int, keeping: Evaluator.Keeping = .sums, _ communicator: any Communicator
  ) throws -> Evaluation {
    let arena = try TinyModel.arena(first: -1)
    let evaluator = try Evaluator(head: try TinyModel.head(), communicator: communicator, slice: slice, threads: 1)
    return try #require(
      try evaluator.evaluate(
        TinyDataset(count: samples), values: arena.values.buffer.reading, keeping: keeping, shouldStop: { false }))
  }

  /// Each rank adds what it knows; the last one knows all.
  private func evaluate(
    _ samples: Int, slice: Int, keeping: Evaluator.Keeping = .sums, world: Int
  ) throws -> Evaluation {
    var total: [Double] = []
    var result: Evaluation?
    for rank in 0..<world {
      result = try evaluate(
        samples, slice: slice, keeping: keeping,
        ScriptedCommunicator(
          rank: rank, size: world,
          combined: { own in
            if total.isEmpty { total = [Double](repeating: 0, count: own.count) }
            #expect(zip(total, own).allSatisfy { $0 == 0 || $1 == 0 }, "rank \(rank) sets the slots of another")
            total = zip(total, own).map(+)
            return total
          }))
    }
    return try #require(result)
  }

  /// 10 samples in slices of 4: the last has 2. With 7 ranks, most have none.
  @Test(arguments: [1, 2, 3, 4, 7]) func anyWorldGivesTheSame(_ world: Int) throws {
    let expected = try evaluate(10, slice: 4, SoloCommunicator())
    #expect(try evaluate(10, slice: 4, world: world) == expected)
    #expect(expected.samples == 10)
    #expect(try #require(expected.accuracy) * 10 == (try #require(expected.accuracy) * 10).rounded())
  }

  /// The slice decides the order of a sum, not what is summed.
  @Test(arguments: [1, 3, 10, 64]) func anySliceCountsTheSame(_ slice: Int) throws {
    let (expected, found) = (try evaluate(10, slice: 10, world: 1), try evaluate(10, slice: slice, world: 1))
    #expect(found.accuracy == expected.accuracy)
    #expect(abs(found.loss - expected.loss) < 1e-6)
  }

  /// What is said of each sample is the same on any number of ranks, and right as often as the metrics say.
  @Test(arguments: [1, 2, 3, 4, 7]) func anyWorldSaysTheSame(_ world: Int) throws {
    let expected = try evaluate(10, slice: 4, keeping: .verdicts, SoloCommunicator())
    let verdicts = try #require(expected.verdicts)
    #expect(try evaluate(10, slice: 4, keeping: .verdicts, world: world) == expected)
    #expect(try evaluate(10, slice: 4, world: world).verdicts == nil)
    let right = (0..<10).filter { verdicts.oneClass(of: $0)?.isRight == true }.count
    #expect(Double(right) == (try #require(expected.accuracy)) * 10)
    #expect((0..<10).map { verdicts.oneClass(of: $0)?.truth } == (0..<10).map { $0 % 3 })
  }

  /// Outputs come in order, each once, whoever computed them, and verdicts follow from them.
  @Test(arguments: [1, 3]) func outputsAreHandedOver(_ world: Int) throws {
    var (next, outputs) = (0, [Double]())
    let result = try evaluate(
      10, slice: 4,
      keeping: .outputs { samples, numbers in
        // Each rank of the scripted world hands over; the last one knows all.
        if samples.lowerBound == 0 { (next, outputs) = (0, []) }
        #expect(samples.lowerBound == next && numbers.count == 3 * samples.count)
        next = samples.upperBound
        outputs += numbers
      }, world: world)
    #expect(next == 10)
    for sample in 0..<10 {
      let row = outputs[3 * sample..<3 * sample + 3]
      let verdict = try #require(result.verdicts?.oneClass(of: sample))
      #expect(abs(row.reduce(0, +) - 1) < 1e-6 && Float(row.max() ?? 0) == verdict.probability)
      #expect(Float(row[3 * sample + verdict.truth]) == verdict.trueProbability)
    }
  }

  @Test func oneSampleIsEnough() throws {
    let evaluation = try evaluate(1, slice: 64, world: 2)
    #expect(evaluation.samples == 1)
    #expect([0, 1].contains(evaluation.accuracy))
  }
}
