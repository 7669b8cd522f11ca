import Collectives
import CollectivesProbe
import Files
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Whole worlds under `mpirun`, one at a time: the machine has few cores.
@Suite(.serialized) struct WorldTests {
  private static func gradient(step: Int, slice: Int) -> [Float] {
    let storage = FloatStorage(count: Problem.count)
    Problem.fill(storage.buffer, step: step, slice: slice)
    return Array(storage.buffer)
  }

  /// The digest of all steps' sums, each summed by `sum`.
  private static func digest(_ sum: (_ slices: Range<Int>, _ gradient: (Int) -> [Float]) -> [Float]) -> String {
    var digest = Digest(.sha256)
    for (step, slices) in Problem.steps.enumerated() {
      sum(0..<slices) { gradient(step: step, slice: $0) }.withUnsafeBytes { digest.update($0) }
    }
    return digest.finish()
  }

  private static let expected = digest(recursiveSum)

  /// The same bits, with 1 worker or 3 a rank, with more ranks than slices, and without MPI.
  @Test(arguments: [nil, 1, 2, 3, 4, 5, 8], [1, 3])
  func theSumHasTheSameBits(ranks: Int?, workers: Int) throws {
    let probe = try Probe("CollectivesProbe", ranks: ranks, "sum tree \(workers)")
    #expect(probe.lines("digest") == [Self.expected], "\(probe.output)")
    #expect(probe.status == 0)
  }

  /// The gradients do tell orders of additions apart.
  @Test func anotherOrderHasOtherBits() {
    let plain = Self.digest { slices, gradient in
      slices.dropFirst().reduce(gradient(slices.lowerBound)) { zip($0, gradient($1)).map { $0 + $1 } }
    }
    #expect(plain != Self.expected)
  }

  /// MPI's own sum is as good, but not the same. Any order of n - 1 additions is within (n - 1) u of the exact sum,
  /// relative to the sum of magnitudes, so two of them are within twice that; u is 2^-24 (Higham 1993, section 2).
  @Test(arguments: [1, 2, 3, 8])
  func theLibraryComesClose(ranks: Int) throws {
    let name = "cnn-dist-probe-\(ProcessInfo.processInfo.processIdentifier)"
    let file = FileManager.default.temporaryDirectory.appending(path: name)
    defer { try? FileManager.default.removeItem(at: file) }
    let probe = try Probe("CollectivesProbe", ranks: ranks, "sum mpi 1 '\(file.path)'")
    #expect(probe.status == 0 && probe.lines("digest").count == 1, "\(probe.output)")
    let bytes = try Data(contentsOf: file)
    try #require(bytes.count == Problem.count * MemoryLayout<Float>.stride)
    let found = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let step = Problem.steps.count - 1
    let slices = Problem.steps[step]
    let gradients = (0..<slices).map { Self.gradient(step: step, slice: $0) }
    let tree = recursiveSum(of: 0..<slices) { gradients[$0] }
    let bound = 2 * Float(slices - 1) * 0x1p-24
    let far = found.indices.count { index in
      !(abs(found[index] - tree[index]) <= bound * gradients.reduce(0) { $0 + abs($1[index]) })
    }
    #expect(far == 0)
  }

  /// A request by any rank, with slices or without, reaches all in the same step, and only in that one.
  @Test(arguments: [1, 2, 5], ["tree", "mpi"])
  func everyRankCanStopAll(ranks: Int, reduction: String) throws {
    let probe = try Probe("CollectivesProbe", ranks: ranks, "stop \(reduction)")
    let even = (0..<2 * ranks).map { 2 * $0 }
    #expect(probe.lines("stops") == ["\(even)"], "\(probe.output)")
  }

  @Test func controlMessages() throws {
    let probe = try Probe("CollectivesProbe", ranks: 3, "control")
    #expect(probe.lines("control") == [#"["0", "é1", "éé2"] from 2 [0.1, 0.2, 0.30000000000000004] 3"#])
    #expect(probe.status == 0)
    #expect(try Probe("CollectivesProbe", ranks: nil, "control").lines("control") == [#"["0"] from 0 [0.1] 1"#])
  }

  @Test(arguments: [
    ("tree", "nothing from rank 1 "), ("mpi", "nothing from"), ("barrier", "MPI_Ibarrier: nothing from"),
  ])
  func aSilentRankEndsAll(mode: String, message: String) throws {
    let probe = try Probe("CollectivesProbe", ranks: 3, "silent \(mode) 1")
    #expect(probe.status == 69)
    #expect(probe.output.contains(message), "\(probe.output)")
  }

  // MARK: - Groups

  /// Messages of groups do not mix, and a group's sums have the bits of any world's.
  @Test(arguments: [
    (4, 2, "1/2:1,0:2:4 0/2:1,0:2:4 1/2:3,2:2:4 0/2:3,2:2:4"), (3, 2, "1/2:1,0:2:3 0/2:1,0:2:3 0/1:2:1:3"),
    (3, 1, "0/1:0:1:3 0/1:1:1:3 0/1:2:1:3"),
  ])
  func groupsAreWorldsOfTheirOwn(ranks: Int, size: Int, seen: String) throws {
    let probe = try Probe("CollectivesProbe", ranks: ranks, "groups \(size)")
    #expect(probe.lines("groups") == [seen], "\(probe.output)")
    #expect(probe.lines("digest") == [Self.expected])
    #expect(probe.status == 0)
  }

  @Test func aProcessAloneIsItsOnlyGroup() throws {
    let probe = try Probe("CollectivesProbe", ranks: nil, "groups 1")
    #expect(probe.lines("groups") == ["0/1:0:1:1"] && probe.lines("digest") == [Self.expected], "\(probe.output)")
  }

  /// Whoever waits for a group hears that it is busy, one rank or several.
  @Test(arguments: [1, 2]) func aGroupAtWorkIsWaitedFor(size: Int) throws {
    let probe = try Probe("CollectivesProbe", ranks: 4, "apart \(size) 2")
    #expect(probe.status == 0 && probe.lines("apart") == ["all came"], "\(probe.output)")
  }

  @Test(arguments: [(1, 0), (1, 2), (2, 2)]) func aWishToStopReachesAllGroups(size: Int, rank: Int) throws {
    let probe = try Probe("CollectivesProbe", ranks: 3, "leave-groups \(size) \(rank)")
    #expect(probe.status == 0 && probe.lines("leave") == ["stopped stopped stopped"], "\(probe.output)")
  }

  @Test(arguments: [(1, 2), (2, 1)]) func aSilentRankOfAGroupEndsAll(size: Int, rank: Int) throws {
    let probe = try Probe("CollectivesProbe", ranks: 4, "silent-group \(size) \(rank)")
    #expect(probe.status == 69, "\(probe.output)")
  }

  @Test(arguments: [
    ("rank", "MPI_Isend: MPI_ERR_RANK: invalid rank"), ("length", "at most 2147483647 elements, found 2147483648"),
  ])
  func refusedCallsAreNamed(mode: String, message: String) throws {
    let probe = try Probe("CollectivesProbe", ranks: 2, "refuse \(mode)")
    #expect(probe.status == 69)
    #expect(probe.output.contains(message), "\(probe.output)")
  }
}
