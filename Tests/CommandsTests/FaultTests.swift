import FoundationEssentials
import Testing

extension PatientTests {
  /// Ranks are killed, stopped, cut off and starved at every moment: no process stays, and the next start goes on.
  ///
  /// `CNN_DIST_FAULTS=20` takes 20 trials of each kind instead of one, in half an hour instead of a minute or two.
  @Suite struct FaultTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test func nothingHangsAndNothingIsLost() throws {
      let rounds = ProcessInfo.processInfo.environment["CNN_DIST_FAULTS"].flatMap { Int($0) } ?? 1
      let outcome = try program.shell(
        "\"$launch/faults\" --rounds \(rounds)", timeout: .seconds(300 + 300 * rounds))
      print(outcome.output)
      for line in outcome.error.split(separator: "\n") where line.hasPrefix("SKIPPED") { print(line) }
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.error)")
      let rows = outcome.lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| fault") && !$0.hasPrefix("| ---") }
      #expect(rows.count == 6, "\(outcome.output)")
      for row in rows { #expect(row.contains("| 0 of \(5 * rounds) |") || row.contains("SKIPPED"), "\(row)") }
    }

    /// Ranks, launchers and whole jobs are killed, and rank 0 at single system calls; `CNN_DIST_KILLS=1000` kills as often.
    @Test func whatIsKilledIsGoneOnWith() throws {
      let kills = ProcessInfo.processInfo.environment["CNN_DIST_KILLS"].flatMap { Int($0) } ?? 24
      let outcome = try program.shell("\"$launch/kills\" --kills \(kills)", timeout: .seconds(120 + 5 * kills))
      print(outcome.output)
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.error)")
    }

    @Test func nothingWearsOut() throws {
      let outcome = try program.shell("\"$launch/soak\" --minutes 0.5 --every 6", timeout: .seconds(180))
      print(outcome.output)
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.error)")
    }

    /// Three hosts, each a network namespace: links are slowed and cut, a host is lost and given back, under
    /// `launch/supervise`. The weights are those of one process.
    @Test func hostsComeAndGo() throws {
      let script = "\(#filePath.dropLast("FaultTests.swift".count))hosts.py"
      let outcome = try program.shell("python3 '\(script)'", timeout: .seconds(300))
      if outcome.output.contains("SKIPPED") { print(outcome.output) }
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.error)")
    }
  }
}
