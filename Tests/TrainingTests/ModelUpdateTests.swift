import Collectives
import Datasets
import Layers
import Models
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// What becomes of a batch's gradient.
@Suite struct ModelUpdateTests {
  private static let samples = 5
  private static let data = TrainingData(
    training: TinyDataset(count: samples), validation: TinyDataset(count: samples))

  /// One batch in slices of 2, 2 and 1; a rate of ¼ and no momentum.
  private static var experiment: Experiment {
    var experiment = Experiment()
    (experiment.batchSize, experiment.slice, experiment.shuffle) = (samples, 2, false)
    (experiment.learningRate, experiment.momentum, experiment.decay) = (0.25, 0, 0)
    return experiment
  }

  private static func dense(_ regularizer: Regularizer? = nil) throws -> Model {
    try Sequential(name: "dense", input: [2, 2, 1]) {
      Flatten()
      Dense(3, activation: .softmax, kernelRegularizer: regularizer)
    }
  }

  /// Takes some steps of `model` and returns its values, and the steps' losses and gradients' norms.
  private func train(
    _ model: Model, _ experiment: Experiment, steps: Int = 1, threads: Int = 1
  ) throws -> (arena: ParameterArena, losses: [Float], norms: [Float?]) {
    let losses = Losses()
    var schedule = Schedule()
    (schedule.steps, schedule.validateEvery) = (steps, 0)
    let arena = Trainer.arena(for: model, experiment: experiment)
    model.initialize(arena.values.buffer, seed: 1)
    try Trainer(
      experiment: experiment, schedule: schedule, data: Self.data, model: model, arena: arena, state: TrainingState(),
      communicator: SoloCommunicator(), threads: threads, recorder: nil, observers: [losses]
    ).run()
    return (arena, losses.found, losses.norms)
  }

  private final class Losses: TrainingObserver {
    private(set) var found: [Float] = []
    private(set) var norms: [Float?] = []
    func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
      found.append(step.loss)
      norms.append(step.gradientNorm)
    }
  }

  /// λ Σ w² is a part of the loss, and 2 λ w of the gradient; the bias pays nothing.
  @Test func theRegularizersPart() throws {
    let (plain, penalised) = (try Self.dense(), try Self.dense(.l2(0.125)))
    let start = Trainer.arena(for: plain, experiment: Self.experiment).values
    plain.initialize(start.buffer, seed: 1)
    let (without, with) = (try train(plain, Self.experiment), try train(penalised, Self.experiment))
    let kernel = plain.layout.entries[0].range
    let penalty = start.floats[kernel].reduce(0) { $0 + 0.125 * Double($1) * Double($1) }
    #expect(abs(Double(with.losses[0] - without.losses[0]) - penalty) < 1e-6)
    #expect(abs(penalised.penalty(start.buffer.reading) - penalty) < 1e-12)
    for index in 0..<plain.parameterCount {
      let decay = kernel.contains(index) ? 0.25 * 2 * 0.125 * start.floats[index] : 0
      #expect(abs(without.arena.values.floats[index] - with.arena.values.floats[index] - decay) < 1e-7)
    }
  }

  /// The penalty's part belongs to it, and nothing is cut off yet; the same bits on any number of threads.
  @Test func theNormIsThatOfTheWholeGradient() throws {
    let model = try Self.dense(.l2(0.125))
    let free = try train(model, Self.experiment)
    let gradient = free.arena.gradients.floats.prefix(model.parameterCount)
    let length = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let norm = Double(try #require(free.norms[0]))
    #expect(length > 0.1 && abs(norm - length) < 1e-6 * length)
    for cut in [\Experiment.clipNorm, \.clipValue, \.clipTensorNorm] {
      var experiment = Self.experiment
      experiment[keyPath: cut] = 0.001
      for threads in 1...3 { #expect(try train(model, experiment, threads: threads).norms == free.norms) }
    }
  }

  /// Where the gradient is longer than the norm, the step has the length of rate · norm; where it is not, nothing changes.
  @Test func clipping() throws {
    let model = try Self.dense()
    var experiment = Self.experiment
    let free = try train(model, experiment).arena
    experiment.clipNorm = 0.01
    let clipped = try train(model, experiment).arena
    let step = try #require(clipped.optimizerStates["momentum"]).floats
    let length = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(length - 0.25 * 0.01) < 1e-8)
    // The direction stays.
    let whole = try #require(free.optimizerStates["momentum"]).floats
    let ratio = length / whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(zip(step, whole).allSatisfy { abs($0 - ratio * $1) < 1e-8 })
    experiment.clipNorm = 100
    #expect(try train(model, experiment).arena.values.floats == free.values.floats)
  }

  /// Averages follow what was observed, whatever the optimiser does to weights.
  @Test func runningAveragesFollowTheBatch() throws {
    let model = try Sequential(name: "averages", input: [2, 2, 1]) {
      Flatten()
      BatchNormalization(momentum: 0.75)
      Dense(3, activation: .softmax)
    }
    var experiment = Self.experiment
    experiment.update.adopt(.adamw)
    let arena = try train(model, experiment).arena
    let mean = try #require(model.layout.entries.first { $0.name == "batch_normalization/moving_mean" })
    let pixels = FloatStorage(count: 4)
    var expected = [Float](repeating: 0, count: 4)
    for sample in 0..<Self.samples {
      Self.data.training.load(sample, into: pixels.buffer)
      for (index, pixel) in pixels.floats.enumerated() { expected[index] += 0.25 * pixel / Float(Self.samples) }
    }
    for (found, expected) in zip(arena.values.floats[mean.range], expected) { #expect(abs(found - expected) < 1e-6) }
    #expect(arena.optimizerStates.values.allSatisfy { $0.floats[mean.range].allSatisfy { $0 == 0 } })
  }

  /// A rule's own rate, and what is frozen from a step on.
  @Test func rulesMoveWhatTheyMatch() throws {
    let model = try Self.dense()
    let (kernel, bias) = (model.layout.entries[0].range, model.layout.entries[1].range)
    let start = FloatStorage(count: model.parameterCount)
    model.initialize(start.buffer, seed: 1)
    let plain = try train(model, Self.experiment).arena.values.floats
    var experiment = Self.experiment
    var half = experiment.update
    half.learningRate = 0.125
    experiment.parameterRules = [ParameterRule(["*/kernel"], half)]
    let halved = try train(model, experiment).arena.values.floats
    for index in kernel {
      #expect(abs(2 * (halved[index] - start.floats[index]) - (plain[index] - start.floats[index])) < 1e-6)
      #expect(plain[index] != start.floats[index])
    }
    #expect(halved[bias] == plain[bias])

    experiment.parameterRules = [ParameterRule(["*/kernel"], experiment.update, frozenFrom: 1)]
    let (once, twice) = (try train(model, experiment), try train(model, experiment, steps: 2))
    #expect(once.arena.values.floats[kernel] == plain[kernel] && twice.arena.values.floats[kernel] == plain[kernel])
    #expect(twice.arena.values.floats[bias] != once.arena.values.floats[bias])
    // What is frozen is no part of the gradient's length either.
    let length = twice.arena.gradients.floats[bias].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(Double(try #require(twice.norms[1])) - length) < 1e-6 * length)
  }

  /// A share of each weight in its gradient moves as a penalty of half of it would, and is no part of the loss.
  @Test func sharesOfWeightsInGradientsAreNoPartOfTheLoss() throws {
    let (plain, penalised) = (try Self.dense(), try Self.dense(.l2(0.125)))
    var experiment = Self.experiment
    var decayed = experiment.update
    decayed.l2Decay = 0.25
    experiment.parameterRules = [ParameterRule(["*/kernel"], decayed)]
    let (found, expected) = (try train(plain, experiment), try train(penalised, Self.experiment))
    #expect(found.arena.values.floats == expected.arena.values.floats)
    #expect(found.losses == (try train(plain, Self.experiment)).losses)
  }

  /// Every second step the slow weights go a quarter of the way, and the others go on from there.
  @Test func slowWeightsFollow() throws {
    let model = try Self.dense()
    var experiment = Self.experiment
    experiment.lookahead = Lookahead(every: 2, share: 0.25)
    let start = FloatStorage(count: model.parameterCount)
    model.initialize(start.buffer, seed: 1)
    let plain = try train(model, Self.experiment, steps: 2).arena.values.floats
    let (one, two) = (try train(model, experiment).arena, try train(model, experiment, steps: 2).arena)
    #expect(try #require(one.optimizerStates["slow"]).floats == start.floats)
    #expect(one.values.floats == (try train(model, Self.experiment)).arena.values.floats)
    #expect(try #require(two.optimizerStates["slow"]).floats == two.values.floats)
    for index in 0..<model.parameterCount {
      #expect(abs(two.values.floats[index] - (0.75 * start.floats[index] + 0.25 * plain[index])) < 1e-6)
    }
  }

  /// What is a mean already is judged as it is, whenever that is.
  @Test func runningStatisticsAreNoSlowWeights() throws {
    let model = try Sequential(name: "normalized", input: [2, 2, 1]) {
      Flatten()
      BatchNormalization()
      Dense(3, activation: .softmax)
    }
    var experiment = Self.experiment
    experiment.lookahead = Lookahead(every: 2)
    let places = ["batch_normalization/moving_mean", "batch_normalization/moving_variance"].compactMap { name in
      model.layout.entries.first { $0.name == name }?.range
    }
    #expect(places.count == 2)
    for steps in 1...3 {
      let arena = try train(model, experiment, steps: steps).arena
      let slow = try #require(arena.optimizerStates["slow"]).floats
      for place in places { #expect(slow[place] == arena.values.floats[place], "\(steps) steps") }
      #expect(slow[places[1]].allSatisfy { $0 != 1 })
    }
  }

  /// Neither slow weights nor constraints move it.
  @Test(arguments: [0, 3]) func whatIsFrozenStaysToTheBit(_ step: Int) throws {
    var dense = Dense(3, activation: .softmax)
    dense.kernelOptions.constraint = .unitNorm(axes: [0])
    let model = try Sequential(name: "frozen", input: [2, 2, 1]) {
      Flatten()
      dense
    }
    var experiment = Self.experiment
    experiment.lookahead = Lookahead(every: 2, share: 0.3)
    experiment.parameterRules = [ParameterRule(["dense/kernel"], experiment.update, frozenFrom: step)]
    let kernel = try #require(model.layout.entries.first { $0.name == "dense/kernel" }).range
    let before = try train(model, experiment, steps: step).arena.values.floats[kernel]
    let after = try train(model, experiment, steps: 7).arena
    #expect(after.values.floats[kernel] == before)
    #expect(try #require(after.optimizerStates["slow"]).floats[kernel] == before)
  }

  /// All of it at once, on any number of threads.
  @Test func threadsLeaveNoTrace() throws {
    let model = try Sequential(name: "all", input: [2, 2, 1]) {
      Flatten()
      BatchNormalization()
      Dense(4000, kernelRegularizer: .l2(0.01))
      Dense(3, activation: .softmax)
    }
    var experiment = Self.experiment
    experiment.update.adopt(.adamw)
    var muon = experiment.update
    muon.adopt(.muon)
    experiment.parameterRules = [ParameterRule(["dense*/kernel"], muon)]
    experiment.lookahead = Lookahead(every: 2)
    experiment.clipNorm = 0.125
    let control = try train(model, experiment, steps: 3)
    for threads in 2...4 {
      let found = try train(model, experiment, steps: 3, threads: threads)
      #expect(found.arena.values.floats == control.arena.values.floats, "\(threads) threads")
      #expect(found.losses == control.losses, "\(threads) threads")
    }
  }
}
