import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// `serve` and `train --live` on addresses that other hosts reach.
  @Suite struct TokenTests {
    private let program: Program
    private static let token = "0123456789abcdef-of-a-test"

    init() throws {
      program = try Program()
      _ = try program.shell(
        "umask 077; echo \(Self.token) >token; echo wrong-wrong-wrong-wrong >wrong; echo short >short; "
          + "umask 022; cp token open; chmod 644 open")
    }

    /// The port that a command which was started tells of, with what stands before it.
    private func port(_ running: Running, behind place: String) throws -> Substring {
      for _ in 0..<3000 where running.isRunning {
        let output = try running.output()
        if let start = output.firstRange(of: place)?.upperBound {
          let digits = output[start...].prefix { $0.isNumber }
          if output[digits.endIndex...].contains("/") { return digits }
        }
        usleep(20_000)
      }
      throw Missing(place: place)
    }

    private struct Missing: Error { let place: String }

    /// The status that curl gets.
    private func status(_ words: String) throws -> String {
      try program.shell("curl -sS -g -m 20 -o body -w '%{http_code}' \(words)").output
    }

    private func starts(_ words: String) throws -> Running {
      try program.start([Program.binary] + words.split(separator: " ").map(String.init))
    }

    @Test func aServiceForOtherHostsAsksForTheToken() throws {
      try program.train("--steps 1 --run run")
      for (host, place, reached) in [("0.0.0.0", "0.0.0.0", "127.0.0.1"), ("::", "[::]", "[::1]")] {
        guard host != "::" || access("/proc/net/if_inet6", R_OK) == 0 else { continue }
        let service = try starts("serve --run run --port 0 --host \(host) --token token")
        let url = "http://\(reached):\(try port(service, behind: "on http://\(place):"))"
        for path in ["predict", "health", "metrics", ""] {
          #expect(try status("\(url)/\(path)") == "401")
          #expect(try status("-u any:$(cat wrong) \(url)/\(path)") == "401")
        }
        let header = "-H \"Authorization: Bearer $(cat token)\""
        #expect(try status("\(header) \(url)/health") == "200")
        #expect(try status("-u any:$(cat token) \(url)/health") == "200")
        #expect(try status("\(header) -d '{\"instances\": []}' \(url)/predict") == "400")
        // More than it would ever take in.
        #expect(
          try status("-H 'Expect:' -H 'Content-Length: 32000000' --data-binary @token \(url)/predict") == "401")
        #expect(try status("\(header) \(url)/metrics") == "200")
        #expect(try program.text("body").contains("cnn_dist_requests_total{path=\"other\",code=\"401\"} 9\n"))
        kill(service.process, SIGTERM)
        let end = try service.wait(.seconds(30))
        #expect(end.code == 0 && !"\(end.output)\(end.error)".contains(Self.token), "\(end.error)")
      }
    }

    @Test func aReportForOtherHostsAsksForTheToken() throws {
      let running = try starts("\(smallRun) --epochs 100000 --run run --live 0.0.0.0:0 --token token")
      let url = "http://127.0.0.1:\(try port(running, behind: "report      http://0.0.0.0:"))"
      for path in ["", "version"] {
        #expect(try status("\(url)/\(path)") == "401")
        #expect(try status("-u any:$(cat wrong) \(url)/\(path)") == "401")
        #expect(try status("-u any:$(cat token) \(url)/\(path)") == "200")
      }
      kill(running.process, SIGTERM)
      let end = try running.wait(.seconds(60))
      #expect(end.code == 75 && !"\(end.output)\(end.error)".contains(Self.token), "\(end.error)")
      // The run remembers the file's name, and not what it holds.
      #expect(try program.text("run/sessions.jsonl").contains("\"--token\",\"token\""))
      #expect(try program.shell("grep -rl \(Self.token) run").code == 1)
    }

    @Test func withoutATokenOtherHostsAreNotServed() throws {
      for (words, code, message) in [
        ("serve --run run --host 0.0.0.0", 64, "0.0.0.0 can be reached from other hosts, which have to show a token"),
        ("serve --run run --host ::", 64, ":: can be reached"),
        ("serve --run run --host example.org --token token", 64, "example.org is no address of IPv4 or IPv6"),
        ("serve --run run --host 0.0.0.0 --token none", 66, "none: the token cannot be opened"),
        ("serve --run run --token open", 65, "others than its owner have a right to it (mode 644)"),
        ("serve --run run --token short", 65, "short: its first line has 5 characters"),
        ("train --run run --live 0.0.0.0:0", 64, "0.0.0.0 can be reached"),
        ("train --run run --live [::]:0", 64, ":: can be reached"),
        ("train --run run --live ::1:0 --token token", 64, "--live takes a port from 0 to 65535, or ADDRESS:PORT"),
        ("train --run run --live 0.0.0.0 --token token", 64, "--live takes a port"),
        ("train --run run --live 70000", 64, "--live takes a port"),
        ("train --run run --token token", 64, "--token goes with --live alone"),
        ("\(smallRun) --run run --live --token open", 65, "`chmod 600`"),
        ("\(smallRun) --run run --live --token none", 66, "none: the token cannot be opened"),
      ] as [(String, Int32, String)] {
        let outcome = try program(words)
        #expect(outcome.code == code && outcome.error.contains(message), "\(words): \(outcome.code) \(outcome.error)")
      }
      // All ranks end together.
      #expect(try program("\(smallRun) --run run --live --token open", ranks: 2).code == 65)
      // Nothing began.
      #expect(try !program.names(in: ".").contains("run"))
    }
  }
}
