import FoundationEssentials
import Testing

extension ProgramTests {
  /// `cnn-dist verify`: a run that is whole, and all the ways in which one is not.
  @Suite struct VerifyTests {
    private let program: Program

    init() throws {
      program = try Program()
      try program.train("--steps 6 --checkpoint-every 2 --journal --run run")
    }

    private static let newest = "checkpoints/step-00000006.safetensors"

    @Test func aWholeRunIsWhole() throws {
      let outcome = try program("verify run")
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
      #expect(!outcome.output.contains("DAMAGED"))
      let hash = try program.finalHash("run")
      let line = outcome.lines.first { $0.hasPrefix("\(Self.newest) ") }
      #expect(line?.hasSuffix(" weights sha256 \(hash)") == true, "\(outcome.output)")
      #expect(outcome.lines.last == "--resume goes on after step 6")
      for name in ["config.json", "metrics.jsonl", "journal.jsonl", "checkpoints/latest"] {
        #expect(outcome.lines.count { $0.hasPrefix("\(name) ") } == 1)
      }
    }

    /// What is done to a run, and which file is named for what.
    @Test(
      arguments: [
        ("printf x | dd of=run/\(newest) bs=1 seek=20000 conv=notrunc", newest, "XXH3", 4),
        ("truncate -s -1 run/\(newest)", newest, "the file is cut off", 4),
        ("truncate -s 0 run/\(newest)", newest, "ends within the 8 bytes", 4),
        ("head -c 64 /dev/zero > run/\(newest)", newest, "safetensors", 4),
        ("cp run/checkpoints/step-00000004.safetensors run/\(newest)", newest, "is of step 4, its name says 6", 4),
        (
          "cp run/\(newest) run/checkpoints/step-99999999.safetensors", "checkpoints/step-99999999.safetensors",
          "is of step 6, its name says 99999999: remove it", 6
        ),
        ("rm run/checkpoints/best; mkdir run/checkpoints/best", "checkpoints/best", "is a folder, expected a link", 6),
        ("sed -i '/\"learning_rate/s/0.01/0.02/' run/config.json", newest, "is of another run", nil),
        ("sed -i '3s/^./x/' run/metrics.jsonl", "metrics.jsonl", "line 3 cannot be read", 6),
        ("rm run/metrics.jsonl", "metrics.jsonl", "is not there", 6),
        ("sed -i '1s/^./x/' run/sessions.jsonl", "sessions.jsonl", "line 1 tells of no start", 6),
        ("echo x > run/report.json", "report.json", "cannot be read", 6),
        (
          "for f in run/events.out.tfevents.*; do printf x | dd of=$f bs=1 seek=40 conv=notrunc; done",
          "events.out.tfevents", "holds no whole event from here on", 6
        ),
        ("sed -i '2d' run/journal.jsonl", "journal.jsonl", "line 2 is of step 3, expected step 2", 6),
        ("echo '{' > run/config.json", "config.json", "cannot be read", nil),
        ("rm run/\(newest)", "checkpoints/latest", "which is not there", 4),
      ] as [(String, String, String, Int?)])
    func whatIsDamagedIsNamed(_ damage: String, _ file: String, _ reason: String, _ step: Int?) throws {
      #expect(try program.shell(damage).code == 0)
      let outcome = try program("verify run")
      #expect(outcome.code == 65 && outcome.error.isEmpty, "\(outcome.error)")
      let line = outcome.lines.first { $0.hasPrefix(file) && $0.contains("DAMAGED: ") }
      #expect(line?.contains(reason) == true, "\(outcome.output)")
      let last = step.map { "--resume goes on after step \($0)" } ?? "--resume has nothing to go on from"
      #expect(outcome.lines.last == last)
      #expect(try program("verify run --json").output.contains(#""damaged":"#))
      guard let step else { return }
      let resumed = try program("train --run run --resume --steps 7")
      #expect(resumed.output.contains("going on after step \(step)"), "\(resumed.output)")
    }

    @Test func otherProgramsAreToldToo() throws {
      struct Document: Decodable {
        let damaged: Int
        let newestStep: Int
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let outcome = try program("verify run --json")
      let document = try decoder.decode(Document.self, from: Data(outcome.output.utf8))
      #expect(document.damaged == 0 && document.newestStep == 6)
    }

    @Test func whatIsNoRunIsMissing() throws {
      let outcome = try program("verify nothing")
      #expect(
        outcome.code == 66
          && outcome.complaints == ["nothing/config.json: there is no run to verify: name the folder of one"])
    }
  }
}
