import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// `sweep`: many runs, side by side or not, interrupted or not, each as if it were alone.
  @Suite struct SweepTests {
    private let program: Program

    /// A network that trains in no time, and that nothing tames.
    private static let model = """
      {"class_name": "Sequential", "config": {"name": "bare", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
        {"class_name": "AveragePooling2D", "config": {"name": "pool", "pool_size": 8}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax"}}]}}
      """
    private static let common =
      #""model": "bare.json", "dataset": "synthetic", "limit": 60, "batch-size": 20, "slice": 4"#
    /// The same without validations, for tests that look at no weights.
    private static let quick = #"\#(common), "monitor": "loss", "validate-every": 0"#
    private static let options = "train --model bare.json --dataset synthetic --limit 60 --batch-size 20 --slice 4"

    /// Six trials to epoch 1, three to epoch 2, one to epoch 4, with a schedule that ends with the last.
    private static let halved = """
      {"train": {\(common), "epochs": 4, "schedule": "cosine"},
       "grid": {"learning-rate": [0.1, 0.003, 1], "momentum": [0.3, 0.9]}, "halving": {"first": 1, "factor": 2}}
      """

    init() throws {
      program = try Program()
      try write("bare.json", Self.model)
    }

    private func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
    }

    /// Starts a sweep of `text` in `folder`.
    private func start(_ text: String, _ folder: String, ranks: Int? = nil, _ options: String = "") throws -> Running {
      try write("sweep.json", text)
      let words = "\(Program.binary) sweep --config sweep.json --run \(folder) \(options)"
      return try program.start(
        (ranks.map { Program.mpirun + ["-np", "\($0)"] } ?? []) + words.split(separator: " ").map(String.init))
    }

    private func sweep(
      _ text: String, _ folder: String, ranks: Int? = nil, _ options: String = ""
    ) throws -> Program.Outcome {
      try start(text, folder, ranks: ranks, options).wait(.seconds(120))
    }

    /// Waits until a trial has that many lines of metrics.
    private func wait(for lines: Int, in trial: String) throws {
      for _ in 0..<6000 {
        if let text = try? program.text("\(trial)/metrics.jsonl"), text.count(where: \.isNewline) >= lines { return }
        usleep(10_000)
      }
      Issue.record("\(trial) does not come to \(lines) lines of metrics")
    }

    /// The table without how long it took.
    private func table(_ folder: String) throws -> [[String]] {
      let rows = try program.text("\(folder)/sweep.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let seconds = try #require(rows.first?.firstIndex(of: "seconds"))
      return rows.map { row in row.indices.filter { $0 != seconds }.map { row[$0] } }
    }

    /// The hashes of all trials' last weights.
    private func hashes(_ folder: String) throws -> [String: String] {
      try program.names(in: folder).filter { $0.hasPrefix("trial-") }.reduce(into: [:]) {
        $0[$1] = try program.finalHash("\(folder)/\($1)")
      }
    }

    // MARK: - The same everywhere

    /// Whoever trains which trial, and however many at a time; what came of them is to be seen, and to be gone on with.
    @Test func aSweepIsTheSameOnAnyRanks() throws {
      let alone = try sweep(Self.halved, "alone")
      #expect(alone.code == 0, "\(alone.error)")
      let (table, hashes) = (try table("alone"), try hashes("alone"))
      #expect(table[0] == ["trial", "learning-rate", "momentum", "epochs", "val_accuracy", "best_epoch", "failure"])
      #expect(table.count == 7 && table.dropFirst().map { $0[3] }.sorted() == ["1", "1", "1", "2", "2", "4"])
      #expect(alone.lines.count { $0.hasPrefix("trial-") } == 10, "\(alone.output)")
      #expect(try program.text("alone/sweep.jsonl").split(separator: "\n").count == 10)
      for (ranks, size) in [(1, 1), (2, 1), (3, 2), (4, 1)] {
        let text = Self.halved.replacing(#""halving""#, with: #""ranks": \#(size), "halving""#)
        let outcome = try sweep(text, "on-\(ranks)-\(size)", ranks: ranks, "--threads 1")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(try self.table("on-\(ranks)-\(size)") == table)
        #expect(try self.hashes("on-\(ranks)-\(size)") == hashes)
      }
      #expect(try program.text("alone/report.html").contains("6 runs side by side"))
      try expectPlainRuns("alone", table)
    }

    /// What `train` makes of the options of the best trial, and of one that was given up after an epoch.
    private func expectPlainRuns(_ folder: String, _ table: [[String]]) throws {
      let best = try #require(table.first { $0[3] == "4" })
      let least = try #require(table.first { $0[3] == "1" })
      for row in [best, least] {
        let trial = "\(folder)/trial-00\(row[0])"
        let run = "plain-\(row[0])"
        let plain = try program(
          "\(Self.options) --epochs 4 --schedule cosine --learning-rate \(row[1]) --momentum \(row[2]) --run \(run)",
          ranks: 2)
        #expect(plain.code == 0, "\(plain.error)")
        try program.resume("--run \(trial)")  // which the best has no need of
        #expect(try program.finalHash(trial) == program.finalHash(run))
        #expect(try program.timelessMetrics(trial) == program.timelessMetrics(run))
        #expect(try program.text("\(trial)/config.json") == program.text("\(run)/config.json"))
      }
    }

    /// No, and nothing, are values as others are: the one takes back what a network's compilation has, the other leaves it.
    @Test func aTrialMayTurnASwitchOff() throws {
      #expect(try program("\(Self.options) --epochs 1 --momentum 0.9 --nesterov --run made").code == 0)
      #expect(try program("export made -o compiled.keras").code == 0)
      let common = Self.common.replacing("bare.json", with: "compiled.keras")
      let outcome = try sweep(
        #"{"train": {\#(common), "epochs": 1}, "grid": {"nesterov": [true, false, null], "clip-norm": [null, 0.25]}}"#,
        "off")
      #expect(outcome.code == 0, "\(outcome.error)")
      let options = "\(Self.options.replacing("bare.json", with: "compiled.keras")) --epochs 1 --config options.json"
      let plain = try ["true", "false", "null", #"true, "clip-norm": 0.25"#, #"false, "clip-norm": 0.25"#].map {
        value in
        try write("options.json", "{\"nesterov\": \(value)}")
        #expect(try program("\(options) --run plain").code == 0)
        let hash = try program.finalHash("plain")
        _ = try program.shell("rm -r plain")
        return hash
      }
      #expect(try (1...5).map { try program.finalHash("off/trial-00\($0)") } == plain)
      #expect(Set(plain).count == 4)
    }

    /// Draws are kept when there are more of them, and epochs may grow.
    @Test func aSweepMayGrow() throws {
      func text(trials: Int, epochs: Int) -> String {
        """
        {"train": {\(Self.quick), "epochs": \(epochs)}, "halving": {"first": 1, "factor": 2}, "trials": \(trials), "random":
         {"learning-rate": {"from": 1e-4, "to": 1, "scale": "log"}, "seed": [1, 2, 3], "optimizer": ["sgd", "adam"]}}
        """
      }
      #expect(try sweep(text(trials: 2, epochs: 2), "grown", ranks: 2).code == 0)
      let grown = try sweep(text(trials: 4, epochs: 4), "grown", ranks: 3)
      #expect(grown.code == 0, "\(grown.error)")
      #expect(grown.output.contains("4 trials to epoch 1, 2 of them done before"), "\(grown.output)")
      #expect(try sweep(text(trials: 4, epochs: 4), "fresh").code == 0)
      #expect(try table("grown") == table("fresh"))
      let again = try sweep(text(trials: 4, epochs: 4), "grown")
      #expect(again.code == 0 && !again.output.contains("trial-001  epoch"), "\(again.output)")
      for (other, words) in [
        (text(trials: 3, epochs: 4), "trials: 3, fewer than the 4"),
        (text(trials: 4, epochs: 3), "train.epochs: 3, fewer"),
        (text(trials: 4, epochs: 4).replacing("1e-4", with: "1e-3"), "random.learning-rate.from: 0.001, not 0.0001"),
      ] {
        let refused = try sweep(other, "grown", ranks: 2)
        #expect(refused.code == 64 && refused.error.contains(words), "\(refused.error)")
      }
    }

    // MARK: - Interruptions

    @Test func aSweepThatIsKilledGoesOn() throws {
      #expect(try sweep(Self.halved, "control").code == 0)
      var random = SystemRandomNumberGenerator()
      var moments: [Int] = []
      for ranks in [2, 1, 3] {
        let running = try start(Self.halved, "run", ranks: ranks)
        let moment = Int.random(in: 500...2500, using: &random)
        moments.append(moment)
        usleep(UInt32(moment * 1000))
        running.kill()
      }
      let outcome = try sweep(Self.halved, "run", ranks: 2)
      #expect(outcome.code == 0, "killed after \(moments) ms: \(outcome.error)")
      #expect(try table("run") == table("control"), "killed after \(moments) ms")
      #expect(try hashes("run") == hashes("control"), "killed after \(moments) ms")
    }

    /// A signal to one rank stops all groups, each with a checkpoint.
    @Test(arguments: [(2, 1), (3, 2)]) func aSignalStopsAllGroups(ranks: Int, size: Int) throws {
      let text = """
        {"train": {\(Self.quick), "epochs": 300}, "grid": {"seed": [1, 2, 3]}, "ranks": \(size)}
        """
      let running = try start(text, "run", ranks: ranks)
      try wait(for: 8, in: "run/trial-001")
      Glibc.kill(try #require(running.ranks().last), SIGTERM)
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 75, "\(outcome.error)")
      #expect(
        outcome.complaints.contains(
          "stopped, with checkpoints of what was begun: run the same command again to go on"), "\(outcome.error)")
      let short = text.replacing("300", with: "3")  // fewer epochs are another sweep
      #expect(try sweep(short, "run").code == 64)
      let step = try #require(
        try program.metrics("run/trial-001").last { $0["kind"] == .text("step") }?["step"]?.number)
      #expect(try program("inspect run/trial-001/checkpoints/latest").lines.contains("step: \(Int(step))"))
    }

    @Test func whatASignalStoppedGoesOn() throws {
      let text = #"{"train": {\#(Self.quick), "epochs": 12}, "grid": {"seed": [1, 2]}}"#
      #expect(try sweep(text, "control").code == 0)
      let running = try start(text, "run", ranks: 2)
      try wait(for: 10, in: "run/trial-002")
      Glibc.kill(try #require(running.ranks().first), SIGUSR1)
      let stopped = try running.wait(.seconds(60))
      let outcome = try sweep(text, "run")
      #expect([0, 75].contains(stopped.code) && outcome.code == 0, "\(stopped.error) \(outcome.error)")
      #expect(try table("run") == table("control"))
      #expect(try hashes("run") == hashes("control"))
    }

    @Test func aLostRankEndsAll() throws {
      let text = #"{"train": {\#(Self.quick), "epochs": 100000}, "grid": {"seed": [1, 2, 3]}}"#
      let running = try start(text, "run", ranks: 3, "--timeout 2")
      for trial in 1...3 { try wait(for: 8, in: "run/trial-00\(trial)") }
      Glibc.kill(try #require(running.ranks().last), SIGKILL)
      #expect(try running.wait(.seconds(30)).code != 0)
      #expect(running.ranks().isEmpty)
    }

    /// Many a flush of one group takes longer than the patience of the other, which has nothing to do.
    @Test func aGroupThatWaitsIsPatient() throws {
      try write(
        "sweep.json",
        #"{"train": {\#(Self.quick), "epochs": 1, "no-tensorboard": true}, "grid": {"seed": [1, 2]}}"#)
      let outcome = try program.shell(
        """
        printf '#include <unistd.h>\\n#include <sys/syscall.h>\\nint fsync(int f) { static int n; if (n++ < 6 || n %% 8 == 0) \
          usleep(2200000); return syscall(SYS_fsync, f); }' \
          | gcc -shared -fPIC -x c - -o slow.so
        $mpirun -np 1 -x LD_PRELOAD=$PWD/slow.so $cnn sweep --config sweep.json --timeout 2 --run run \
          : -np 1 $cnn sweep --config sweep.json --timeout 2 --run run
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    // MARK: - Trials that fail

    @Test(arguments: [nil, 2]) func aTrialThatDivergesIsOneResult(ranks: Int?) throws {
      let text = """
        {"train": {\(Self.quick), "epochs": 2}, "grid": {"learning-rate": [0.01, 1e38, 0.1]},
         "halving": {"first": 1, "factor": 2}}
        """
      let outcome = try sweep(text, "run", ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.error.contains("cnn-dist: trial-002 failed: step "), "\(outcome.error)")
      let rows = try table("run")
      #expect(rows.map { $0[0] }.last == "2" && rows[3].joined(separator: ",").contains("65: step "), "\(rows)")
      #expect(rows[1...2].map { $0[2] }.sorted() == ["1", "2"], "\(rows)")
      // It is not tried again.
      let before = try program.inventory("run/trial-002")
      let again = try sweep(text, "run", ranks: ranks)
      #expect(again.code == 0 && !again.error.contains("failed"), "\(again.error)")
      #expect(try program.inventory("run/trial-002") == before)
      #expect(try table("run") == rows)
    }

    @Test func aSweepWithoutAnyResultFails() throws {
      let text = #"{"train": {\#(Self.quick), "epochs": 2}, "grid": {"learning-rate": [1e37, 1e38]}}"#
      let diverged = try sweep(text, "run", ranks: 2)
      #expect(diverged.code == 65 && diverged.error.contains("no trial has come to a result; trial-001: step "))
      let data = #"{"train": {"dataset": "folder", "data": "nowhere", "epochs": 2}, "grid": {"seed": [1, 2]}}"#
      let missing = try sweep(data, "missing")
      #expect(missing.code == 66 && missing.error.contains("nowhere"), "\(missing.error)")
    }

    // MARK: - What is refused before anything is trained

    @Test(arguments: [
      (
        #"{"train": {"optimzer": "sgd"}, "grid": {"seed": [1]}}"#,
        "sweep.json: train: optimzer is no option of train (did you mean optimizer?)"
      ),
      (#"{"grid": {"sede": [1]}}"#, "sweep.json: trial-001: sede is no option of train (did you mean seed?)"),
      (#"{"grid": {"seed": [1, -1]}}"#, "sweep.json: trial-002 (seed -1): --seed takes a whole number"),
      (
        #"{"grid": {"optimizer": ["sgd", "adam"]}, "train": {"nesterov": true}}"#,
        "trial-002 (optimizer adam): --nesterov has no meaning for the optimizer adam"
      ),
      (#"{"grid": {"nesterov": [true, "yes"]}}"#, "nesterov is a switch and takes true or false"),
      (#"{"grid": {"flip": [true, "yes"]}}"#, "trial-002 (flip yes): --flip takes random or alternate, got yes"),
      (#"{"grid": {"batch-size": [true]}}"#, "batch-size needs a value"),
      (#"{"train": {"monitor": "val_auc"}, "grid": {"seed": [1]}}"#, "--monitor takes val_loss, val_accuracy"),
      (#"{"train": {"validate-every": 0}, "grid": {"seed": [1]}}"#, "leaves nothing to compare trials by"),
      (
        #"{"train": {"validate-every": 2}, "grid": {"seed": [1]}, "halving": {}}"#,
        "leaves nothing to compare trials by after the first 1"
      ),
      (#"{"train": {"resume": true}, "grid": {"seed": [1]}}"#, "train.resume is not for a sweep"),
      (#"{"grid": {"seed": [1]}, "goal": "max"}"#, "there is no field goal"),
    ])
    func whatTrainWouldRefuseIsRefused(text: String, words: String) throws {
      let outcome = try sweep(text, "run")
      #expect(outcome.code == 64 && outcome.error.contains(words), "\(outcome.error)")
      #expect(outcome.complaints.count == 1)
      #expect(try !program.names(in: ".").contains("run"))
    }

    @Test func filesThatAreMissingAreNamed() throws {
      let outcome = try sweep(#"{"grid": {"model": ["bare.json", "gone.json"]}}"#, "run", ranks: 2)
      #expect(outcome.code == 66 && outcome.error.contains("gone.json"), "\(outcome.error)")
      #expect(try program("sweep --config nothing.json").code == 64)
      #expect(try program("sweep").error.contains("sweep needs --config FILE"))
      #expect(try !program.names(in: ".").contains("run"))
    }

    @Test func aDrySweepTrainsNothing() throws {
      let outcome = try sweep(Self.halved, "run", ranks: 2, "--dry-run")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(
        outcome.lines == [
          "trials      6, of learning-rate, momentum", "training    6 to epoch 1, 3 to epoch 2, 1 to epoch 4",
          "trial-001  learning-rate 0.1, momentum 0.3",
          "trial-002  learning-rate 0.1, momentum 0.9", "trial-003  learning-rate 0.003, momentum 0.3",
          "trial-004  learning-rate 0.003, momentum 0.9", "trial-005  learning-rate 1, momentum 0.3",
          "trial-006  learning-rate 1, momentum 0.9",
        ])
      #expect(try !program.names(in: ".").contains("run"))
    }

    @Test func aChangedNetworkIsAnotherSweep() throws {
      let text = #"{"train": {\#(Self.quick), "epochs": 1}, "grid": {"seed": [1, 2]}}"#
      #expect(try sweep(text, "run").code == 0)
      try write("bare.json", Self.model.replacing("\"bare\"", with: "\"other\""))
      let outcome = try sweep(text, "run")
      #expect(
        outcome.code == 64 && outcome.error.contains("bare.json is another file than the sweep in run was begun with"))
    }
  }
}
