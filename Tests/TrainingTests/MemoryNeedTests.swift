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

  /// More than anything here takes.
  private static let plenty = MemoryBudget(ranks: 1, shared: 1 << 50, own: nil)

  private func need(
    units: Int = 1000, threads: Int = 2, slice: Int = 64, batch: Int = 512, keepsShadow: Bool = false,
    budget: MemoryBudget = plenty
  ) throws -> MemoryNeed {
    var experiment = Experiment()
    (experiment.slice, experiment.batchSize) = (slice, batch)
    return MemoryNeed(
      training: try Self.network(units: units), experiment: experiment, samples: 4096, judged: 0,
      communicator: SoloCommunicator(), threads: threads, keepsShadow: keepsShadow, budget: budget)
  }

  private func part(_ words: String, of need: MemoryNeed) throws -> Int {
    try #require(need.parts.first { $0.name.contains(words) }).bytes
  }

  /// What is certain: three buffers of the parameters, and for each thread at least input, output and gradient of a wave's
  /// wide layer.
  @Test func itCountsWhatIsAllocated() throws {
    let parameters = 9 * 1000 + 1001 * 3
    let base = try need()
    #expect(try part("parameters", of: base) == 3 * parameters * 4)
    let activations = try part("activations", of: base)
    #expect(activations >= 2 * 64 * (8 + 2 * 1000) * 4)
    #expect(activations < 2 * 64 * 4 * 1000 * 4)
    // Two runs of four slices each: a stack of three sums for each, of which one lies in the gradients.
    #expect(try part("sums of gradients", of: base) == (2 * 3 - 1) * parameters * 4)
    #expect(try part("other ranks", of: base) == 0)
    #expect(try part("activations", of: need(threads: 8)) == 4 * activations)
    // Threads without slices have nothing to hold.
    #expect(try part("activations", of: need(threads: 16)) == 4 * activations)
    #expect(try part("activations", of: need(slice: 256)) > 3 * activations)
    // Values and one state, of which one copy is there while the next is written.
    #expect(try part("copies of the state", of: need(keepsShadow: true)) == 2 * 2 * parameters * 4)
    #expect(base.parts.allSatisfy { !$0.name.contains("copies") })
  }

  /// A batch of fewer samples than a slice may have takes no room for the others, and neither does what is judged.
  @Test func noSliceIsLargerThanWhatThereIs() throws {
    #expect(try need(slice: 4096, batch: 16).bytes == need(slice: 16, batch: 16).bytes)
    let model = try Self.network(units: 1000)
    func judging(_ samples: Int, slice: Int) -> Int {
      MemoryNeed(
        evaluating: model, slice: slice, samples: samples, communicator: SoloCommunicator(), threads: 1,
        budget: Self.plenty
      ).bytes
    }
    #expect(judging(16, slice: 256) == judging(16, slice: 16))
    #expect(judging(16, slice: 256) < judging(256, slice: 256))
  }

  /// Some slices at once are faster where there is a wide dense layer, and only there.
  @Test func wavesOfManySlicesAreForWideLayers() throws {
    func waves(_ units: Int, slice: Int) throws -> Int {
      let model = try Sequential(name: "two", input: [1024]) {
        Dense(units, activation: .relu)
        Dense(3, activation: .softmax)
      }
      var experiment = Experiment()
      (experiment.slice, experiment.batchSize) = (slice, 1000)
      let need = MemoryNeed(
        training: model, experiment: experiment, samples: 1000, judged: 0, communicator: SoloCommunicator(),
        threads: 1, budget: Self.plenty)
      return need.waves.samples
    }
    #expect(try waves(16, slice: 10) == 10)
    #expect(try waves(512, slice: 10) == 250)
    #expect(try waves(512, slice: 300) == 300)
  }

  /// A smaller budget gives smaller waves, down to one slice; then there is nothing more to be had.
  @Test func wavesFitTheBudget() throws {
    func need(_ bytes: Int) throws -> MemoryNeed {
      let model = try Sequential(name: "wide", input: [4096]) {
        Dense(4096, activation: .relu)
        Dense(3, activation: .softmax)
      }
      var experiment = Experiment()
      (experiment.slice, experiment.batchSize) = (16, 512)
      return MemoryNeed(
        training: model, experiment: experiment, samples: 512, judged: 512, communicator: SoloCommunicator(),
        threads: 1, budget: MemoryBudget(asked: bytes, ranks: 1, shared: 1, own: nil))
    }
    let whole = try need(1 << 40)
    #expect(whole.waves.samples == 256)
    try whole.check()
    var last = 256
    for less in stride(from: 0, through: 12_000_000, by: 1_000_000) {
      let next = try need(whole.bytes - less)
      #expect(next.waves.samples <= last && next.waves.samples % 16 == 0)
      if next.waves.samples > 16 { #expect(next.bytes <= whole.bytes - less) }
      last = next.waves.samples
    }
    #expect(last < 256)
    let least = try need(1)
    #expect(least.waves.samples == 16)
    try need(least.bytes).check()
    let refused = try #require(throws: UsageError.self) { try need(least.bytes - 1).check() }
    #expect(refused.description.contains("--memory leaves ") && refused.description.hasSuffix(" allows it"))
  }

  @Test func whatFitsIsTaken() throws {
    let bytes = try need().bytes
    try need(budget: MemoryBudget(ranks: 1, shared: bytes, own: nil)).check()
    let mapped = bytes + 2 * MemoryBudget.mappedByThread  // by two threads
    try need(budget: MemoryBudget(ranks: 3, shared: 3 * bytes, own: mapped)).check()
    let short = MemoryBudget(ranks: 3, shared: 3 * bytes, own: mapped - 1)
    #expect(throws: UsageError.self) { try need(budget: short).check() }
    // Whatever the host seems to have, whoever asks for more is believed, up to the limit of the process.
    try need(budget: MemoryBudget(asked: bytes, ranks: 3, shared: 1, own: nil)).check()
    #expect(throws: UsageError.self) {
      try need(budget: MemoryBudget(asked: bytes, ranks: 1, shared: bytes, own: 1000)).check()
    }
  }

  @Test func theLargestPartIsNamed() throws {
    let half = MemoryBudget(ranks: 2, shared: 400_000_000, own: nil)
    let crowded = try #require(throws: UsageError.self) {
      try need(units: 100_000, threads: 1024, batch: 100_000, budget: half).check()
    }
    for words in [
      " of memory a rank, and there are 400 MB to be had for the 2 ranks of a host: ",
      "are for the activations of 64 samples on 64 threads; fewer --threads, a smaller --slice or smaller samples",
    ] {
      #expect(crowded.description.contains(words), "\(crowded)")
    }
    let wide = try #require(throws: UsageError.self) {
      try need(
        units: 100_000_000, threads: 1, batch: 64, budget: MemoryBudget(ranks: 1, shared: .max, own: 300_000_000)
      )
      .check()
    }
    #expect(wide.description.contains("ulimit -v leaves 90 MB beside what 1 thread maps"))
    #expect(wide.description.hasSuffix(", and a larger ulimit -v allows it"))
  }

  @Test(arguments: [
    ([:], nil), (["SLURM_MEM_PER_NODE": "4096"], 4 << 30), (["SLURM_MEM_PER_NODE": "0"], nil),
    (["SLURM_MEM_PER_CPU": "1024", "SLURM_CPUS_ON_NODE": "6"], 6 << 30), (["SLURM_MEM_PER_CPU": "1024"], nil),
    (["SLURM_MEM_PER_NODE": "much"], nil), (["SLURM_MEM_PER_NODE": "9223372036854775807"], nil),
  ]) func whatSlurmAllots(variables: [String: String], bytes: Int?) {
    #expect(HostMemory.allotted { variables[$0] } == bytes)
  }

  @Test func aGroupHasWhatItsProcessesHaveLeft() {
    let unified = [
      "memory.max": "800\n", "memory.current": "700\n",
      "memory.stat": "anon 400\nactive_file 50\ninactive_file 150\nfile 300\nslab_reclaimable 20\n",
    ]
    #expect(HostMemory.left(isUnified: true) { unified[$0] } == 320)
    let former = [
      "memory.limit_in_bytes": "800\n", "memory.usage_in_bytes": "700\n",
      "memory.stat": "active_file 1\ninactive_file 1\ntotal_active_file 50\ntotal_inactive_file 150\n",
    ]
    #expect(HostMemory.left(isUnified: false) { former[$0] } == 300)
    #expect(HostMemory.left(isUnified: true) { $0 == "memory.max" ? "max\n" : "9" } == nil)
    #expect(HostMemory.left(isUnified: true) { $0 == "memory.max" ? "800\n" : nil } == 800)
    #expect(HostMemory.left(isUnified: true) { $0 == "memory.max" ? "800" : "900" } == 0)
  }

  /// On any machine, and never more than it has.
  @Test func theHostIsAsked() {
    #expect(HostMemory.shared > 0)
    #expect(HostMemory.shared < 1 << 50)
  }
}
