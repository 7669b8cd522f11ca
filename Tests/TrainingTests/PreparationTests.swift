import Collectives
import Datasets
import Layers
import Models
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Kernels that are prepared once for an evaluation: the same numbers to the last bit, in memory that is counted.
@Suite struct PreparationTests {
  private static func network() throws -> Model {
    try Sequential(name: "kernels", input: [8, 8, 16]) {
      Conv2D(48, kernel: 3, padding: .same, useBias: false)
      BatchNormalization()
      ReLU()
      Conv2D(64, kernel: 3, activation: .relu)
      Conv2D(64, kernel: 3, stride: 2)
      GlobalAveragePooling2D()
      Dense(3, activation: .softmax)
    }
  }

  private func need(
    _ communicator: any Communicator = SoloCommunicator(), slice: Int = 1, samples: Int = 11, threads: Int = 1,
    memory: Int = 1 << 50
  ) throws -> MemoryNeed {
    MemoryNeed(
      evaluating: try Self.network(), slice: slice, samples: samples, communicator: communicator, threads: threads,
      budget: MemoryBudget(asked: memory, ranks: 1, shared: 1 << 50, own: nil))
  }

  private func prepared(_ need: MemoryNeed) -> Int {
    need.parts.first { $0.name.contains("prepared once") }?.bytes ?? 0
  }

  @Test func itIsCountedAndGivenUpWhereMemoryIsShort() throws {
    let ample = try need()
    // Four places for each of nine taps, of both convolutions without strides.
    #expect(prepared(ample) >= 4 * (16 * 48 + 48 * 64) * 9 * 4)
    #expect(prepared(ample) < 5 * (16 * 48 + 48 * 64) * 9 * 4)
    try ample.check()
    #expect(try prepared(need(memory: ample.bytes)) == prepared(ample))
    let short = try need(memory: ample.bytes - 1)
    #expect(prepared(short) == 0)
    #expect(short.bytes < ample.bytes)
    try short.check()
    // All threads share it, and each has less of its own.
    #expect(try prepared(need(threads: 4)) == prepared(ample))
    #expect(try need(threads: 4).bytes < need(threads: 4, memory: ample.bytes).bytes)
    // One pass prepares its kernels in any case.
    #expect(try prepared(need(samples: 1)) == 0)
    let refused = try #require(throws: UsageError.self) { try need(memory: 1000).check() }
    #expect(!refused.description.contains("prepared"))
  }

  /// Validation during training has its share of training's memory.
  @Test func trainingCountsItToo() throws {
    func need(memory: Int, judged: Int) throws -> MemoryNeed {
      var experiment = Experiment()
      (experiment.slice, experiment.batchSize) = (2, 8)
      return MemoryNeed(
        training: try Self.network(), experiment: experiment, samples: 100, judged: judged,
        communicator: SoloCommunicator(), threads: 1,
        budget: MemoryBudget(asked: memory, ranks: 1, shared: 1 << 50, own: nil))
    }
    let ample = try need(memory: 1 << 50, judged: 100)
    #expect(prepared(ample) > 0)
    #expect(try prepared(need(memory: 1 << 50, judged: 0)) == 0)
    #expect(try prepared(need(memory: ample.bytes - 1, judged: 100)) == 0)
  }

  /// On any number of ranks and threads, with as many samples at a time.
  @Test(arguments: [1, 2, 3, 4], [1, 2]) func bitsAreTheSame(ranks: Int, threads: Int) throws {
    let model = try Self.network()
    let values = FloatStorage(count: model.parameterCount)
    model.initialize(values.buffer, seed: 3)
    func evaluate(memory: Int) throws -> Evaluation {
      var (total, result): ([Double], Evaluation?) = ([], nil)
      for rank in 0..<ranks {
        let communicator = ScriptedCommunicator(
          rank: rank, size: ranks,
          combined: { own in
            total = total.isEmpty ? own : zip(total, own).map(+)
            return total
          })
        let need = try need(communicator, slice: 2, threads: threads, memory: memory)
        #expect((prepared(need) > 0) == (memory > 1000))
        let evaluator = try Evaluator(
          head: Head(of: model, targets: .classes(3, positions: [])), communicator: communicator, slice: 2,
          threads: threads, waves: need.waves)
        result = try evaluator.evaluate(Pictures(), values: values.buffer.reading, shouldStop: { false })
      }
      return try #require(result)
    }
    let (plain, once) = (try evaluate(memory: 1000), try evaluate(memory: 1 << 50))
    #expect(once == plain && once.loss.bitPattern == plain.loss.bitPattern)
    #expect(once.samples == 11 && once.loss > 0.1)
  }

  private struct Pictures: Dataset {
    let count = 11
    let name = "pictures"
    let sampleShape: Shape = [8, 8, 16]
    let classNames = ["a", "b", "c"]
    let digest = "none"

    func label(of sample: Int) -> Int { sample % 3 }

    func load(_ sample: Int, into pixels: MutableFloatBuffer) {
      for index in pixels.indices { pixels[index] = Float((sample + 1) * (index + 7) % 31) / 31 - 0.4 }
    }
  }
}
