import Collectives
import Layers
import Models
import Runs
import TestSupport
import Testing
import Training

/// What a rank needs, and what becomes of it where there is less.
@Suite struct MemoryNeedTests {
  private static func network(units: Int) throws -> Model {
    try Sequential(name: "wide", input: [8]) {
      Dense(units, activation: .relu)
      Dense(3, activation: .softmax)
    }
  }

  private func need(units: Int = 1000, threads: Int = 2, slice: Int = 64, batch: Int = 512) throws -> MemoryNeed {
    var experiment = Experiment()
    (experiment.slice, experiment.batchSize) = (slice, batch)
    return MemoryNeed(
      training: try Self.network(units: units), experiment: experiment, samples: 1000, communicator: SoloCommunicator(),
      threads: threads)
  }

  /// What is certain: three buffers of the parameters, and for each thread at least input, output and gradient of a wave's
  /// wide layer.
  @Test func itCountsWhatIsAllocated() throws {
    let parameters = 9 * 1000 + 1001 * 3
    let parts = try need().parts
    #expect(parts[0].bytes == 3 * parameters * 4)
    #expect(parts[1].bytes >= 2 * 256 * (8 + 2 * 1000) * 4)
    #expect(parts[1].bytes < 2 * 256 * 8 * 1000 * 4)
    // Two runs of four slices each: a stack of three sums for each.
    #expect(parts[2].bytes == 2 * 3 * parameters * 4)
    #expect(parts[3].bytes == 0)
    #expect(try need(threads: 8).parts[1].bytes == 4 * parts[1].bytes)
    #expect(try need(slice: 4096).parts[1].bytes > 8 * parts[1].bytes)
  }

  /// 256 samples would take more than a gigabyte: fewer go through the network together.
  @Test func wavesOfLargeSamplesAreSmaller() throws {
    let model = try Sequential(name: "large", input: [256, 256, 3]) {
      Conv2D(16, kernel: 3, padding: .same, activation: .relu)
      GlobalAveragePooling2D()
      Dense(3, activation: .softmax)
    }
    var sizes: [Int] = []
    for slice in [1, 8, 64, 256] {
      sizes.append(MemoryNeed(evaluating: model, slice: slice, threads: 1).parts[1].bytes)
    }
    #expect(sizes[0] <= 1 << 30 && sizes[0] > 1 << 29)
    #expect(sizes[1] <= 1 << 30 && sizes[1] > 1 << 29)
    #expect(sizes[3] > 1 << 30)  // a slice is never cut
  }

  @Test func whatFitsIsTaken() throws {
    let need = try need()
    try need.check(ranks: 1, shared: need.bytes, own: nil)
    try need.check(ranks: 3, shared: 3 * need.bytes, own: need.bytes)
  }

  @Test func theLargestPartIsNamed() throws {
    let crowded = try #require(throws: UsageError.self) {
      try need(threads: 1024).check(ranks: 2, shared: 4_000_000_000, own: nil)
    }
    #expect(
      crowded.description.contains(" of memory a rank, and there are 4.0 GB to be had for the 2 ranks of a host: "))
    #expect(
      crowded.description.hasSuffix(
        "are for the activations of 256 samples on 1024 threads; fewer --threads or smaller samples take less"))
    let slices = try #require(throws: UsageError.self) { try need(slice: 4096).check(ranks: 1, shared: 1000, own: nil) }
    #expect(slices.description.contains("a smaller --slice"))
    let wide = try #require(throws: UsageError.self) {
      try need(units: 100_000_000, threads: 1, batch: 64).check(ranks: 1, shared: .max, own: 8_000_000)
    }
    #expect(wide.description.contains("a process may have 8 MB"))
  }

  /// On any machine, and never more than it has.
  @Test func theHostIsAsked() {
    #expect(HostMemory.shared > 0)
    #expect(HostMemory.shared < 1 << 50)
  }
}
