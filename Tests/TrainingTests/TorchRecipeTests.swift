import Collectives
import Datasets
import FoundationEssentials
import Glibc
import Layers
import Models
import Objectives
import Runs
import Tensors
import Testing
import Training

/// The recipe cifar10-94 against PyTorch, step by step on a narrow network: `Tests/Goldens/torch_recipe.py` wrote the numbers,
/// with the program that launch/compare-recipes runs beside us.
@Suite struct TorchRecipeTests {
  private struct Document: Decodable {
    let start: [String: [Float]]
    let losses: [Double]
    let end: [String: [Float]]
    let lookahead: Lookahead

    struct Lookahead: Decodable {
      let losses: [Double]
      let end: [String: [Float]]
    }
  }

  private static let (batch, count) = (16, 32)

  private func load() throws -> Document {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/torch-recipe.json").standardized
    return try JSONDecoder().decode(Document.self, from: Data(contentsOf: file))
  }

  private func model() throws -> Model {
    let image = SymbolicTensor(input: [32, 32, 3])
    func normalized(_ x: SymbolicTensor) -> SymbolicTensor {
      ActivationLayer(.gelu)(BatchNormalization(momentum: 0.6, epsilon: 1e-12, scale: false)(x))
    }
    func convolution(_ x: SymbolicTensor, _ filters: Int) -> SymbolicTensor {
      Conv2D(filters, kernel: 3, padding: .same, useBias: false)(x)
    }
    var x = ActivationLayer(.gelu)(Conv2D(24, kernel: 2)(image, name: "whitening"))
    for width in [6, 8, 10] {
      x = normalized(MaxPooling2D(2)(convolution(x, width)))
      x = normalized(convolution(x, width))
    }
    x = Rescaling(scale: 0.1)(Dense(10, useBias: false)(Flatten()(MaxPooling2D(3)(x))))
    return try Model(name: "narrow", inputs: image, outputs: ActivationLayer(.softmax)(x))
  }

  /// Stripes of all directions, as the script draws them.
  private func samples() -> BufferSamples {
    var pixels: [Float] = []
    for n in 0..<Self.count {
      for y in 0..<32 {
        for x in 0..<32 {
          for c in 0..<3 {
            let phase = Double((n * 7 + c * 3) % 11)
            let slope = Double((n % 5 + 1) * y + (n % 3 + c) * x + y * x % 7) * 0.25
            pixels.append(Float(sin(phase + slope)))
          }
        }
      }
    }
    return BufferSamples(
      name: "stripes", shape: [32, 32, 3], samples: pixels, labels: (0..<Int32(Self.count)).map { $0 * 3 % 10 },
      classNames: (0..<10).map(String.init))
  }

  /// PyTorch adds up the losses of a batch; here they are their mean. Rates stay, for the momentum of SGD is PyTorch's only then:
  /// here, as in Keras, each gradient is in it with its own step's rate.
  private var experiment: Experiment {
    var experiment = Experiment()
    (experiment.batchSize, experiment.slice, experiment.shuffle) = (Self.batch, Self.batch, false)
    experiment.labelSmoothing = 0.2
    let (decay, size) = (Float(4e-3), Float(Self.batch))
    var biases = UpdateRecipe()
    (biases.momentum, biases.nesterov) = (0.85, true)
    biases.schedule = .constant
    (biases.learningRate, biases.l2Decay) = (0.053 * size, decay / (0.053 * size))
    experiment.update = biases
    var (head, filters) = (biases, biases)
    (head.learningRate, head.l2Decay) = (0.67 * size, decay / (0.67 * size))
    filters.adopt(rule: .muon)
    (filters.learningRate, filters.momentum, filters.newtonSchulz) = (0.24, 0.6, 3)
    (filters.muonScale, filters.rescale) = (.none, true)
    experiment.parameterRules = [
      ParameterRule(["whitening/kernel"], biases, frozenFrom: 0),
      ParameterRule(["dense/kernel"], head), ParameterRule(["conv2d*/kernel"], filters),
    ]
    return experiment
  }

  private final class Losses: TrainingObserver {
    private(set) var found: [Double] = []
    func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) { found.append(Double(step.loss)) }
  }

  @Test func stepsArePyTorchs() throws {
    let golden = try load()
    try check(experiment, from: golden.start, losses: golden.losses, end: golden.end)
  }

  /// Slow weights too, which go ever smaller parts of the way.
  @Test func lookaheadIsAirbenchs() throws {
    let golden = try load()
    var experiment = experiment
    var all = UpdateRecipe()
    (all.learningRate, all.momentum, all.nesterov, all.l2Decay, all.schedule) = (0.5, 0.85, true, 1e-3, .constant)
    all.scheduleSteps = golden.lookahead.losses.count
    experiment.update = all
    experiment.parameterRules = [ParameterRule(["whitening/kernel"], all, frozenFrom: 0)]
    experiment.lookahead = Lookahead(every: 2, share: 1, endShare: 0.2)
    try check(experiment, from: golden.start, losses: golden.lookahead.losses, end: golden.lookahead.end)
  }

  private func check(
    _ experiment: Experiment, from start: [String: [Float]], losses expectedLosses: [Double], end: [String: [Float]]
  ) throws {
    let (model, data, losses) = (try model(), samples(), Losses())
    let arena = Trainer.arena(for: model, experiment: experiment)
    model.initialize(arena.values.buffer, seed: 1)
    for entry in model.layout.entries {
      guard let values = start[entry.name] else { continue }
      #expect(values.count == entry.range.count)
      _ = arena.values.buffer.part(entry.range).update(fromContentsOf: values)
    }
    var schedule = Schedule()
    (schedule.steps, schedule.validateEvery) = (expectedLosses.count, 0)
    try Trainer(
      experiment: experiment, schedule: schedule, data: TrainingData(training: data, validation: data), model: model,
      arena: arena, state: TrainingState(), communicator: SoloCommunicator(), threads: 1, recorder: nil,
      observers: [losses]
    ).run()
    #expect(losses.found.count == expectedLosses.count)
    for (found, expected) in zip(losses.found, expectedLosses) { #expect(abs(found - expected) < 2e-4 * expected) }
    for entry in model.layout.entries {
      guard let expected = end[entry.name] else { continue }
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let found = arena.values.buffer.part(entry.range)
      let error = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error < 2e-3 * largest, "\(entry.name): \(error) of \(largest)")
    }
  }
}
