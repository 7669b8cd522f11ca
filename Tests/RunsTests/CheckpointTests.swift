import Files
import Runs
import Tensors
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private var experiment = Experiment()
  private var state = TrainingState()

  init() throws {
    folder = try TemporaryFolder()
    experiment.seed = .max
    experiment.learningRate = 0.1
    experiment.limit = 7
    state.step = 12
    state.epoch = 2
    state.epochLoss = 0.1 + 0.2
    state.epochCorrect = 3
    state.best = .init(step: 4, accuracy: 1.0 / 3)
  }

  private func write(_ state: TrainingState? = nil, _ experiment: Experiment? = nil) throws {
    try Checkpoint.write(
      folder("c"), arena: try TinyModel.arena(), experiment: experiment ?? self.experiment, state: state ?? self.state,
      blas: "test")
  }

  @Test func everythingComesBack() throws {
    try write()
    let checkpoint = try Checkpoint(folder("c"))
    #expect(checkpoint.experiment == experiment)
    #expect(checkpoint.state == state)
    #expect(checkpoint.blas == "test")
    let (expected, found) = (try TinyModel.arena(), try TinyModel.arena(first: 99))
    try checkpoint.restore(found)
    #expect(found.values.floats == expected.values.floats)
    #expect(found.optimizerStates["momentum"]?.floats == expected.optimizerStates["momentum"]?.floats)
    #expect(try ModelWeights.digest(checkpoint.file) == ModelWeights.digest(expected))
  }

  @Test func namesAreThoseOfKeras() throws {
    try write()
    let file = try SafetensorsFile(folder("c"))
    #expect(
      file.entries.map(\.name) == [
        "dense/kernel", "dense/bias", "optimizer/momentum/dense/kernel", "optimizer/momentum/dense/bias",
      ])
    #expect(file.metadata["step"] == "12")
    #expect(file.metadata["epoch"] == "2")
    #expect(file.metadata["seed"] == "18446744073709551615")
    #expect(file.metadata["model"] == "keras-cnn")
  }

  @Test(arguments: [Double.infinity, -.infinity]) func aLossBeyondAllNumbersComesBack(_ loss: Double) throws {
    var state = state
    state.epochLoss = loss
    try write(state)
    #expect(try Checkpoint(folder("c")).state == state)
  }

  @Test func aLossThatIsNoNumberComesBack() throws {
    var state = state
    state.epochLoss = .nan
    try write(state)
    #expect(try Checkpoint(folder("c")).state.epochLoss.isNaN)
  }

  /// Whatever bit changes, the metadata's included: an error, never another run.
  @Test func aDamagedByteIsSeen() throws {
    try write()
    let whole = try folder.bytes("c")
    let arena = try TinyModel.arena()
    var unseen: [Int] = []
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 1
      try folder.write("damaged", damaged)
      do {
        // A tensor's name is not in the digest, but then no model has it.
        try Checkpoint(folder("damaged")).restore(arena)
        unseen.append(index)
      } catch {
        #expect(error.kind == .malformed, "byte \(index): \(error)")
      }
    }
    #expect(unseen.isEmpty)
  }

  /// A tensor whose bytes changed is named, and where it lies.
  @Test func aDamagedTensorIsNamed() throws {
    try write()
    var bytes = try folder.bytes("c")
    bytes[bytes.count - 1] ^= 1  // of the last tensor
    try folder.write("damaged", bytes)
    let error = try #require(throws: FileError.self) { try Checkpoint(folder("damaged")) }
    #expect(error.message.hasPrefix("tensor optimizer/momentum/dense/bias has XXH3 "))
    #expect(error.offset == bytes.count - 12)
  }

  /// With one SHA-256 over all tensors, or with one of each.
  @Test(arguments: [1, 2], [false, true]) func whatOlderVersionsWroteIsRead(version: Int, isDamaged: Bool) throws {
    let arena = try TinyModel.arena()
    try write()
    let newer = try SafetensorsFile(folder("c"))
    var metadata = newer.metadata
    metadata["format"] = "cnn-dist checkpoint \(version)"
    (metadata["tensors_xxh3"], metadata["sha256"]) = (nil, nil)
    if version == 2 {
      let digests = try newer.entries.map { entry in (entry.name, try newer.digest { $0 == entry }) }
      metadata["tensors_sha256"] = try JSON.line(Dictionary(uniqueKeysWithValues: digests))
    }
    let lines = metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    let tensors = version == 1 ? try newer.digest() : ""
    metadata["sha256"] = Array((lines + tensors).utf8).withUnsafeBytes { Digest.of($0) }
    if isDamaged { arena.values.buffer[0] += 1 }
    var writer = SafetensorsWriter()
    for (prefix, storage) in [("", arena.values)] + arena.optimizerStates.map({ ("optimizer/\($0)/", $1) }) {
      for entry in arena.layout.entries {
        writer.add(name: prefix + entry.name, shape: entry.shape, floats: storage.buffer.part(entry.range).reading)
      }
    }
    try writer.write(to: folder("older"), metadata: metadata)
    guard isDamaged else { return #expect(try Checkpoint(folder("older")).state == state) }
    let error = try #require(throws: FileError.self) { try Checkpoint(folder("older")) }
    #expect(error.message.contains("\(version == 1 ? "its contents have" : "has") SHA-256 "))
  }

  @Test func anotherModelIsNamedByItsTensor() throws {
    try write()
    let checkpoint = try Checkpoint(folder("c"))
    let other = try TinyModel.arena(classes: 4)
    let error = try #require(throws: FileError.self) { try checkpoint.restore(other) }
    #expect(error.message == "tensor dense/kernel has shape [4, 3], the model takes [4, 4]")
    #expect(error.kind == .malformed)
  }

  @Test func weightsAloneAreNoCheckpoint() throws {
    let arena = try TinyModel.arena()
    var writer = SafetensorsWriter()
    for entry in arena.layout.entries {
      writer.add(name: entry.name, shape: entry.shape, floats: arena.values.buffer.part(entry.range).reading)
    }
    try writer.write(to: folder("w"), metadata: [:])
    let error = try #require(throws: FileError.self) { try Checkpoint(folder("w")) }
    #expect(error.kind == .malformed)
    #expect(error.message.hasPrefix("is no checkpoint"))
    let target = try TinyModel.arena(first: 50)
    try ModelWeights.load(try SafetensorsFile(folder("w")), into: target)
    #expect(target.values.floats == arena.values.floats)
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    let arena = try TinyModel.arena()
    var writer = SafetensorsWriter()
    writer.add(name: "dense/kernel", shape: [4, 3], floats: arena.values.buffer.part(0..<12).reading)
    try writer.write(to: folder("less"), metadata: [:])
    writer.add(name: "dense/bias", shape: [3], floats: arena.values.buffer.part(12..<15).reading)
    writer.add(name: "stranger", shape: [1], floats: arena.values.buffer.part(0..<1).reading)
    try writer.write(to: folder("more"), metadata: [:])
    let less = try #require(throws: FileError.self) {
      try ModelWeights.load(SafetensorsFile(folder("less")), into: arena)
    }
    #expect(less.message.contains("lacks the tensor dense/bias (3,)"))
    let more = try #require(throws: FileError.self) {
      try ModelWeights.load(SafetensorsFile(folder("more")), into: arena)
    }
    #expect(more.message.contains("stranger"))
  }

  /// A network that was made anew has other numbers in its layers' automatic names; another network has other names.
  @Test func otherNumbersInAutomaticNamesAreTheSameNetwork() throws {
    let arena = try TinyModel.arena()
    let (kernel, bias) = (arena.values.buffer.part(0..<12).reading, arena.values.buffer.part(12..<15).reading)
    func write(_ layer: String, _ shape: Shape = [4, 3]) throws -> SafetensorsFile {
      var writer = SafetensorsWriter()
      writer.add(name: "\(layer)/kernel", shape: shape, floats: kernel)
      writer.add(name: "\(layer)/bias", shape: [3], floats: bias)
      try writer.write(to: folder(layer), metadata: [:])
      return try SafetensorsFile(folder(layer))
    }
    let target = try TinyModel.arena(first: 50)
    try ModelWeights.load(try write("dense_7"), into: target)
    #expect(target.values.floats == arena.values.floats)
    for file in [try write("dense_one"), try write("dense_8", [3, 4])] {
      #expect(throws: FileError.self) { try ModelWeights.load(file, into: target) }
    }
    var left: [String] = []
    let other = try TinyModel.arena(first: 50)
    try ModelWeights.load(try write("dense_8", [3, 4]), into: other) { left.append($0) }
    #expect(left == ["dense/kernel"] && other.values.floats.suffix(3) == arena.values.floats.suffix(3))
  }

  /// A checkpoint that is whole, but whose numbers would trap.
  @Test func numbersOutOfRangeAreRefused() throws {
    var negative = state
    negative.step = -1
    var experiment = experiment
    experiment.batchSize = 0
    for (state, experiment) in [(negative, self.experiment), (state, experiment)] {
      try write(state, experiment)
      let error = try #require(throws: FileError.self) { try Checkpoint(folder("c")) }
      #expect(error.message.contains("out of range"))
    }
  }
}
