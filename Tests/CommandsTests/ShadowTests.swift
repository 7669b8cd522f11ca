import FoundationEssentials
import Glibc
import Testing

extension PatientTests {
  /// `train --shadow`: what a killed run still has in memory. That other hosts' copies count is seen by `FaultTests`.
  @Suite struct ShadowTests {
    private let program: Program

    init() throws { program = try Program() }

    /// An epoch has 200 steps, and after step 0 there is no checkpoint of its own.
    private static let run =
      "train --dataset synthetic --limit 8000 --batch-size 40 --slice 16 --validate-every 0 --threads 1"

    /// Starts a run, kills all of it, and returns its file in memory.
    private func killedRun(ranks: Int, after lines: Int = 23) throws -> URL {
      let launcher = ranks == 1 ? [] : Program.mpirun + ["-np", "\(ranks)"]
      let running = try program.start(
        launcher + [Program.binary] + "\(Self.run) --shadow 5 --run run".split(separator: " ").map(String.init))
      try program.wait(for: lines, in: "run")
      running.kill()
      let configuration = try JSONDecoder().decode(Named.self, from: Data(try program.text("run/config.json").utf8))
      return Self.folder.appending(path: "\(configuration.shadow).safetensors")
    }

    private struct Named: Decodable { let shadow: String }

    private static var folder: URL { URL(filePath: "/dev/shm/cnn-dist-\(geteuid())") }

    private func isThere(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }

    @Test(arguments: [(1, 3), (3, 1), (2, 2)])
    func aKilledRunGoesOnFromMemory(before: Int, after: Int) throws {
      let file = try killedRun(ranks: before)
      #expect(isThere(file))
      let resumed = try program.resume("--run run --steps 60", ranks: after)
      let step = try #require(resumed.error.firstMatch(of: /goes on from step (\d+), which \S+ has in its memory/))
      #expect(try #require(Int(step.1)) >= 15 && Int(step.1)?.isMultiple(of: 5) == true, "\(resumed.error)")
      #expect(resumed.error.contains("; the newest checkpoint is of step 0"))
      #expect(!isThere(file))
      _ = try program.shell("\"$cnn\" \(Self.run) --steps 60 --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
      #expect(try program("verify run").code == 0)
    }

    /// A copy that is no longer whole, or of another run, is left alone.
    @Test(arguments: ["truncate -s -9", "dd if=/dev/zero bs=1 seek=100000 count=4 conv=notrunc status=none of="])
    func aDamagedCopyIsLeftAlone(damage: String) throws {
      let file = try killedRun(ranks: 1)
      let words = damage.hasSuffix("=") ? "\(damage)\(file.path)" : "\(damage) \(file.path)"
      #expect(try program.shell(words).code == 0)
      let resumed = try program.resume("--run run --steps 30")
      #expect(resumed.error.contains("this copy in memory is left alone"), "\(resumed.error)")
      _ = try program.shell("\"$cnn\" \(Self.run) --steps 30 --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(!isThere(file))
    }

    /// Who had it removed had a run with another name.
    @Test func anotherRunOfTheSameFolderKnowsNothingOfIt() throws {
      let file = try killedRun(ranks: 1)
      #expect(try program.shell("rm -r run").code == 0)
      let other = try killedRun(ranks: 1, after: 2)
      #expect(file != other)
      let resumed = try program.resume("--run run --steps 3")
      #expect(!resumed.error.contains("in its memory"), "\(resumed.error)")
      try FileManager.default.removeItem(at: file)
    }

    /// What a process that was killed in the midst of writing has left is removed.
    @Test func nothingIsLeftInMemory() throws {
      let file = try killedRun(ranks: 2)
      let half = URL(filePath: "\(file.path).tmp.abc")
      try Data("half".utf8).write(to: half)
      try program.resume("--run run --steps 40")
      #expect(!isThere(half) && !isThere(file))
      // Also where no other copy has been begun since.
      try Data("half".utf8).write(to: half)
      try program.resume("--run run --steps 41 --shadow 1000")
      #expect(!isThere(half))
    }

    /// Where the memory of a host takes no copies the run goes on without, and says so once.
    @Test func aHostWithoutMemoryForItTrainsOn() throws {
      let outcome = try program.shell(
        """
        unshare --mount sh -c 'mount -t tmpfs -o size=1m tmpfs /dev/shm && exec "$cnn" \(Self.run) --steps 20 --shadow 5 --run run'
        """)
      if outcome.error.contains("unshare failed") { return print("SKIPPED: \(outcome.error)") }
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.error.components(separatedBy: "goes on without copies in memory").count == 2, "\(outcome.error)")
    }
  }
}
