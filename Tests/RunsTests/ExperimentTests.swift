import Datasets
import FoundationEssentials
import KerasFiles
import Layers
import Models
import Objectives
import Optimizers
import Runs
import Tensors
import Testing

@Suite struct ExperimentTests {
  @Test func equalExperimentsDoNotDiffer() {
    #expect(Experiment().differences(from: Experiment()).isEmpty)
  }

  @Test func everyFieldThatDiffersIsNamed() {
    var other = Experiment()
    other.batchSize = 64
    other.limit = 100
    other.learningRate = 0.1
    other.reduction = .mpi
    other.shuffle = false
    other.augmentation.flip = true
    #expect(
      other.differences(from: Experiment()) == [
        "augmentation: flip, not none", "batchSize: 64, not 512", "learningRate: 0.1, not 0.01", "limit: 100, not none",
        "reduction: mpi, not tree",
        "shuffle: false, not true",
      ])
    #expect(Experiment().differences(from: other).contains("limit: none, not 100"))
  }

  /// Runs of before networks were kept have a name alone.
  @Test func anExperimentWithoutNetworkHasABuiltInOne() throws {
    let data = Synthetic.open().training
    var experiment = Experiment()
    let text = String(decoding: try JSONEncoder().encode(experiment), as: UTF8.self)
    #expect(!text.contains("network"))
    #expect(try JSONDecoder().decode(Experiment.self, from: Data(text.utf8)) == experiment)
    let model = try experiment.makeModel(for: data)
    #expect((model.name, model.parameterCount) == ("keras-cnn", 3_702_186))
    experiment.network = try model.kerasDocument()
    #expect(try experiment.makeModel(for: data).layout == model.layout)
    let coded = try JSONDecoder().decode(Experiment.self, from: JSONEncoder().encode(experiment))
    #expect(coded == experiment)
    experiment.network = nil
    experiment.model = "none"
    #expect(throws: UsageError("there is no model none")) { try experiment.makeModel(for: data) }
  }

  /// What makes numbers small behind a layer that learns says nothing of the samples.
  @Test func aRescalingInFrontMeansBytes() throws {
    func scale(_ model: Model) throws -> ArrayScale? {
      var experiment = Experiment()
      experiment.network = try model.kerasDocument()
      return experiment.effectiveScale
    }
    let front = try Sequential(input: [4, 4, 1]) {
      Rescaling(scale: 1.0 / 255)
      Flatten()
      Dense(3)
    }
    let behind = try Sequential(input: [4, 4, 1]) {
      Flatten()
      Dense(3)
      Rescaling(scale: 1.0 / 255)
    }
    let image = SymbolicTensor(input: [4, 4, 1])
    let graph = try Model(inputs: image, outputs: Dense(3)(Flatten()(Rescaling(scale: 1.0 / 127)(image))))
    #expect(try scale(front) == ArrayScale.none && scale(graph) == ArrayScale.none)
    #expect(try scale(behind) == nil)
    let large = try Sequential(input: [4, 4, 1]) {
      Rescaling(scale: 0.5)
      Flatten()
      Dense(3)
    }
    #expect(try scale(large) == nil)
    for (mean, variance, isOfBytes) in [([120], [4000], true), ([0.5], [0.08], false), ([0.1], [2], true)]
      as [([Float], [Float], Bool)]
    {
      let normalized = try Sequential(input: [4, 4, 1]) {
        Normalization(given: .init(mean: mean, variance: variance))
        Flatten()
        Dense(3)
      }
      #expect(try scale(normalized) == (isOfBytes ? ArrayScale.none : nil))
    }
  }

  /// Statistics that were adapted are weights, and no part of a description.
  @Test func aNormalizationThatWasAdaptedToBytesMeansBytes() throws {
    for (mean, variance, isOfBytes) in [(120, 4000, true), (0.5, 0.08, false)] as [(Float, Float, Bool)] {
      let model = try Sequential(input: [4, 4, 1]) {
        Normalization()
        Flatten()
        Dense(3)
      }
      let arena = ParameterArena(layout: model.layout)
      for (name, value) in [("mean", mean), ("variance", variance)] {
        let place = try #require(model.layout.entries.first { $0.name == "normalization/\(name)" })
        arena.values.buffer[place.range.lowerBound] = value
      }
      let path = FileManager.default.temporaryDirectory.appending(path: "adapted-\(UUID()).keras").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try KerasExport(model, values: arena.values.buffer.reading, compilation: nil).writeArchive(to: path)
      var experiment = Experiment()
      try experiment.use(ModelFile(path))
      #expect(experiment.effectiveScale == (isOfBytes ? ArrayScale.none : nil))
      experiment.scale = .bytes
      try experiment.use(ModelFile(path))
      #expect(experiment.effectiveScale == .bytes)
    }
  }

  @Test func networksDifferAtOnePlace() throws {
    var (one, other) = (Experiment(), Experiment())
    one.network = ["config": ["layers": [["units": 3], ["units": 4]]]]
    other.network = ["config": ["layers": [["units": 3], ["units": 5]]]]
    #expect(one.differences(from: other) == ["network: config.layers[1].units: 4, not 5"])
  }

  @Test func classNamesDifferWhereBothAreKept() {
    var (one, other) = (Experiment(), Experiment())
    one.classNames = ["a", "b"]
    #expect(one.differences(from: other).isEmpty && other.differences(from: one).isEmpty)
    other.classNames = ["a", "c"]
    #expect(one.differences(from: other).count == 1)
    other.classNames = ["a", "b"]
    one.outputNames = ["a", "b"]
    #expect(one.differences(from: other).isEmpty && other.differences(from: one).isEmpty)
    other.outputNames = ["b", "a"]
    #expect(one.differences(from: other).count == 1)
  }

  /// Another end of its schedule makes no other run, and nothing else does not.
  @Test func aScheduleMayBeProlonged() {
    var (one, other) = (Experiment(), Experiment())
    (one.schedule, other.schedule) = (.cosine, .cosine)
    (one.scheduleSteps, other.scheduleSteps) = (5, 9)
    #expect(one != other && one.isOfOneRun(with: other))
    other.warmUp = 1
    #expect(!one.isOfOneRun(with: other))
  }

  @Test func theRecipeIsThatOfTheTutorial() {
    let (experiment, schedule) = (Experiment(), Schedule())
    #expect(experiment.model == "keras-cnn")
    #expect((experiment.batchSize, experiment.slice) == (512, 64))
    #expect((experiment.learningRate, experiment.momentum, experiment.decay) == (0.01, 0.5, 4e-4))
    #expect((schedule.epochs, schedule.validateEvery, schedule.checkpointEvery) == (25, 1, 0))
    #expect(schedule.steps == nil)
    // Keras's InverseTimeDecay: 0.01 / (1 + 0.0004 * 2500)
    #expect(experiment.update.rule.schedule.rate(at: 0) == 0.01)
    #expect(abs(experiment.update.rule.schedule.rate(at: 2500) - 0.005) < 1e-9)
  }

  /// Every field comes back, whatever it holds.
  @Test func aFileBringsEveryFieldBack() throws {
    var experiment = Experiment()
    experiment.dataset = "synthetic"
    experiment.datasetDigest = "ab"
    experiment.classNames = ["a", "b"]
    experiment.limit = 7
    experiment.inputShape = [8, 6, 1]
    (experiment.target, experiment.group, experiment.missing) = ("kind", "id", .mean)
    experiment.drop = ["time"]
    (experiment.window, experiment.seconds, experiment.rate) = ([-1, 1], 0.5, 8000)
    experiment.augmentation = Augmentation(crop: 4, border: .reflect, flip: .alternate, cutout: 3)
    experiment.validationSplit = ValidationSplit(share: 0.3)
    experiment.normalize = .feature
    experiment.normalization = Normalization(.feature, mean: [0.1, 1.0 / 3], deviation: [0.2, 1e-9])
    experiment.model = "other"
    experiment.network = ["config": [1, nil, true]]
    experiment.initialWeights = "cd"
    (experiment.batchSize, experiment.slice, experiment.seed) = (8, 4, 9)
    (experiment.learningRate, experiment.momentum, experiment.decay) = (1, 0.25, 0)
    (experiment.shuffle, experiment.reduction) = (false, .mpi)
    (experiment.optimizer, experiment.nesterov, experiment.weightDecay) = (.adam, true, 0.5)
    (experiment.beta1, experiment.beta2, experiment.epsilon) = (0.5, 0.25, 1e-3)
    (experiment.clipNorm, experiment.labelSmoothing) = (2, 0.125)
    (experiment.schedule, experiment.warmUp, experiment.scheduleSteps) = (.oneCycle, 3, 50)
    (experiment.dropEvery, experiment.dropFactor) = (4, 0.5)
    (experiment.loss, experiment.metrics) = (Loss(.huber, fromLogits: false, delta: 2), [.auc, .topAccuracy(3)])
    experiment.classWeights = [1, 2.5]
    experiment.scale = .bytes
    (experiment.rho, experiment.centered, experiment.amsgrad, experiment.initialAccumulator) = (0.5, true, true, 1)
    (experiment.clipValue, experiment.clipTensorNorm, experiment.ema) = (3, 4, 0.25)
    (experiment.endRate, experiment.power) = (0.5, 2)
    experiment.ratePoints = [.init(step: 0, rate: 1), .init(step: 5, rate: 0.5)]
    (experiment.monitor, experiment.minDelta, experiment.earlyStopping, experiment.restoresBest) = ("loss", 1, 3, false)
    (experiment.plateauFactor, experiment.plateauPatience, experiment.minRateShare) = (0.5, 4, 0.125)
    experiment.levels = 16
    (experiment.l2Decay, experiment.newtonSchulz, experiment.muonScale, experiment.rescale) = (0.5, 3, .none, true)
    experiment.lookahead = Lookahead(every: 3, share: 0.25, endShare: 0.125)
    var recipe = UpdateRecipe()
    (recipe.optimizer, recipe.learningRate) = (.muon, 0.5)
    experiment.parameterRules = [ParameterRule(["a/*", "b"], recipe, frozenFrom: 7)]
    experiment.outputNames = ["c", "d"]
    // The names of classes and outputs and the levels are no difference where one side has none, as runs of before.
    let untouched = Experiment().differences(from: experiment).count + 3
    // Those of the recipe count instead of the recipe itself.
    let fields =
      Mirror(reflecting: experiment).children.count - 1 + Mirror(reflecting: experiment.update).children.count
    #expect(untouched == fields, "a field is left out of this test")
    let copy = try JSONDecoder().decode(Experiment.self, from: try JSONEncoder().encode(experiment))
    #expect(copy == experiment)
  }

  @Test func whatAFileDoesNotSpeakOfIsTheDefault() throws {
    let found = try JSONDecoder().decode(Experiment.self, from: Data(#"{"seed": 3}"#.utf8))
    var expected = Experiment()
    expected.seed = 3
    #expect(found == expected)
  }

  /// Fields of the recipe stand beside the experiment's own, as they did before it was one.
  @Test func theRecipesFieldsAreTheExperiments() throws {
    let written = String(decoding: try JSONEncoder().encode(Experiment()), as: UTF8.self)
    #expect(written.contains(#""learningRate":0.0"#) && written.contains(#""optimizer":"sgd""#))
    #expect(!written.contains("update") && !written.contains("parameterRules") && !written.contains("lookahead"))
  }

  /// Channels are written as they were before there was anything else, so that older versions read them.
  @Test func normalizationIsWrittenAsItWas() throws {
    var experiment = Experiment()
    func written() throws -> String { String(decoding: try JSONEncoder().encode(experiment), as: UTF8.self) }
    #expect(try written().contains(#""normalize":false"#) && !written().contains("validationSplit"))
    experiment.normalize = .channel
    experiment.normalization = Normalization(mean: [0.5], deviation: [0.25])
    #expect(try written().contains(#""normalize":true"#) && !written().contains("kind"))
    let before = #"{"normalize": true, "normalization": {"mean": [0.5], "deviation": [0.25]}}"#
    #expect(try JSONDecoder().decode(Experiment.self, from: Data(before.utf8)) == experiment)
    (experiment.normalize, experiment.normalization) = (.sample, .ofEachSample)
    #expect(try written().contains(#""normalize":"sample""#))
    #expect(try JSONDecoder().decode(Experiment.self, from: Data(written().utf8)) == experiment)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Experiment.self, from: Data(#"{"normalize": "row"}"#.utf8))
    }
  }

  /// Keras's defaults, each with its own schedule.
  @Test func anotherRuleBringsItsDefaults() {
    var experiment = Experiment()
    experiment.update.adopt(.adamw)
    #expect((experiment.learningRate, experiment.weightDecay, experiment.schedule) == (0.001, 0.004, .constant))
    #expect(experiment.update.rule.stateNames == ["momentum", "velocity"])
    experiment.update.adopt(.adam)
    #expect((experiment.learningRate, experiment.weightDecay, experiment.schedule) == (0.001, 0, .constant))
    experiment.update.adopt(.sgd)
    #expect(experiment == Experiment())
  }

  @Test func schedulesBeginBehindTheirWarmUpAndEndWithTheRun() {
    var experiment = Experiment()
    (experiment.schedule, experiment.learningRate) = (.cosine, 2)
    (experiment.warmUp, experiment.scheduleSteps) = (2, 10)
    #expect([0, 1, 2, 6, 10].map { experiment.update.rule.schedule.rate(at: $0) } == [1, 2, 2, 1, 0])
    (experiment.schedule, experiment.dropEvery, experiment.dropFactor) = (.step, 3, 0.5)
    #expect([1, 2, 4, 5, 8].map { experiment.update.rule.schedule.rate(at: $0) } == [2, 2, 2, 1, 0.5])
  }

  /// What somebody wrote into a file by hand, about samples, and no command line could.
  @Test func whatNoCommandLineCouldSaySamplesNeedIsNamed() throws {
    func flaw(_ change: (inout Experiment) -> Void) -> String? {
      var experiment = Experiment()
      change(&experiment)
      return experiment.flaw
    }
    #expect(flaw { $0.augmentation = Augmentation(crop: -1) } == "augmentation crop -1")
    #expect(flaw { $0.augmentation = Augmentation(cutout: 4097) } == "augmentation cutout 4097")
    for shape in [
      [8], [0, 1], [0, 8, 3], [8, 8193, 3], [8, 8, 2], [8, 0, 8, 1], [8192, 8192, 8192, 1], [1, 1, 1, 1, 1],
    ] {
      #expect(flaw { $0.inputShape = shape } == "input_shape \(shape)")
    }
    for shape in [[500, 2], [8, 8192, 1], [8, 9, 10, 4]] { #expect(flaw { $0.inputShape = shape } == nil) }
    for window: [Float] in [[1], [1, 1], [2, 1], [0, .infinity]] {
      #expect(flaw { $0.window = window } == "window \(window)")
    }
    for levels in [Int.min, 0, 1, 1 << 17] { #expect(flaw { $0.levels = levels } == "levels \(levels)") }
    #expect(flaw { $0.levels = 256 } == nil && flaw { $0.levels = 1 << 16 } == nil)
    #expect(flaw { $0.seconds = 0 } == "seconds 0.0" && flaw { $0.rate = 0 } == "rate 0")
    #expect(
      flaw { $0.normalization = Normalization(mean: [0], deviation: [0]) }
        == "normalization mean [0.0], deviation [0.0]")
    #expect(flaw { $0.normalization = Normalization(mean: [0.5], deviation: [0.25]) } == nil)
    let split = Data(#"{"validationSplit": {"share": 1}}"#.utf8)
    #expect(try JSONDecoder().decode(Experiment.self, from: split).flaw == "validation_split 1.0")
  }
}
