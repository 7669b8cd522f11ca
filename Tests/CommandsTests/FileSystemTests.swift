import Glibc
import Testing

extension PatientTests {
  /// Folders on file systems that lack something, played by a library that makes single system calls fail.
  @Suite struct FileSystemTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Each alone: one line says it, and the run is the same.
    @Test(
      arguments: [
        ("symlink:1", "symbolic links"), ("fcntl:37 mmapshared:22 link:1", nil),
        ("flock:9 fcntl:22", "no locks"),
        ("fsyncdir:5", "power cut"), ("fsync:22", "power cut"), ("mmap:19", "cannot be mapped"),
      ] as [(String, String?)])
    func whatIsOptionalIsDoneWithout(_ calls: String, _ remark: String?) throws {
      let environment = try program.refusing(calls)
      var complaints: [String] = []
      for arguments in [
        "\(smallRun) --steps 1 --run run", "train --resume --steps 2 --run run", "inspect run/checkpoints/latest",
      ] {
        let outcome = try program(arguments, environment: environment)
        #expect(outcome.code == 0, "\(arguments): \(outcome.error)")
        #expect(outcome.complaints.count <= 1, "\(outcome.error)")
        complaints += outcome.complaints
      }
      #expect(
        complaints.isEmpty == (remark == nil) && complaints.allSatisfy { $0.contains(remark ?? "") }, "\(complaints)")
      #expect(try program.hash("run/checkpoints/latest") == program.hash("run/checkpoints/step-00000002.safetensors"))
    }

    /// All together, in every command; and from there to where nothing is lacking and back, also in a copy without links.
    @Test func whereNothingIsToBeHadARunGoesOn() throws {
      let calls = "symlink:38 link:38 flock:38 fcntl:38 fsyncdir:38 fsync:38 opendir:22 mmap:38 renamedir:38"
      let remarks = ["no locks", "power cut", "symbolic links", "cannot be mapped"]

      let environment = try program.refusing(calls)
      var complaints: [String] = []
      func run(_ arguments: String, ranks: Int? = nil) throws -> Program.Outcome {
        let outcome = try program(arguments, ranks: ranks, environment: environment)
        #expect(outcome.code == 0, "\(arguments): \(outcome.error)")
        complaints += outcome.complaints
        for (index, complaint) in outcome.complaints.enumerated() {
          #expect(!outcome.complaints[..<index].contains(complaint), "said twice: \(complaint)")
        }
        return outcome
      }
      _ = try run("\(smallRun) --steps 2 --journal --run run", ranks: 2)
      _ = try run("train --resume --steps 4 --run run")
      #expect(try run("inspect run/checkpoints/latest").output.contains("step: 4"))
      _ = try run("evaluate --checkpoint run/checkpoints/latest", ranks: 2)
      _ = try run("evaluate --weights run/checkpoints/latest --dataset synthetic")
      _ = try run("replay run --step 4")
      _ = try run("compare run run")
      for remark in remarks { #expect(complaints.contains { $0.contains(remark) }, "\(remark): \(complaints)") }
      _ = try program.shell("cp -rL run copy")
      for run in ["run", "copy"] {
        try program.resume("--steps 5 --run \(run)")
        #expect(try program.link("\(run)/checkpoints/latest") == "step-00000005.safetensors")
        let outcome = try program("train --resume --steps 6 --run \(run)", ranks: 2, environment: environment)
        #expect(outcome.code == 0, "\(outcome.error)")
      }
      try program.train("--steps 6 --journal --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.finalHash("copy") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
      #expect(try program.names(in: "run/checkpoints").allSatisfy { !$0.contains(".tmp.") })
    }

    /// What is written is not optional: a disk that fails or is full is an error, and what was there stays.
    @Test(arguments: ["fsync:5", "write:28", "close:122", "rename:16"])
    func aDiskThatRefusesIsAnErrorThatKeepsWhatIsThere(_ call: String) throws {
      try program.train("--steps 2 --run run")
      let before = try program.finalHash("run")
      let outcome = try program(
        "train --resume --steps 4 --run run", environment: try program.refusing(call, below: "run/checkpoints"))
      #expect(outcome.code == 74)
      #expect(outcome.complaints.last?.hasPrefix("run/") == true, "\(outcome.error)")
      #expect(outcome.complaints.dropLast().allSatisfy { $0.contains("the run goes on") }, "\(outcome.error)")
      #expect(try program.finalHash("run") == before)
      #expect(try program.names(in: "run/checkpoints").allSatisfy { !$0.contains(".tmp.") })
      try program.resume("--steps 4 --run run")
    }

    /// A disk that is full for a while, or fails: the run says so, goes on, and loses nothing.
    @Test(arguments: ["write:28", "write:5 fsync:5", "write:30 rename:30"], [nil, 2])
    func aDiskThatComesBackIsNoEnd(_ calls: String, ranks: Int?) throws {
      let options = "\(smallRun) --steps 60 --checkpoint-every 2 --journal --no-tensorboard --run"
      let control = try program("\(options) control")
      #expect(control.code == 0, "\(control.error)")
      let command = ranks.map { Program.mpirun + ["-np", "\($0)"] } ?? []
      let running = try program.start(
        command + [Program.binary] + "\(options) run".split(separator: " ").map(String.init),
        environment: try program.refusing(calls, below: "run/", while: "full"))
      try program.wait(for: 5, in: "run")
      _ = try program.shell("touch full")
      let before = try program.lineCount("run")
      sleep(1)
      let meanwhile = try program.lineCount("run")
      _ = try program.shell("rm full")
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(before < 60 && meanwhile <= before + 2, "the disk was never full: \(before), \(meanwhile)")
      #expect(outcome.complaints.contains { $0.contains("the run goes on") }, "\(outcome.error)")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
      #expect(try program.text("run/journal.jsonl") == program.text("control/journal.jsonl"))
      #expect(try program.names(in: "run/checkpoints").allSatisfy { !$0.contains(".tmp.") })
      #expect(try program("verify run").code == 0)
    }

    /// The embedded data set is written and read where little works.
    @Test func dataIsFetchedAndReadAnywhere() throws {
      let environment = try program.refusing("symlink:95 link:95 flock:95 fcntl:95 fsyncdir:22 mmap:19 renamedir:18")
      #expect(try program("fetch synthetic --data data", environment: environment).code == 0)
      let options = "--data data --limit 20 --batch-size 20 --slice 8 --validate-every 0 --steps 1"
      let outcome = try program("train \(options) --run run", ranks: 2, environment: environment)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.complaints.filter { $0.contains("cannot be mapped into memory") }.count == 1)
    }

    // MARK: - Two writers

    /// The first with some locks, the second with some: there is always one that both have, or the note.
    @Test(arguments: [
      ("", "flock:95"), ("flock:37", "flock:37"), ("fcntl:37", "flock:9"), ("flock:95 fcntl:37", "flock:95 fcntl:13"),
    ])
    func aSecondWriterIsKeptOutAndOneThatWasKilledIsNoObstacle(_ first: String, _ second: String) throws {
      let running = try program.start(
        [Program.binary] + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init),
        environment: try program.refusing(first))
      try program.wait(for: 1, in: "run")
      let environment = try program.refusing(second)
      let outcome = try program("train --resume --run run", ranks: 2, environment: environment)
      #expect(outcome.code == 74)
      #expect(
        outcome.complaints.filter { $0.contains("another process is writing to this run (process ") }.count == 1,
        "\(outcome.error)")
      #expect(running.isRunning)
      running.kill()
      let next = try program("train --resume --run run --steps 1", environment: environment)
      #expect(next.code == 0, "\(next.error)")
      #expect(try program.text("run/.lock").isEmpty)
    }

    /// Nobody here knows whether a process elsewhere lives: it is named, and whoever finds its note replaced ends.
    @Test func aWriterElsewhereIsNamedAndATakeoverEndsTheFirst() throws {
      let environment = try program.refusing("flock:95 fcntl:37")
      let note =
        #"{"folder":"/x","host":"node7","locks":[],"mark":5,"place":"elsewhere","process":77,"start":"1"}"#
      try program.train("--steps 1 --run run")
      _ = try program.shell("echo '\(note)' > run/.lock")
      let warned = try program("train --resume --run run --steps 2", environment: environment)
      #expect(warned.code == 0)
      #expect(warned.error.contains("process 77 on node7 was writing to this run and has not taken leave"))

      let running = try program.start(
        [Program.binary] + "train --resume --steps 100000 --run run".split(separator: " ").map(String.init),
        environment: environment)
      try program.wait(for: 4, in: "run")
      _ = try program.shell("echo '\(note)' > run/.lock")
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 74)
      #expect(outcome.error.contains("process 77 on node7 has taken this run over"), "\(outcome.error)")
      #expect(try program.text("run/.lock") == note + "\n")
    }

    // MARK: - What is lost

    @Test func lostLogsAreBegunAnew() throws {
      try program.train("--steps 4 --journal --run run")
      _ = try program.shell(
        "cp -r run other; rm run/*.jsonl; head -n 2 other/journal.jsonl > j; mv j other/journal.jsonl")
      let replayed = try program("replay run --step 4")
      #expect(replayed.code == 0)
      #expect(replayed.complaints == ["run/metrics.jsonl: is gone: nothing is compared with it"])
      let outcome = try program.resume("--steps 6 --run run", ranks: 2)
      #expect(
        outcome.complaints == [
          "run/metrics.jsonl: is gone: it is begun anew with step 5",
          "run/journal.jsonl: is gone: it is begun anew with step 5",
        ])
      #expect(try program.metrics("run").compactMap { $0["step"]?.number }.first == 5)
      let half = try program.resume("--steps 6 --run other")
      #expect(half.complaints == ["other/journal.jsonl: lacks the steps from 3 on: it is begun anew with step 5"])
      #expect(try program("compare run other").code == 0)
    }

    @Test func aLogThatIsNoneIsNamed() throws {
      try program.train("--steps 1 --run run")
      _ = try program.shell("rm run/metrics.jsonl; mkdir run/metrics.jsonl")
      let outcome = try program("train --resume --run run --steps 2", ranks: 2)
      #expect(outcome.code == 65)
      #expect(outcome.error.contains("run/metrics.jsonl: is not a regular file"))
    }

    @Test func aLinkToNothingIsMissing() throws {
      try program.train("--steps 1 --run run")
      _ = try program.shell("rm run/checkpoints/step-00000001.safetensors")
      let outcome = try program("inspect run/checkpoints/latest")
      #expect(outcome.code == 66)
      #expect(outcome.error.contains("latest: points at step-00000001.safetensors, which is not there"))
    }

    // MARK: - Standard streams

    /// A daemon's: no line of ours may end up in a file that took their number.
    @Test(arguments: ["<&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func closedStreamsDoNotEndUpInFiles(_ closed: String) throws {
      try program.train("--steps 3 --journal --run control")
      for (run, launch) in [("alone", ""), ("ranks", "$mpirun -np 2 ")] {
        let command = "\(smallRun) --steps 3 --journal --profile --run \(run)"
        let outcome = try program.shell("\(launch)bash -c \"exec $cnn \(command) \(closed)\"")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(try program.timelessMetrics(run) == program.timelessMetrics("control"))
        #expect(try program.text("\(run)/journal.jsonl") == program.text("control/journal.jsonl"))
        #expect(try program.finalHash(run) == program.finalHash("control"))
      }
    }
  }
}
