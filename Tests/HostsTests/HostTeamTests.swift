import Files
import FoundationEssentials
import Glibc
import Hosts
import Synchronization
import Testing

/// Each member opens the shared file for itself, as processes do; real processes are in CommandsTests.
@Suite struct HostTeamTests {
  /// Calls `body` for each of `size` members at a time, and returns what each gave.
  private func team<Output: Sendable>(
    of size: Int, _ body: @escaping @Sendable (HostTeam) throws -> Output
  ) throws -> [Result<Output, any Error>] {
    let file = try SharedFile()
    let place = try file.place()
    return try ParallelMap.run(size, threads: size, progress: { _ in }) { rank in
      Result {
        let team = try HostTeam(rank: rank, size: size, file: SharedFile(at: place))
        return try team.together { try body(team) }
      }
    }
  }

  @Test(arguments: [1, 2, 4]) func eachIndexIsDoneOnceAndSeenByAll(size: Int) throws {
    let calls = Mutex([Int](repeating: 0, count: 1000))
    let sums = try team(of: size) { team in
      let memory = try team.share(1000)
      try team.divide(1000, threads: 2) { index in
        calls.withLock { $0[index] += 1 }
        memory.bytes[index] = UInt8(index % 200)
      }
      return memory.bytes.reduce(0) { $0 + Int($1) }
    }
    #expect(calls.withLock { $0 } == [Int](repeating: 1, count: 1000))
    for sum in sums { #expect(try sum.get() == 5 * (0..<200).reduce(0, +)) }
  }

  @Test func theFirstSpeaksForAll() throws {
    let words = try team(of: 3) { team in
      try team.once {}
      return [try team.agree { 40 + team.rank }, try team.agree { -1 }]
    }
    for word in words { #expect(try word.get() == [40, -1]) }
  }

  @Test func memoryIsZeroAndItsOwn() throws {
    let found = try team(of: 2) { team in
      let (first, second, none) = (try team.share(5), try team.share(100_000), try team.share(0))
      try team.once { first.bytes.copyBytes(from: [1, 2, 3, 4, 5]) }
      return Array(first.bytes) + [second.bytes.reduce(0, max), UInt8(none.bytes.count)]
    }
    for bytes in found { #expect(try bytes.get() == [1, 2, 3, 4, 5, 0, 0]) }
  }

  @Test(arguments: [0, 1, 2]) func nobodyWaitsForOneThatFailed(failing: Int) throws {
    struct Broken: Error {}
    let ends = try team(of: 3) { team in
      if team.rank == failing { throw Broken() }
      try team.divide(1_000_000, threads: 1) { _ in usleepBriefly() }
      _ = try team.agree { 1 }
      try team.gather()
      return true
    }
    for (rank, end) in ends.enumerated() {
      #expect(throws: (any Error).self) { try end.get() }
      if case .failure(let error) = end { #expect((error is Broken) == (rank == failing)) }
    }
  }

  /// In a container of its own, another process may have the number of the one that is meant.
  @Test func anotherFileIsNotTakenForTheTeams() throws {
    let (file, other) = (try SharedFile(), try SharedFile())
    let place = try JSONEncoder().encode(file.place())
    let otherPlace = try JSONEncoder().encode(other.place())
    #expect(try SharedFile(at: JSONDecoder().decode(SharedFile.Place.self, from: place)).place() != other.place())
    var fields = try JSONDecoder().decode([String: Int].self, from: place)
    fields["node"] = try JSONDecoder().decode([String: Int].self, from: otherPlace)["node"]
    let wrong = try JSONDecoder().decode(SharedFile.Place.self, from: JSONEncoder().encode(fields))
    #expect(throws: FileError.self) { try SharedFile(at: wrong) }
  }

  @Test func aProgressThatThrowsEndsIt() throws {
    struct Enough: Error {}
    let team = try HostTeam.alone()
    #expect(throws: Enough.self) {
      try team.divide(1 << 40, threads: 2, progress: { if $0 > 10 { throw Enough() } }) { _ in usleepBriefly() }
    }
  }
}

/// A millisecond of somebody's work.
private func usleepBriefly() { usleep(1000) }
