import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// `report.html`, as a browser sees it.
  @Suite struct ReportTests {
    private let program: Program

    /// A network that judges all validation samples at once, and has filters to show.
    private static let model = """
      {"class_name": "Sequential", "config": {"name": "mini", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
        {"class_name": "Conv2D", "config": {"name": "conv", "filters": 4, "kernel_size": 3, "strides": 4,
          "activation": "relu"}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax"}}]}}
      """
    private static let recipe = "train --dataset synthetic --limit 40 --batch-size 20 --model mini.json"

    init() throws {
      program = try Program()
      try Data(Self.model.utf8).write(to: URL(filePath: "\(program.folder)/mini.json"))
    }

    private func train(_ arguments: String, ranks: Int? = nil) throws {
      let outcome = try program("\(Self.recipe) \(arguments)", ranks: ranks)
      try #require(outcome.code == 0, "\(outcome.error)")
    }

    /// A page that is right in a browser: whole, readable in both schemes, and not wider than a telephone.
    private func check(_ page: String, headings: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
      let size = try Data(contentsOf: URL(filePath: "\(program.folder)/\(page)")).count
      #expect(size < 2_000_000, sourceLocation: sourceLocation)
      guard Browser.path != nil else { return }
      for (width, isDark) in [(1200, false), (1200, true), (360, false), (360, true)] {
        let (look, console) = try Browser.look(at: page, of: program, width: width, isDark: isDark)
        let place = "\(page) at \(width), \(isDark ? "dark" : "light")"
        #expect(look.isDark == isDark, "\(place)", sourceLocation: sourceLocation)
        #expect(look.page <= look.window, "\(place): \(look.page) is too wide", sourceLocation: sourceLocation)
        #expect(look.contrast >= 4.5, "\(place): \(look.contrast) of \(look.faintest)", sourceLocation: sourceLocation)
        #expect(look.broken == 0 && look.unnamed == 0, "\(place)", sourceLocation: sourceLocation)
        #expect(console.isEmpty, "\(place): \(console)", sourceLocation: sourceLocation)
        #expect(look.headings == headings, "\(place)", sourceLocation: sourceLocation)
      }
    }

    private static let all = [
      "How it went", "What it answers", "The most confident mistakes", "First filters", "Where the time went",
      "To run it again", "The network", "Settings",
    ]

    @Test func aRunHasAReport() throws {
      try train("--epochs 2 --run run", ranks: 2)
      try check("run/report.html", headings: Self.all)
      let page = try program.text("run/report.html")
      #expect(page.contains("mpirun -np 2 ") && page.contains("finished</span>"))
      #expect(!page.contains("http://") && !page.contains("https://"))

      // Gone on with: what was is still there, and where it was resumed is marked.
      try program.resume("--epochs 3 --run run")
      let more = try program.text("run/report.html")
      #expect(more.contains("epoch 3 of 3") && more.contains(">resumed</span>") && more.contains("Resumptions"))

      // Made anew, it is the same but for when.
      func timeless(_ page: String) -> String { page.replacing(/written [-0-9: ]+UTC/, with: "") }
      let outcome = try program("report run")
      #expect(outcome.code == 0 && outcome.lines == ["written to run/report.html"], "\(outcome.error)")
      #expect(try timeless(program.text("run/report.html")) == timeless(more))
      #expect(try program("report run --evaluate -o own.html").code == 0)
      #expect(try timeless(program.text("own.html")) == timeless(more))
    }

    /// What an older version left out is left out of the page.
    @Test func anOlderRunHasAReport() throws {
      try train("--epochs 1 --run run")
      _ = try program.shell("rm run/sessions.jsonl run/report.*")
      #expect(try program("report run").code == 0)
      try check(
        "run/report.html",
        headings: ["How it went", "First filters", "To run it again", "The network", "Settings"])
      _ = try program.shell("rm -r run/checkpoints run/metrics.jsonl")
      let outcome = try program("report run")
      #expect(outcome.code == 0, "\(outcome.error)")
      try check("run/report.html", headings: ["To run it again", "Settings"])
    }

    @Test func runsAreCompared() throws {
      try train("--epochs 2 --run one")
      try train("--epochs 2 --learning-rate 0.1 --run two")
      let outcome = try program("report one two -o both.html")
      #expect(outcome.code == 0 && outcome.lines == ["written to both.html"], "\(outcome.error)")
      try check("both.html", headings: ["Figures", "What differs", "How they went"])
      let page = try program.text("both.html")
      #expect(
        page.contains(#"<th scope="row">--learning-rate</th><td class="text">0.01</td><td class="text">0.1</td>"#))
      // What stands there is what `train` takes.
      let help = try program("train --help").output
      for match in try program.text("one/report.html").matches(of: /<dt>(--[a-z0-9-]+)/) {
        #expect(help.contains(match.1), "\(match.1)")
      }
      #expect(!page.contains(#"<th scope="row">--momentum</th>"#))
    }

    /// The samples are where the run's last start had them: their pictures stay when nobody says so again.
    @Test func picturesStayWhereDataAreNotNamed() throws {
      let pixels = (0..<60 * 3072).map { UInt8(truncatingIfNeeded: $0 &* 7919) }
      try npy("|u1", "60, 32, 32, 3", pixels).write(to: URL(filePath: "\(program.folder)/X.npy"))
      try npy("|u1", "60", (0..<60).map { UInt8($0 % 10) }).write(to: URL(filePath: "\(program.folder)/y.npy"))
      let outcome = try program(
        "train --dataset arrays --data . --validation-split 0.5 --model mini.json --epochs 1 --batch-size 10 --run arrays"
      )
      try #require(outcome.code == 0, "\(outcome.error)")
      let before = try program.text("arrays/report.html").ranges(of: "data:image/png").count
      let again = try program("report arrays")
      #expect(again.code == 0 && again.complaints.isEmpty && before > 1, "\(again.error)")
      #expect(try program.text("arrays/report.html").ranges(of: "data:image/png").count == before)
      _ = try program.shell("mkdir -p gone; mv X.npy gone")
      #expect(try program("report arrays").error.contains("is left out"))
    }

    @Test func aReportThatCannotBeWrittenEndsNothing() throws {
      // A folder in its place: it cannot be replaced by a file, whoever tries.
      let script = "mkdir -p run/report.html/x; $cnn \(Self.recipe) --epochs 2 --run run"
      let outcome = try program.shell(script)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(
        outcome.complaints.filter { $0.contains("the run goes on without a report") }.count == 1, "\(outcome.error)")
    }

    @Test func aRunIsServedLive() throws {
      let running = try program.start(
        [Program.binary] + "\(Self.recipe) --epochs 10000 --run run --live 0".split(separator: " ").map(String.init))
      defer { running.kill() }
      let start = ContinuousClock.now
      var address: Substring?
      while address == nil && start.duration(to: .now) < .seconds(60) {
        address = try running.output().firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)?.0
        usleep(20_000)
      }
      let url = try #require(address)
      func get(_ path: String) throws -> String { try program.shell("curl -sS --max-time 10 \(url)/\(path)").output }
      let (page, version) = (try get(""), try get("version"))
      #expect(page.contains("this page renews itself") && page.hasPrefix("<!DOCTYPE html>"))
      var later = version
      while later == version && start.duration(to: .now) < .seconds(60) { later = try get("version") }
      #expect(later != version)
      #expect(try get("nothing").contains("error"))
      // Another run takes another port where this one is taken, and says so.
      let port = url.split(separator: ":").last ?? ""
      let second = try program("\(Self.recipe) --epochs 1 --run second --live \(port)")
      #expect(second.code == 0 && second.output.contains("port \(port) is taken"), "\(second.output) \(second.error)")
      kill(running.process, SIGTERM)
      #expect(try running.wait(.seconds(60)).code == 75)
    }

    @Test func whatHasNoReportIsNamed() throws {
      for (arguments, code, message) in [
        ("report", 64, "report takes 1 to 8 run folders, got 0"), ("report none", 66, "none: holds no run"),
        ("report a b --evaluate", 64, "--evaluate goes with one run alone"),
      ] as [(String, Int32, String)] {
        let outcome = try program(arguments)
        #expect(outcome.code == code && outcome.error.contains(message), "\(outcome.error)")
      }
    }
  }
}
