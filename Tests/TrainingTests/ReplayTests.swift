import Collectives
import Datasets
import Files
import FoundationEssentials
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Replays of a run of 7 steps of 6 samples, in epochs of 4 steps, of whose checkpoints the last three are kept: steps 4, 6
/// and 7.
@Suite struct ReplayTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder
  private let experiment: Experiment
  private let data = TrainingData(training: TinyDataset(count: 24), validation: TinyDataset(count: 3))

  init() throws {
    temporary = try TemporaryFolder()
    folder = RunFolder(temporary("run"))
    var experiment = Experiment()
    (experiment.batchSize, experiment.slice, experiment.learningRate) = (6, 2, 0.1)
    self.experiment = experiment
    try train()
  }

  private func train() throws {
    var schedule = Schedule()
    (schedule.steps, schedule.checkpointEvery, schedule.journal) = (7, 3, true)
    let model = try TinyModel.make()
    let arena = Trainer.arena(for: model, experiment: experiment)
    model.initialize(arena.values.buffer, seed: experiment.seed)
    let configuration = RunConfiguration(experiment: experiment, schedule: schedule, openblas: "test", version: "1")
    let recorder = RunRecorder(folder, configuration: configuration, lock: try folder.create())
    try Trainer(
      experiment: experiment, schedule: schedule, data: data, model: model, arena: arena, state: TrainingState(),
      communicator: SoloCommunicator(), threads: 1, recorder: recorder
    ).run()
  }

  /// Replays a step on two threads; returns what came of it and of the checks on the way.
  private func replay(_ step: Int) throws -> (outcome: Replay.Outcome, checks: [ReplayCheck]) {
    var checks: [ReplayCheck] = []
    let replay = try Replay(folder, step: step) { Issue.record($0) }
    let outcome = try replay.run(data: data, model: try TinyModel.make(), threads: 2) { checks.append($0) }
    return (outcome, checks)
  }

  /// The steps that differ and in what.
  private func findings(_ step: Int) throws -> [String] {
    try replay(step).checks.flatMap { check in check.findings.map { "\(check.step): \($0.prefix { $0 != "," })" } }
  }

  /// Replaces a part of the line of `step` in a file of the run.
  private func edit(_ name: String, step: Int, _ old: String, _ new: String) throws {
    var lines = try temporary.text("run/\(name)").components(separatedBy: "\n")
    let index = try #require(lines.firstIndex { $0.contains("\"step\":\(step)") })
    #expect(lines[index].contains(old))
    lines[index] = lines[index].replacing(old, with: new)
    try temporary.write("run/\(name)", lines.joined(separator: "\n").utf8)
  }

  private func entry(_ step: Int) throws -> JournalEntry { try #require(try folder.journal()).entry(step) }

  @Test func everyStepAfterACheckpointAgrees() throws {
    #expect(try folder.checkpoints().map(\.step) == [4, 6, 7])
    for (step, start) in [(5, 4), (6, 4), (7, 6)] {
      let (outcome, checks) = try replay(step)
      let expected = try entry(step)
      #expect(checks.map(\.step) == Array(start...step))
      #expect(checks.flatMap(\.findings).isEmpty)
      #expect(checks.last?.sources == ["journal", "metrics"])
      #expect(outcome.entry == expected)
      #expect(outcome.metrics.step == step)
    }
  }

  @Test func nothingIsWritten() throws {
    func contents() throws -> [String: [UInt8]] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      return Dictionary(
        uniqueKeysWithValues: try names.map { ($0, $0 == "checkpoints" ? [] : try temporary.bytes("run/\($0)")) })
    }
    let before = try contents()
    _ = try replay(5)
    _ = try replay(9)
    #expect(try contents() == before)
  }

  @Test func stepsBehindTheRunsEndHaveNothingToCompareWith() throws {
    let checks = try replay(9).checks
    #expect(checks.map(\.step) == [7, 8, 9])
    #expect(checks.map(\.sources) == [["journal"], [], []])
  }

  @Test func withoutAJournalTheMetricsAreLeft() throws {
    try FileManager.default.removeItem(atPath: temporary("run/journal.jsonl"))
    #expect(try replay(6).checks.map(\.sources) == [[], ["metrics"], ["metrics"]])
  }

  @Test func anEditedHashIsNamed() throws {
    let tensor = try entry(5).tensors[1]
    try edit("journal.jsonl", step: 5, tensor.gradient, "0123456789abcdef")
    #expect(try findings(6) == ["5: the gradient of dense/bias is \(tensor.gradient)"])
    try edit("journal.jsonl", step: 5, "0123456789abcdef", tensor.gradient)
    try edit("journal.jsonl", step: 5, tensor.value, "0123456789abcdef")
    #expect(try findings(6) == ["5: the value of dense/bias is \(tensor.value)"])
  }

  @Test func anEditedLossIsNamed() throws {
    let loss = try replay(5).outcome.metrics.loss
    try edit("metrics.jsonl", step: 5, "\"loss\":\(loss)", "\"loss\":9.5")
    #expect(try findings(5) == ["5: the loss is \(loss)"])
  }

  /// A bit of the first state that changed, in a checkpoint that says that it is whole.
  private func spoil(_ storage: (ParameterArena) throws -> FloatStorage, at index: Int) throws {
    let path = folder.checkpointPath(step: 4)
    let checkpoint = try Checkpoint(path)
    let arena = Trainer.arena(for: try TinyModel.make(), experiment: experiment)
    try checkpoint.restore(arena)
    let floats = try storage(arena).buffer
    floats[index] = Float(bitPattern: floats[index].bitPattern ^ 1 << 20)
    try Checkpoint.write(path, arena: arena, experiment: experiment, state: checkpoint.state, blas: checkpoint.blas)
  }

  @Test func aFlippedBitOfAWeightIsFoundInTheCheckpoint() throws {
    try spoil({ $0.values }, at: 13)
    let found = try findings(5)
    #expect(found.first?.hasPrefix("4: the value of dense/bias is ") == true)
    #expect(found.dropFirst().first?.hasPrefix("5: the gradient of dense/kernel is ") == true)
  }

  /// No gradient knows of the momentum; the update does.
  @Test func aFlippedBitOfTheMomentumShowsInTheNextValue() throws {
    try spoil({ try #require($0.optimizerStates["momentum"]) }, at: 2)
    let found = try findings(5)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("5: the value of dense/kernel is ") == true)
  }

  @Test func theStepsThatCanBeReplayedAreNamed() throws {
    for (folder, step, message) in [
      (
        folder, 3,
        "there is no checkpoint before step 3: from those that were kept, step 5 and all later ones can be replayed"
      ),
      (RunFolder(temporary("none")), 3, "holds no run: there is no config.json in it"),
    ] {
      let error = try #require(throws: FileError.self) { _ = try Replay(folder, step: step) { _ in } }
      #expect(error.kind == .missing)
      #expect(error.message == message)
    }
    for checkpoint in try folder.checkpoints() { try FileManager.default.removeItem(atPath: checkpoint.path) }
    let error = try #require(throws: FileError.self) { _ = try Replay(folder, step: 5) { _ in } }
    #expect(error.kind == .missing)
    #expect(error.message == "there is no checkpoint before step 5")
  }

  @Test func aDamagedCheckpointIsSteppedOver() throws {
    try temporary.write("run/checkpoints/step-00000006.safetensors", [1, 2, 3])
    var damaged: [FileError] = []
    let replay = try Replay(folder, step: 7) { damaged.append($0) }
    #expect(replay.checkpoint.state.step == 4)
    #expect(damaged.map(\.path) == [folder.checkpointPath(step: 6)])
  }

  @Test func aBrokenLineOnTheWayIsAnError() throws {
    try edit("journal.jsonl", step: 5, "\"step\":5", "\"step\":\"5\"")
    let error = try #require(throws: FileError.self) { _ = try replay(6) }
    #expect(error.message.hasPrefix("line 5 "))
    try edit("metrics.jsonl", step: 5, "\"loss\"", "\"lost\"")
    #expect(throws: FileError.self) { _ = try Replay(folder, step: 6) { _ in } }
  }
}
