import Collectives
import Datasets
import Files
import Layers
import Models
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Steps whose loss or gradient is NaN or infinite.
@Suite struct NotFiniteTests {
  /// As `TinyDataset`, but some samples have a pixel that is none.
  private struct SpoiledDataset: Dataset {
    private let base = TinyDataset(count: 20)
    let spoiled: Set<Int>
    let pixel: Float

    var count: Int { base.count }
    var name: String { base.name }
    var sampleShape: Shape { base.sampleShape }
    var classNames: [String] { base.classNames }
    var digest: String { base.digest }
    func label(of sample: Int) -> Int { base.label(of: sample) }
    func load(_ sample: Int, into pixels: MutableFloatBuffer) {
      base.load(sample, into: pixels)
      if spoiled.contains(sample) { pixels[2] = pixel }
    }
  }

  /// Five batches of 4 samples an epoch, in slices of 2, in the data's own order.
  private static func experiment(_ change: (inout Experiment) -> Void = { _ in }) -> Experiment {
    var experiment = Experiment()
    (experiment.batchSize, experiment.slice, experiment.shuffle) = (4, 2, false)
    (experiment.learningRate, experiment.momentum, experiment.decay) = (0.25, 0.5, 0)
    change(&experiment)
    return experiment
  }

  private static func model(_ regularizer: Regularizer? = nil) throws -> Model {
    try Sequential(name: "dense", input: [2, 2, 1]) {
      Flatten()
      BatchNormalization()
      Dense(3, activation: .softmax, kernelRegularizer: regularizer)
    }
  }

  /// One training, and all that it left.
  private final class Training: TrainingObserver {
    let arena: ParameterArena
    private(set) var steps: [StepMetrics] = []
    private(set) var epochs: [EpochMetrics] = []
    private(set) var state = TrainingState()
    private(set) var failure: SharedFailure?

    init(
      _ model: Model, _ experiment: Experiment, _ spoiled: Set<Int>, pixel: Float = .nan, steps: Int,
      onNan: NonFinitePolicy, threads: Int = 1, recorder: RunRecorder? = nil, start: (ParameterArena) -> Void = { _ in }
    ) throws {
      arena = Trainer.arena(for: model, experiment: experiment)
      model.initialize(arena.values.buffer, seed: 1)
      start(arena)
      var schedule = Schedule()
      (schedule.steps, schedule.validateEvery, schedule.onNan) = (steps, 0, onNan)
      let data = SpoiledDataset(spoiled: spoiled, pixel: pixel)
      let trainer = try Trainer(
        experiment: experiment, schedule: schedule, data: TrainingData(training: data, validation: data), model: model,
        arena: arena, state: TrainingState(), communicator: SoloCommunicator(), threads: threads, recorder: recorder,
        observers: [self])
      do { try trainer.run() } catch let error as SharedFailure { failure = error }
      state = trainer.state
    }

    func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) { steps.append(step) }
    func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) { epochs.append(epoch) }

    /// All that a step may change.
    var numbers: [[Float]] {
      [arena.values.floats] + arena.optimizerStates.sorted { $0.key < $1.key }.map(\.value.floats)
    }
  }

  /// Sample 9 is in the third batch. The run is then as it was after the second.
  @Test(arguments: [Float.nan, .infinity, -.infinity]) func theRunStopsInTheStep(_ pixel: Float) throws {
    let (model, experiment) = (try Self.model(), Self.experiment())
    let stopped = try Training(model, experiment, [9], pixel: pixel, steps: 5, onNan: .stop)
    let failure = try #require(stopped.failure)
    #expect(failure.exitCode == .badData)
    #expect(
      failure.description.hasPrefix(
        "step 3 was not taken, because the loss is NaN and the gradient of batch_normalization/gamma holds NaN at 0: "))
    #expect(failure.description.contains("--on-nan skip"))
    #expect(stopped.state.step == 2)
    #expect(stopped.steps.map(\.step) == [1, 2])
    let control = try Training(model, experiment, [], steps: 2, onNan: .stop)
    #expect(control.failure == nil)
    #expect(stopped.numbers == control.numbers)
  }

  /// Where two of five steps are left out, the others are those of a run of three whose rates are the same.
  @Test(arguments: 1...3) func skippedStepsLeaveNoTrace(threads: Int) throws {
    let model = try Self.model(.l2(0.01))
    let experiment = Self.experiment { ($0.clipNorm, $0.optimizer) = (0.5, .sgd) }
    let skipping = try Training(model, experiment, [4, 18], steps: 5, onNan: .skip, threads: threads)
    #expect(skipping.failure == nil)
    #expect(skipping.steps.map { $0.skipped != nil } == [false, true, false, false, true])
    #expect(skipping.state.skipped?.steps == 2)
    #expect(skipping.state.skipped?.inARow == 1)
    #expect(skipping.state.skipped?.epochSamples == 0)  // the epoch is over
    let epoch = try #require(skipping.epochs.first)
    #expect(epoch.skippedSteps == 2)
    let taken = skipping.steps.filter { $0.skipped == nil }
    #expect(abs(epoch.loss - taken.reduce(0) { $0 + $1.loss } / 3) < 1e-6)
    let accuracies = taken.compactMap(\.accuracy)
    #expect(abs(try #require(epoch.accuracy) - accuracies.reduce(0, +) / 3) < 1e-6)
    let control = try Training(model, experiment, [4, 18], steps: 5, onNan: .skip)
    #expect(skipping.numbers == control.numbers)
    #expect(skipping.numbers.allSatisfy { $0.allSatisfy(\.isFinite) })
    // A step that is left out moves nothing: the numbers behind it are those before it.
    let before = try Training(model, experiment, [4, 18], steps: 4, onNan: .skip)
    #expect(before.numbers == skipping.numbers)
    #expect(try Training(model, experiment, [4, 18], steps: 3, onNan: .skip).numbers != before.numbers)
  }

  @Test func aRunThatOnlySkipsEnds() throws {
    let lost = try Training(try Self.model(), Self.experiment(), Set(0..<20), steps: 1000, onNan: .skip)
    #expect(lost.failure?.exitCode == .badData)
    #expect(lost.failure?.description.contains("step 100 was not taken") == true)
    #expect(lost.failure?.description.contains("as were the 99 steps before it") == true)
    #expect(lost.failure?.description.contains("--on-nan skip") == false)
    #expect(lost.state.skipped?.steps == 99)
    // One good step in a hundred is enough to go on.
    let hopeful = try Training(try Self.model(), Self.experiment(), Set(4..<20), steps: 300, onNan: .skip)
    #expect(hopeful.failure == nil)
    #expect(hopeful.state.skipped?.steps == 240)
  }

  /// The loss is finite, a weight's gradient is not: 2·λ·w is more than a float can hold.
  @Test func aGradientAloneIsFound() throws {
    let model = try Self.model(.l2(3))
    let place = try #require(model.layout.entries.first { $0.name == "dense/kernel" }).range.lowerBound + 5
    let failed = try Training(model, Self.experiment(), [], steps: 1, onNan: .skip, threads: 2) {
      $0.values.buffer[place] = -2e38
    }
    // It is the loss too, for λ·w² is more than that by far.
    #expect(failed.state.skipped?.steps == 1)
    #expect(failed.steps[0].skipped == "the loss is Infinity and the gradient of dense/kernel holds -Infinity at 5")
  }

  /// The gradient is finite, its norm is more than a float can hold: it is cut down like any other.
  @Test func aNormBeyondAllFloatsIsNoFault() throws {
    let model = try Sequential(name: "steep", input: [2, 2, 1]) {
      Flatten()
      Dense(3, activation: .softmax)
    }
    let experiment = Self.experiment { ($0.clipNorm, $0.momentum) = (1, 0) }
    let cut = try Training(model, experiment, Set(0..<20), pixel: 3e38, steps: 1, onNan: .stop) { arena in
      for index in 0..<12 { arena.values.buffer[index] = 0 }
    }
    #expect(cut.failure == nil, "\(cut.failure?.description ?? "")")
    let moved = try #require(cut.arena.optimizerStates["momentum"]).floats.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(moved - 0.25) < 0.01)
  }

  /// An update may overflow although its gradient is finite, as the square does that Adam keeps. No checkpoint takes that.
  @Test func noCheckpointTakesWhatIsNotFinite() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder("run"))
    let model = try Sequential(name: "steep", input: [2, 2, 1]) {
      Flatten()
      Dense(3, activation: .softmax)
    }
    let experiment = Self.experiment { $0.update.adopt(.adam) }
    let configuration = RunConfiguration(experiment: experiment, schedule: Schedule(), openblas: "test", version: "1")
    let recorder = RunRecorder(run, configuration: configuration, lock: try run.create())
    let failed = try Training(
      model, experiment, Set(0..<20), pixel: 1e25, steps: 1, onNan: .skip, recorder: recorder
    ) { arena in
      for index in 0..<12 { arena.values.buffer[index] = 0 }
    }
    let text = try #require(failed.failure?.description)
    #expect(
      text.hasPrefix("no checkpoint of step 1 was written, because the velocity of dense/kernel holds Infinity at 6; "))
    #expect(text.contains("the last good checkpoint is \(folder("run"))/checkpoints/step-00000000.safetensors: "))
    #expect(try run.checkpoints().map(\.step) == [0])
  }

  @Test func aStartThatIsNotFiniteIsRefused() throws {
    let failed = try Training(try Self.model(), Self.experiment(), [], steps: 1, onNan: .skip) { arena in
      arena.optimizerStates["momentum"]?.buffer[1] = .infinity
    }
    #expect(
      failed.failure?.description
        == "training cannot begin, because the momentum of batch_normalization/gamma holds Infinity at 1")
    #expect(failed.steps.isEmpty)
  }
}
