import FoundationEssentials
import Testing

extension ProgramTests {
  /// What `--json` gives to other programs, where no suite of the command's own looks at it.
  @Suite struct JSONTests {
    private let program: Program

    init() throws { program = try Program() }

    private struct Line: Decodable {
      let kind: String
      let run: String?
      let step: Int?
      let lastStep: Int?
      let epoch: Int?
      let loss: Double?
      let ranks: Int?
      let session: Session?
    }

    private struct Session: Decodable {
      let command: [String]
      let openblas: String
    }

    private func lines(_ outcome: Program.Outcome) throws -> [Line] {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    /// What was asked for is not all there: no program may take it for the whole. A training's result is its folder.
    @Test func aFullDiskUnderTheStandardOutputIsAnError() throws {
      try program.train("--steps 1 --run run")
      for command in ["inspect run/checkpoints/latest", "summary", "verify run", "man", "data --dataset synthetic"] {
        let outcome = try program.shell("$cnn \(command) > /dev/full")
        #expect(outcome.code == 74 && outcome.error.contains("standard output: what was asked for is not all there"))
      }
      #expect(try program.shell("$cnn \(smallRun) --steps 1 --run other > /dev/full").code == 0)
      #expect(try program.shell("set -o pipefail; $cnn man | head -1").code == 0)
    }

    /// The standard output is JSON and nothing else, on one rank or several, at the start and when it goes on.
    @Test(arguments: [nil, 2]) func aRunIsTold(ranks: Int?) throws {
      let begun = try program("\(smallRun) --epochs 2 --json --run run", ranks: ranks)
      #expect(begun.code == 0, "\(begun.error)")
      let first = try lines(begun)
      #expect(first.map(\.kind) == ["start", "epoch", "epoch", "end"])
      #expect(first.first?.run == "run" && first.first?.step == 0 && first.first?.lastStep == 6)
      #expect(first.first?.ranks == ranks ?? 1)
      #expect(first.first?.session?.command.contains("--json") == true)
      #expect(first.map(\.epoch) == [nil, 1, 2, 2])
      #expect(first.last?.step == 6)
      let metrics = try program.text("run/metrics.jsonl").split(separator: "\n").filter { $0.contains(#""epoch""#) }
      for line in begun.lines.dropFirst().dropLast() { #expect(metrics.contains(Substring(line))) }

      let resumed = try lines(try program("train --resume --run run --epochs 3 --json", ranks: ranks))
      #expect(resumed.map(\.kind) == ["start", "epoch", "end"])
      #expect(resumed.first?.step == 6 && resumed.last?.step == 9)
    }

    private struct Contents: Decodable {
      struct Tensor: Decodable {
        let name: String
        let type: String
        let shape: [Int]
      }

      let tensors: [Tensor]
      let weightsSha256: String
    }

    @Test func aCheckpointIsTold() throws {
      try program.train("--steps 1 --run run")
      let outcome = try program("inspect run/checkpoints/latest --json")
      #expect(outcome.code == 0 && outcome.lines.count == 1)
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let contents = try decoder.decode(Contents.self, from: Data(outcome.output.utf8))
      #expect(contents.weightsSha256 == (try program.hash("run/checkpoints/latest")))
      let kernel = try #require(contents.tensors.first { $0.name == "conv2d/kernel" })
      #expect(kernel.shape == [3, 3, 3, 32] && kernel.type == "float32")
    }
  }
}
