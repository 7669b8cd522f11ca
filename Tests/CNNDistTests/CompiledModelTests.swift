import CNNDist
import FoundationEssentials
import Reports
import Runs
import TestSupport
import Testing
import Training

/// The Swift API against itself and against the program's formats.
@Suite struct CompiledModelTests {
  private let data = Synthetic.open().limited(to: 96)

  private func model(classes: Int = 10) throws -> Model {
    try Sequential(name: "small", input: [32, 32, 3]) {
      MaxPooling2D(8)
      Dropout(0.25)
      Flatten()
      Dense(classes, activation: .softmax)
    }
  }

  /// Bits of the weights, through a file.
  private func bits(_ model: CompiledModel) throws -> Data {
    try withTemporaryFolder { folder in
      try model.saveWeights("\(folder)/weights")
      return try Data(contentsOf: URL(filePath: "\(folder)/weights"))
    }
  }

  @Test func aFurtherFitGoesOnWhereTheFirstEnded() throws {
    let optimizer = Adam(.cosine(0.01, steps: 9).warmedUp(over: 2))
    let whole = try model().compile(optimizer: optimizer, communicator: SoloCommunicator(), threads: 1)
    #expect(try whole.fit(data.training, epochs: 3, batchSize: 32, slice: 8).map(\.epoch) == [1, 2, 3])
    let halves = try model().compile(optimizer: optimizer, communicator: SoloCommunicator(), threads: 2)
    #expect(try halves.fit(data.training, epochs: 1, batchSize: 32, slice: 8).map(\.epoch) == [1])
    #expect(try halves.fit(data.training, epochs: 2, batchSize: 32, slice: 8).map(\.epoch) == [2, 3])
    #expect(try bits(whole) == bits(halves))
    let once = try model().compile(optimizer: optimizer, communicator: SoloCommunicator(), threads: 1)
    try once.fit(data.training, epochs: 2, batchSize: 32, slice: 8)
    #expect(try bits(whole) != bits(once))
    #expect(throws: SharedFailure.self) { try halves.fit(data.training, epochs: 1, batchSize: 48, slice: 8) }
  }

  /// Rules, slow weights, and filters that begin as the samples have it.
  @Test func aModernRecipe() throws {
    let model = try Sequential(name: "modern", input: [32, 32, 3]) {
      Conv2D(8, kernel: 2, stride: 8, kernelInitializer: .whitening(Whitening(samples: 20)))
      Conv2D(12, kernel: 3, useBias: false, kernelInitializer: .dirac)
      Flatten()
      Dense(10, activation: .softmax)
    }
    func trained(threads: Int, epochs: Int = 2) throws -> Data {
      let trainer = try model.compile(
        optimizer: SGD(0.05, momentum: 0.5),
        parameterRules: [
          ParameterRule("conv2d/*", by: SGD(0.1), frozenFrom: 0),
          ParameterRule("conv2d_1/kernel", "dense/kernel", by: Muon(0.01)),
        ], lookahead: Lookahead(every: 2), normalizes: .channel, communicator: SoloCommunicator(), threads: threads)
      try trainer.fit(data.training, epochs: epochs, batchSize: 32, slice: 8)
      return try bits(trainer)
    }
    let found = try trained(threads: 1)
    #expect(try found == trained(threads: 3) && found != trained(threads: 1, epochs: 1))
    #expect(throws: UsageError.self) {
      try model.compile(parameterRules: [ParameterRule("conv3d/*", by: SGD(0.1))], communicator: SoloCommunicator())
    }
  }

  /// What is judged, and saved, after a `fit` is what its last validation judged: the slow weights, wherever the others are.
  @Test func slowWeightsAreJudgedAndSaved() throws {
    let trainer = try model().compile(
      optimizer: SGD(0.05), lookahead: Lookahead(every: 2), communicator: SoloCommunicator(), threads: 1)
    let before = try trainer.evaluate(data.validation)
    let epochs = try trainer.fit(data.training, validation: data.validation, epochs: 1, batchSize: 32, slice: 8)
    #expect(data.training.count / 32 == 3)
    let judged = try trainer.evaluate(data.validation, slice: 8)
    #expect(try #require(epochs.last?.validationLoss) == Float(judged.loss) && judged.loss != before.loss)
    try withTemporaryFolder { folder in
      try trainer.saveWeights("\(folder)/weights")
      let again = try model().compile(communicator: SoloCommunicator(), threads: 1)
      try again.loadWeights("\(folder)/weights")
      #expect(try again.evaluate(data.validation, slice: 8) == judged)
    }
  }

  /// A training that begins with loaded weights knows nothing of the one before.
  @Test func loadedWeightsBeginATraining() throws {
    func fresh() throws -> CompiledModel {
      try model().compile(
        optimizer: SGD(0.05, momentum: 0.9), lookahead: Lookahead(every: 2), communicator: SoloCommunicator(),
        threads: 1)
    }
    try withTemporaryFolder { folder in
      try fresh().saveWeights("\(folder)/weights")
      let (used, unused) = (try fresh(), try fresh())
      try used.fit(data.training, epochs: 1, batchSize: 32, slice: 8)
      for trainer in [used, unused] {
        try trainer.loadWeights("\(folder)/weights")
        try trainer.fit(data.training, epochs: 1, batchSize: 32, slice: 8)
      }
      #expect(try bits(used) == bits(unused))
    }
  }

  /// What is written down of an optimizer is the optimizer.
  @Test(
    arguments: [
      SGD(0.1), SGD(.timeDecay(0.1, decay: 0.5), momentum: 0.5, isNesterov: true, weightDecay: 0.25),
      SGD(.drops(0.1, every: 7, factor: 0.5).warmedUp(over: 3)), SGD(.triangular(0.1, steps: 8)),
      Adam(),
      Adam(.oneCycle(0.1, steps: 20).warmedUp(over: 5), beta1: 0.5, beta2: 0.75, epsilon: 0.125, weightDecay: 0.5),
      Muon(0.02, momentum: 0.5, isNesterov: false, steps: 3, scale: .none, rescales: true, weightDecay: 0.25),
    ] as [any Optimizer]) func runsRememberTheirOptimizer(_ optimizer: any Optimizer) throws
  {
    try withTemporaryFolder { folder in
      let trainer = try model().compile(
        optimizer: optimizer, loss: .categoricalCrossentropy(labelSmoothing: 0.25), clipNorm: 2, seed: 7,
        communicator: SoloCommunicator(), threads: 1)
      try trainer.fit(data.training, epochs: 0, batchSize: 32, slice: 8, run: "\(folder)/run")
      let experiment = try RunFolder("\(folder)/run").loadExisting().experiment
      #expect("\(experiment.update.rule)" == "\(optimizer)")
      #expect((experiment.labelSmoothing, experiment.seed) == (0.25, 7))
      #expect((experiment.batchSize, experiment.slice) == (32, 8))
      #expect((experiment.clipNorm, experiment.limit) == (2, 96))
    }
  }

  @Test func samplesArePreparedAsTheRunSays() throws {
    func trained(_ augmentation: Augmentation, normalizes: NormalizationKind) throws -> CompiledModel {
      let trainer = try model().compile(
        augmentation: augmentation, normalizes: normalizes, communicator: SoloCommunicator(), threads: 1)
      try trainer.fit(data.training, epochs: 1, batchSize: 32, slice: 8)
      return trainer
    }
    let (plain, normalised) = (
      try trained(Augmentation(), normalizes: false), try trained(Augmentation(), normalizes: true)
    )
    let flipped = try trained(Augmentation(crop: 2, flip: true, cutout: 4), normalizes: true)
    #expect(try Set([bits(plain), bits(normalised), bits(flipped)]).count == 3)
    // What is judged is normalised, too, but not changed at random.
    try withTemporaryFolder { folder in
      let bare = try trained(Augmentation(), normalizes: true)
      try flipped.saveWeights("\(folder)/flipped")
      try bare.loadWeights("\(folder)/flipped")
      #expect(try bare.evaluate(data.validation) == flipped.evaluate(data.validation))
      try normalised.saveWeights("\(folder)/weights")
      try plain.loadWeights("\(folder)/weights")
      #expect(try plain.evaluate(data.validation) != normalised.evaluate(data.validation))
    }
  }

  @Test func aRunsNetworkAndWeightsComeBack() throws {
    try withTemporaryFolder { folder in
      let first = try model().compile(communicator: SoloCommunicator(), threads: 1)
      try first.fit(data.training, validation: data.validation, epochs: 1, batchSize: 32, run: "\(folder)/run")
      let again = try Sequential(file: "\(folder)/run/config.json").compile(
        seed: 2, communicator: SoloCommunicator(), threads: 1)
      #expect(try bits(first) != bits(again))
      try again.loadWeights("\(folder)/run/checkpoints/best")
      #expect(try bits(first) == bits(again))
      #expect(try first.evaluate(data.validation) == again.evaluate(data.validation))
    }
  }

  /// Two calls are two starts of one run, which is looked at as those of the program are.
  @Test func aRunIsShownAsTheProgramsAre() throws {
    try withTemporaryFolder { folder in
      let trainer = try model().compile(communicator: SoloCommunicator(), threads: 1)
      for _ in 0..<2 {
        try trainer.fit(data.training, validation: data.validation, batchSize: 32, slice: 8, run: "\(folder)/run")
      }
      let run = RunFolder("\(folder)/run")
      var verification = try RunVerification(run)
      verification.readReports(of: run)
      #expect(verification.damaged == 0)
      let findings = Dictionary(uniqueKeysWithValues: verification.findings.map { ($0.file, $0.contents) })
      // Of the program's own start, three steps and what came of them, each time; and of the judgements.
      let events = findings.filter { $0.key.contains("events.out.tfevents") }
      #expect(events.keys.count { $0.hasPrefix("validation/") } == 2 && events.count == 4, "\(findings)")
      #expect(findings["report.json"] == "judged after step 6")
      let sessions = run.sessions { Issue.record($0) }
      #expect(sessions.map(\.step) == [0, 3] && sessions.allSatisfy { $0.command == CommandLine.arguments })
      let report = try String(contentsOf: URL(filePath: run.reportPath), encoding: .utf8)
      #expect(report.contains("finished") && report.contains("epoch 2"))
    }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let seven = try model(classes: 7).compile(communicator: SoloCommunicator(), threads: 1)
    let error = #expect(throws: SharedFailure.self) { try seven.fit(data.training) }
    #expect(error?.description == "small does not fit: it tells 7 classes apart, synthetic has 10")
    #expect(error?.exitCode == .badData)
    #expect(throws: SharedFailure.self) { try seven.evaluate(data.training) }
    #expect(throws: UsageError.self) { try model().compile(optimizer: SGD(.constant(.infinity))) }
    #expect(throws: UsageError.self) { try model().compile(optimizer: SGD(.cosine(1, steps: 9, final: 0.5))) }
  }
}
