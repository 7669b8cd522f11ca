import Files
import FoundationEssentials
import Runs
import TestSupport
import Testing

@Suite struct RunFolderTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = RunFolder(temporary("run"))
  }

  private func configuration(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    var configuration = RunConfiguration(experiment: Experiment(), schedule: Schedule(), openblas: "test", version: "1")
    change(&configuration)
    return configuration
  }

  private func checkpoint(_ step: Int) throws {
    var state = TrainingState()
    state.step = step
    try Checkpoint.write(
      folder.checkpointPath(step: step), arena: try TinyModel.arena(), experiment: Experiment(), state: state,
      blas: "test")
  }

  private func link(_ name: String) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: temporary("run/checkpoints/\(name)"))
  }

  @Test func theConfigurationComesBack() throws {
    let lock = try folder.create()
    #expect(!folder.holdsRun)
    try folder.refuseExistingRun()
    let expected = configuration {
      $0.experiment.seed = .max
      $0.experiment.reduction = .mpi
      $0.schedule.steps = 3
    }
    try folder.save(expected)
    #expect(try folder.load() == expected)
    #expect(folder.holdsRun)
    withExtendedLifetime(lock) {}
  }

  @Test func aRunIsRefusedAndKept() throws {
    _ = try folder.create()
    try folder.save(configuration())
    try temporary.write("run/metrics.jsonl", Array("{}\n".utf8))
    #expect(throws: UsageError.self) { try folder.refuseExistingRun() }
    #expect(throws: UsageError.self) { _ = try folder.create() }
    #expect(try temporary.text("run/metrics.jsonl") == "{}\n")
  }

  /// Somebody lost `config.json`; the numbers of days of work may still be there.
  @Test func aRunWithoutItsConfigurationIsRefusedAndKept() throws {
    _ = try folder.create()
    try checkpoint(7)
    #expect(throws: UsageError.self) { try folder.refuseExistingRun() }
    #expect(throws: UsageError.self) { _ = try folder.create() }
    #expect(try folder.checkpoints().map(\.step) == [7])

    try FileManager.default.removeItem(atPath: folder.checkpointPath(step: 7))
    try temporary.write("run/metrics.jsonl", Array("{}\n".utf8))
    #expect(throws: UsageError.self) { try folder.refuseExistingRun() }
  }

  @Test func whatWasKilledBeforeItsFirstStepIsNoRun() throws {
    _ = try folder.create()
    try checkpoint(0)
    try folder.link(latest: 0, best: nil)
    try temporary.write("run/checkpoints/step-00000000.safetensors.tmp.1", [1])
    try temporary.write("run/notes.tmp.txt", [1])
    _ = try folder.create()
    #expect(try folder.checkpoints().isEmpty)
    #expect(try !temporary.names(in: "run/checkpoints").contains { $0.contains(".tmp.") })
    #expect(try temporary.names(in: "run").contains("notes.tmp.txt"))  // not ours
  }

  @Test func oneProcessWritesAtATime() throws {
    let lock = try folder.create()
    let error = try #require(throws: FileError.self) { _ = try folder.lock() }
    #expect(error.kind == .failed)
    #expect(error.message.contains("another process"))
    withExtendedLifetime(lock) {}
    _ = consume lock
    _ = try folder.lock()
  }

  @Test func aFolderThatCannotBeMadeIsAnInputOutputError() throws {
    try temporary.write("file", [1])
    for path in ["file", "file/run"] {
      let error = try #require(throws: FileError.self) { _ = try RunFolder(temporary(path)).create() }
      #expect(error.kind == .failed)
      #expect(error.message == "the run folder cannot be made: Not a directory", "\(path)")
    }
    #expect(try temporary.bytes("file") == [1])
  }

  @Test func noRunIsMissing() throws {
    #expect(try #require(throws: FileError.self) { try folder.load() }.kind == .missing)
    #expect(try #require(throws: FileError.self) { try folder.newestCheckpoint { _ in } }.kind == .missing)
  }

  @Test(arguments: ["", "{", "[]", #"{"experiment":{}}"#])
  func configurationsThatAreNoneAreRefused(_ text: String) throws {
    _ = try folder.create()
    try temporary.write("run/config.json", Array(text.utf8))
    #expect(try #require(throws: FileError.self) { try folder.load() }.kind == .malformed)
  }

  /// Each of these would trap later on.
  @Test func configurationsOutOfRangeAreRefused() throws {
    _ = try folder.create()
    let changes: [(String, (inout RunConfiguration) -> Void)] = [
      ("batch_size 0", { $0.experiment.batchSize = 0 }), ("slice -1", { $0.experiment.slice = -1 }),
      ("slice 1000000000", { $0.experiment.slice = 1_000_000_000 }), ("limit 0", { $0.experiment.limit = 0 }),
      ("momentum 1.0", { $0.experiment.momentum = 1 }),
      ("learning_rate inf", { $0.experiment.learningRate = .infinity }),
      ("decay -1.0", { $0.experiment.decay = -1 }), ("epochs 9223372036854775807", { $0.schedule.epochs = .max }),
      ("steps -1", { $0.schedule.steps = -1 }), ("validate_every -1", { $0.schedule.validateEvery = -1 }),
      ("checkpoint_every -1", { $0.schedule.checkpointEvery = -1 }),
    ]
    for (flaw, change) in changes {
      try folder.save(configuration(change))
      let error = try #require(throws: FileError.self, "\(flaw)") { try folder.load() }
      #expect(error.message.contains(flaw))
      #expect(error.kind == .malformed)
    }
  }

  // MARK: - Checkpoints

  @Test func theLastThreeAndTheBestAreKept() throws {
    _ = try folder.create()
    for step in [0, 10, 20, 30, 40, 100_000_000] {
      try checkpoint(step)
      try folder.link(latest: step, best: step < 10 ? nil : 10)
    }
    #expect(try folder.checkpoints().map(\.step) == [10, 30, 40, 100_000_000])
    #expect(try link("latest") == "step-100000000.safetensors")
    #expect(try link("best") == "step-00000010.safetensors")
  }

  @Test func filesOfOtherNamesAreNoCheckpoints() throws {
    _ = try folder.create()
    for name in [
      "step-5.safetensors", "step-+0000001.safetensors", "step-00000001.safetensors.tmp.9", "step-x.safetensors",
    ] {
      try temporary.write("run/checkpoints/\(name)", [1])
    }
    #expect(try folder.checkpoints().isEmpty)
  }

  @Test func aDamagedCheckpointIsPassedOver() throws {
    _ = try folder.create()
    for step in [4, 8] { try checkpoint(step) }
    var bytes = try temporary.bytes("run/checkpoints/step-00000008.safetensors")
    bytes[bytes.count - 1] ^= 1
    try temporary.write("run/checkpoints/step-00000008.safetensors", bytes)
    var damaged: [String] = []
    #expect(try folder.newestCheckpoint { damaged.append($0.path) }.state.step == 4)
    #expect(damaged == [folder.checkpointPath(step: 8)])
  }

  /// Older versions went on when a run had diverged, and wrote what it had become.
  @Test(arguments: ["values", "momentum"]) func aCheckpointThatIsNotFiniteIsPassedOver(_ part: String) throws {
    _ = try folder.create()
    try checkpoint(4)
    let (arena, path) = (try TinyModel.arena(), folder.checkpointPath(step: 8))
    (arena.optimizerStates[part] ?? arena.values).buffer[2] = .infinity
    var state = TrainingState()
    state.step = 8
    try Checkpoint.write(path, arena: arena, experiment: Experiment(), state: state, blas: "test")
    var messages: [String] = []
    #expect(try folder.newestCheckpoint { messages.append($0.message) }.state.step == 4)
    let prefix = part == "values" ? "" : "optimizer/momentum/"
    #expect(messages == ["tensor \(prefix)dense/kernel holds Infinity at 2, expected finite numbers"])
    // It can still be looked at, but nobody computes with it.
    let lost = try Checkpoint(path)
    #expect(throws: FileError.self) { try lost.restore(try TinyModel.arena()) }
  }

  /// What was written before steps could be skipped.
  @Test func olderRunsStopAndHaveSkippedNothing() throws {
    let schedule = #"{"checkpoint_every":2,"epochs":3,"journal":true,"steps":7,"validate_every":0}"#
    let read = try JSON.decode(Schedule.self, schedule)
    #expect((read.epochs, read.steps, read.validateEvery, read.checkpointEvery, read.journal) == (3, 7, 0, 2, true))
    #expect(read.onNan == .stop)
    let state = #"{"epoch":1,"epoch_correct":3,"epoch_loss":0.5,"step":4}"#
    #expect(try JSON.decode(TrainingState.self, state).skipped == nil)
    // A run that skips nothing writes what it always did.
    #expect(try JSON.line(JSON.decode(TrainingState.self, state)) == state)
  }

  @Test func skippedStepsComeBack() throws {
    var state = TrainingState()
    state.step = 5
    var skipped = TrainingState.Skipped()
    (skipped.steps, skipped.inARow, skipped.epochSamples) = (3, 1, 40)
    state.skipped = skipped
    let path = temporary("c")
    try Checkpoint.write(path, arena: try TinyModel.arena(), experiment: Experiment(), state: state, blas: "test")
    #expect(try Checkpoint(path).state == state)
    state.skipped?.steps = 6  // of five steps
    try Checkpoint.write(path, arena: try TinyModel.arena(), experiment: Experiment(), state: state, blas: "test")
    #expect(throws: FileError.self) { try Checkpoint(path) }
  }

  @Test func damagedCheckpointsAloneAreBadData() throws {
    _ = try folder.create()
    try temporary.write("run/checkpoints/step-00000008.safetensors", [1])
    let error = try #require(throws: FileError.self) { try folder.newestCheckpoint { _ in } }
    #expect(error.kind == .malformed)
    #expect(error.message == "none of the 1 checkpoints is whole")
  }

  /// The run went on from step 4, because three later checkpoints were damaged: what it writes next must not be taken for
  /// the oldest.
  @Test func aNewCheckpointOutlivesLaterDamagedOnes() throws {
    _ = try folder.create()
    for step in [4, 20, 30, 40] { try checkpoint(step) }
    for step in [5, 6, 7] {
      try checkpoint(step)
      try folder.link(latest: step, best: nil)
    }
    #expect(try folder.checkpoints().map(\.step) == [5, 6, 7, 20, 30, 40])
    #expect(try link("latest") == "step-00000007.safetensors")
  }
}
