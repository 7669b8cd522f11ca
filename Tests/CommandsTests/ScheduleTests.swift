import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// Stopped and resumed at random, on changing numbers of ranks and threads, by signals and by `kill -9`.
  @Suite struct ScheduleTests {
    /// Three schedules by default; `CNN_DIST_SCHEDULES=20` for more.
    private static let count = ProcessInfo.processInfo.environment["CNN_DIST_SCHEDULES"].flatMap { Int($0) } ?? 3

    private static let shape =
      "train --dataset synthetic --limit 250 --batch-size 100 --slice 12 --validate-every 0 --checkpoint-every 2"
    private static let steps = 24

    @Test func randomSchedulesEndInTheControlsHash() throws {
      let program = try Program()
      #expect(try program("\(Self.shape) --steps \(Self.steps) --run control").code == 0)
      let (hash, metrics) = (try program.finalHash("control"), try program.timelessMetrics("control"))
      var random = SystemRandomNumberGenerator()
      for schedule in 0..<Self.count {
        var story: [String] = []
        var world = 0
        // At least four changes of world; the last attempt is left alone.
        for attempt in 0..<6 {
          world = [1, 2, 3, 4, 5].filter { $0 != world }.randomElement(using: &random) ?? 1
          let threads = Int.random(in: 1...2, using: &random)
          let resumes = (try? program.names(in: "run").contains("config.json")) ?? false
          let options = resumes ? "train --resume" : "\(Self.shape) --steps \(Self.steps)"
          let running = try program.start(
            Program.mpirun + ["-np", "\(world)", Program.binary]
              + "\(options) --threads \(threads) --run run".split(separator: " ").map(String.init))
          if attempt < 5 {
            let target = min(Self.steps - 1, 4 * (attempt + 1))
            while running.isRunning, try program.lineCount("run") < target { usleep(2000) }
            usleep(UInt32.random(in: 0..<60_000, using: &random))
            if Bool.random(using: &random) {
              running.kill()
              story.append("\(world)×\(threads) killed at \(try program.lineCount("run"))")
            } else {
              let signal = [SIGTERM, SIGINT, SIGUSR1].randomElement(using: &random) ?? SIGTERM
              if let rank = running.ranks().randomElement(using: &random) { Glibc.kill(rank, signal) }
              let code = try running.wait(.seconds(60)).code
              #expect([0, 75].contains(code), "\(story)")
              story.append("\(world)×\(threads) stopped at \(try program.lineCount("run"))")
            }
          } else {
            #expect(try running.wait(.seconds(120)).code == 0, "\(story)")
          }
        }
        #expect(try program.finalHash("run") == hash, "schedule \(schedule): \(story)")
        #expect(try program.timelessMetrics("run") == metrics, "schedule \(schedule): \(story)")
        _ = try program.shell("rm -r run")
      }
    }
  }
}
