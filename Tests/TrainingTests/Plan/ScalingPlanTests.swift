import Layers
import Models
import Runs
import Testing
import Training

/// What follows from a measurement that is given.
@Suite struct ScalingPlanTests {
  /// 1 ms a sample on one thread, and nothing else.
  private static func rehearsal(
    wave: Double = 0, update: Double = 0, crowding: Double = 1, _ model: Model
  ) -> Rehearsal {
    Rehearsal(
      waveSeconds: wave, sampleSeconds: 1e-3, updateSeconds: update, crowding: crowding, cores: 4,
      backwardBelow: model.stages.map { _ in 0 }, productRate: 1e11)
  }

  private static let instant = Network(
    bytesPerSecond: 1e15, delay: 0, messageSeconds: 0, overhead: 1, nearbyBytesPerSecond: 1e15, source: .told)

  private func question(
    batch: Int = 512, slice: Int = 64, samples: Int = 50_000, threads: Int? = 1, perHost: Int? = 1, cores: Int = 4,
    memory: Int? = nil
  ) throws -> ScalingPlan.Question {
    let model = try Sequential(name: "small", input: [16]) {
      Dense(2000, activation: .relu)
      Dense(10, activation: .softmax)
    }
    var experiment = Experiment()
    (experiment.batchSize, experiment.slice) = (batch, slice)
    return ScalingPlan.Question(
      model: model, experiment: experiment, samples: samples, judged: 0, threads: threads, ranksPerHost: perHost,
      cores: cores, hostMemory: 1 << 40, rankMemory: memory)
  }

  private func plan(_ question: ScalingPlan.Question, network: Network = instant) -> ScalingPlan {
    ScalingPlan(question, rehearsal: Self.rehearsal(question.model), network: network)
  }

  @Test func ranksDivideTheSlices() throws {
    let plan = plan(try question())
    for (ranks, seconds) in [(1, 0.512), (2, 0.256), (3, 0.192), (8, 0.064), (16, 0.064)] {
      let row = plan.row(ranks)
      #expect(abs((row.stepSeconds ?? 0) - seconds) < 1e-6, "\(ranks) ranks: \(row)")
      #expect(abs((row.efficiency ?? 0) - 0.512 / seconds / Double(ranks)) < 1e-5)
    }
    #expect(plan.row(8).idleRanks == 0 && plan.row(16).idleRanks == 8 && plan.row(16).idleThreads == 8)
    #expect(plan.row(3).slicesPerThread == 3)
    // 8 slices on 9 ranks are 89 %, on 11 ranks 73 %, on 12 ranks 67 %.
    #expect(plan.most(worth: 0.7, upTo: 1000) == 11)
    #expect(plan.most(worth: 0.7, upTo: 6) == 5)
    #expect(plan.most(worth: 0.99, upTo: 1000) == 8)
    #expect(plan.row(16, factor: 2).idleRanks == 0)
    #expect(plan.most(worth: 0.7, upTo: 1000, factor: 4) == 45)
  }

  /// A batch is never more than there are samples: one is a slice of one.
  @Test func fewSamplesMakeFewSlices() throws {
    let one = plan(try question(samples: 1)).row(4)
    #expect(one.idleRanks == 3)
    #expect(abs((one.stepSeconds ?? 0) - 1e-3) < 1e-9)
    let some = plan(try question(samples: 100))
    #expect(abs((some.row(2).stepSeconds ?? 0) - 0.064) < 1e-6)
    #expect(some.row(2, factor: 4) == some.row(2))
  }

  @Test func ranksOfAHostShareCoresAndMemory() throws {
    let plan = plan(try question(threads: nil, perHost: nil))
    #expect([1, 2, 3, 4, 8].map { plan.row($0).threads } == [4, 2, 1, 1, 1])
    #expect([1, 2, 4, 8].map { plan.row($0).hosts } == [1, 1, 1, 1])
    // More ranks than cores are no faster.
    #expect(abs((plan.row(4).imagesPerSecond ?? 0) - (plan.row(8).imagesPerSecond ?? 0)) < 1)
    #expect(abs((plan.row(8).efficiency ?? 0) - 0.5) < 1e-3)
    // The program itself is there but once.
    #expect(plan.row(4).hostMemory == 4 * plan.row(4).rankMemory - 3 * 25_000_000)
    #expect(plan.row(4).budget == (1 << 40) / 4)
  }

  /// What a link of 1 MB/s takes for the gradient cannot be hidden.
  @Test func slowLinksAreExposed() throws {
    let question = try question()
    let slow = Network(
      bytesPerSecond: 1e6, delay: 0.01, messageSeconds: 0, overhead: 1, nearbyBytesPerSecond: 1e15, source: .told)
    let row = plan(question, network: slow).row(2)
    let bytes = Double(row.sentBytes)
    #expect(abs(bytes - 4 * Double(question.model.parameterCount)) < 1000)
    let exposed = row.exposedExchangeSeconds ?? 0
    #expect(abs(exposed - bytes / 1e6 - 3.7 * 0.01) < 0.01)
    #expect(plan(question, network: slow).most(worth: 0.9, upTo: 64) == 1)
  }

  @Test func whatDoesNotFitHasNoSpeed() throws {
    let plan = plan(try question(memory: 41_000_000))
    let row = plan.row(2)
    #expect(!row.fits && row.stepSeconds == nil && row.efficiency == nil && row.rankMemory > row.budget)
    #expect(plan.refusal(2)?.contains("--memory leaves 41 MB") == true)
    #expect(plan.most(worth: 0.7, upTo: 8) == nil)
    #expect(self.plan(try question()).refusal(2) == nil)
  }

  /// Memory is known without any measurement.
  @Test func withoutAMeasurementThereIsNoSpeed() throws {
    let question = try question()
    let row = ScalingPlan(question, rehearsal: nil, network: Self.instant).row(4)
    #expect(row.fits && row.stepSeconds == nil && row.sentBytes > 0)
  }

  @Test func aLargerBatchChangesTheRate() throws {
    var experiment = Experiment()
    #expect(LargerBatch.learningRate(experiment, factor: 4) == 0.04)
    let words = LargerBatch.advice(experiment, factor: 4, samples: 50_000)
    #expect(words[0].hasPrefix("--learning-rate 0.04 "))
    #expect(words[1].hasPrefix("--warm-up 125, "))
    #expect(words[2].hasPrefix("--decay 0.0016"))
    #expect(words[3].hasPrefix("25 steps an epoch"))
    experiment.update.adopt(.adam)
    #expect(LargerBatch.learningRate(experiment, factor: 4) == 0.002)
    #expect(
      LargerBatch.advice(experiment, factor: 4, samples: 1000) == [
        "there are only 1000 samples: a step can take no more"
      ])
  }
}
