import CNNDist
import ExampleProgram
import FoundationEssentials
import Runs
import TestSupport
import Testing

/// Data sets of a program's own.
@Suite struct OwnDataTests {
  private let numbers: [Float] = (0..<240).map { Float($0 * 37 % 101) / 100 }
  private let labels: [Int32] = (0..<40).map { Int32($0 * 7 % 3) }
  private let classes = ["a", "b", "c"]

  private func buffer() -> BufferSamples {
    BufferSamples(name: "own", shape: [3, 2], samples: numbers, labels: labels, classNames: classes)
  }

  private func closures(_ digest: String? = nil, label: @escaping @Sendable (Int) throws -> Int) throws
    -> ClosureSamples
  {
    try ClosureSamples(
      name: "own", shape: [3, 2], count: 40, classNames: classes, digest: digest,
      load: { [numbers] sample, target in
        for place in target.indices { target[place] = numbers[sample * 6 + place] }
      }, label: label)
  }

  private func trainer() throws -> CompiledModel {
    try Sequential(name: "small", input: [3, 2]) {
      Flatten()
      Dense(3, activation: .softmax)
    }.compile(normalizes: .channel, communicator: SoloCommunicator(), threads: 2)
  }

  private func weights(_ trainer: CompiledModel) throws -> Data {
    try withTemporaryFolder { folder in
      try trainer.saveWeights("\(folder)/weights")
      return try Data(contentsOf: URL(filePath: "\(folder)/weights"))
    }
  }

  @Test func theExampleLearns() throws {
    let result = try trainOnWaves(SoloCommunicator())
    #expect(result.samples == 100 && result.values.first?.value ?? 0 > 0.9, "\(result)")
  }

  /// Samples are the same wherever they come from.
  @Test func buffersClosuresAndArraysTrainToTheSameBits() throws {
    try withTemporaryFolder { folder in
      func write<Number>(_ name: String, _ type: String, _ shape: String, _ numbers: [Number]) throws {
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
        let header = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(text.utf8.count), 0]) + Data(text.utf8)
        try (header + numbers.withUnsafeBytes { Data($0) }).write(to: URL(filePath: "\(folder)/\(name).npy"))
      }
      try write("X", "<f4", "40, 3, 2", numbers)
      try write("y", "<i4", "40,", labels)
      let trainers = try (0..<3).map { _ in try trainer() }
      try trainers[0].fit(buffer(), epochs: 2, batchSize: 16, slice: 4)
      try trainers[1].fit(closures { [labels] in Int(labels[$0]) }, epochs: 2, batchSize: 16, slice: 4)
      // Nothing is trained on but `X` where nothing is held back of it and nothing validated.
      let all = try Arrays.open(folder, for: trainers[2].model, parts: [.validation])
      try trainers[2].fit(try #require(all[.validation]), epochs: 2, batchSize: 16, slice: 4)
      #expect(try weights(trainers[0]) == weights(trainers[1]))
      #expect(try weights(trainers[0]) == weights(trainers[2]))

      let splits = try Arrays.open(folder, for: trainers[2].model, split: ValidationSplit(share: 0.25))
      #expect(splits[.training]?.count == 31 && splits[.validation]?.count == 9 && splits[.test] == nil)
      #expect(try trainer().fit(splits, epochs: 1, batchSize: 16, slice: 4).count == 1)
      #expect(throws: UsageError.self) { try trainer().fit(DataSplits([:])) }
    }
  }

  /// What tells samples from others.
  @Test func digestsFollowFromSamples() throws {
    let digests = try (0..<3).map { kind in
      try closures { [labels] in kind == 2 && $0 == 39 ? 2 - Int(labels[$0]) : Int(labels[$0]) }.digest
    }
    #expect(digests[0] == digests[1] && digests[0] != digests[2])
    #expect(try closures("mine") { _ in 0 }.digest == "mine")
  }

  private struct Lost: Error {}

  @Test func whatClosuresThrowEndsTheTraining() throws {
    #expect(throws: Lost.self) { try closures { _ in throw Lost() } }
    #expect(throws: FileError.self) { try closures { $0 == 20 ? 3 : 0 } }
    // With a digest they are not called before.
    for label in [{ sample in if sample == 20 { throw Lost() } else { return 1 } }, { $0 == 20 ? -1 : 0 }]
      as [@Sendable (Int) throws -> Int]
    {
      let late = try trainer()
      let before = try weights(late)
      let data = try closures("mine", label: label)
      #expect(throws: (any Error).self) { try late.fit(data, epochs: 1, batchSize: 40, slice: 4) }
      #expect(try weights(late) == before)
    }
  }

  /// A number for each output, and a class for each position.
  @Test func targetsMayBeValuesOrClassesOfPositions() throws {
    let values = try ClosureSamples(
      name: "own", shape: [2], count: 8, targets: [1],
      load: { sample, target in target[0] = Float(sample) / 8 },  // the second is 0, whatever lay there
      loadValues: { sample, target in target[0] = Float(sample) / 4 })
    let line = try Sequential(name: "line", input: [2]) { Dense(1) }
      .compile(communicator: SoloCommunicator(), threads: 1)
    #expect(try line.fit(values, epochs: 2, batchSize: 8, slice: 4).count == 2)
    let pixels = try ClosureSamples(
      name: "own", shape: [4, 1], count: 8, classes: 2, positions: [4],
      load: { sample, target in target[sample % 4] = 1 },
      loadClasses: { sample, target in target[sample % 4] = 1 })
    let map = try Sequential(name: "map", input: [4, 1]) { Conv1D(2, kernel: 1, activation: .softmax) }
      .compile(communicator: SoloCommunicator(), threads: 1)
    #expect(try map.fit(pixels, epochs: 2, batchSize: 8, slice: 4).count == 2)
  }
}
