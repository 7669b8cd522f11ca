import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// Validation, during training and after it. It takes seconds, so that all tests share one run: 3 epochs of one step, of
  /// which the second is validated.
  @Suite struct EvaluateTests {
    // The tests run one after the other, and an object that is shared is never freed.
    private nonisolated(unsafe) static var folder = ""
    private nonisolated(unsafe) static let shared = Result {
      let program = try Program()
      folder = program.folder
      atexit { try? FileManager.default.removeItem(atPath: folder) }
      let outcome = try program(
        "train --dataset synthetic --limit 20 --batch-size 20 --slice 7 --epochs 3 --validate-every 2 --run run")
      try #require(outcome.code == 0, "\(outcome.error)")
      return program
    }

    private let program: Program

    init() throws { program = try Self.shared.get() }

    @Test func validationComesWhenItIsDue() throws {
      let epochs = try program.metrics("run").filter { $0["kind"] == .text("epoch") }
      let keys = ["accuracy", "epoch", "kind", "loss", "seconds"]
      #expect(epochs.map { $0.keys.sorted() } == [keys, keys + ["validation_accuracy", "validation_loss"], keys])
      // Every validation sample counts once, whole: the share is a multiple of 1/10,000.
      let share = try #require(epochs[1]["validation_accuracy"]?.number) * 10_000
      #expect(abs(share - share.rounded()) < 1e-2)
      #expect(try program.link("run/checkpoints/best") == "step-00000002.safetensors")
      #expect(try program.link("run/checkpoints/latest") == "step-00000003.safetensors")
    }

    /// Stopped after the validation and resumed elsewhere: the same numbers, and the best is remembered.
    @Test func validationIsTheSameOnAnyNumberOfRanks() throws {
      let train =
        "train --dataset synthetic --limit 20 --batch-size 20 --slice 7 --epochs 2 --validate-every 2 --run again"
      #expect(try program(train, ranks: 3).code == 0)
      try program.resume("--epochs 3 --run again", ranks: 2)
      #expect(try program.timelessMetrics("again") == program.timelessMetrics("run"))
      #expect(try program.finalHash("again") == program.finalHash("run"))
      #expect(try program.link("again/checkpoints/best") == "step-00000002.safetensors")
      #expect(
        try program("inspect again/checkpoints/latest").output == program("inspect run/checkpoints/latest").output)
    }

    /// What training measured after step 2 is what `evaluate` measures on a run that stands there, and on the checkpoint
    /// as weights alone.
    @Test func evaluationIsThatOfTraining() throws {
      _ = try program.shell("cp -r run stopped; rm stopped/checkpoints/step-00000003.safetensors")
      let metrics = try #require(try program.metrics("run").first { $0["validation_loss"] != nil })
      let outcome = try program("evaluate --run stopped --slice 7", ranks: 3)
      #expect(outcome.code == 0, "\(outcome.error)")
      let line = try #require(outcome.lines.last)
      let match = try #require(line.wholeMatch(of: /loss (\d+\.\d{4}) accuracy (\d\.\d{4}) samples 10000/), "\(line)")
      #expect(outcome.lines.filter { $0.hasPrefix("loss") }.count == 1)
      let (loss, accuracy) = (try #require(Double(match.1)), try #require(Double(match.2)))
      #expect(abs(loss - (try #require(metrics["validation_loss"]?.number))) <= 0.5001e-4)
      #expect(abs(accuracy - (try #require(metrics["validation_accuracy"]?.number))) < 1e-6)

      let weights = try program("evaluate --weights run/checkpoints/best --dataset synthetic --slice 7")
      #expect(weights.code == 0, "\(weights.error)")
      #expect(weights.lines.last == line)
    }

    @Test func whatCannotBeEvaluatedIsNamed() throws {
      // One tensor of one float, under a name of the model's.
      let header = #"{"conv2d/kernel":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
      let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0]
      try Data(bytes).write(to: URL(filePath: "\(program.folder)/weights"))
      for (arguments, code, message) in [
        ("--run none", 66, "none/checkpoints: there is no checkpoint"),
        ("--checkpoint none", 66, "none: cannot be opened"),
        ("--weights run/config.json --dataset synthetic", 65, "run/config.json, byte 0: is no safetensors file"),
        ("--weights weights --dataset synthetic", 65, "tensor conv2d/kernel has shape [1], "),
        ("--checkpoint weights", 65, "weights: is no checkpoint"),
      ] as [(String, Int32, String)] {
        for ranks in [nil, 2] {
          let outcome = try program("evaluate \(arguments)", ranks: ranks)
          #expect(outcome.code == code, "\(arguments): \(outcome.error)")
          #expect(outcome.complaints.count == 1, "\(arguments): \(outcome.error)")
          #expect(outcome.error.contains(message), "\(outcome.error)")
        }
      }
    }

    /// What is judged is not written over; a table of before is.
    @Test func dataAreNotWrittenOver() throws {
      _ = try program("fetch synthetic --data data")
      let names = try program.shell("find data -type f | sort").lines
      let file = try #require(names.first)
      let folder = file.split(separator: "/").dropLast().joined(separator: "/")
      let words = "evaluate --weights run/checkpoints/latest --dataset cifar10 --data \(folder)"
      let before = try program.shell("sha256sum \(file)").output
      let refused = try program("\(words) --predictions \(file)")
      #expect(refused.code == 64 && refused.error.contains("and would be written over"), "\(refused.error)")
      #expect(try program.shell("sha256sum \(file)").output == before)
      for _ in 0..<2 { #expect(try program("\(words) --predictions \(folder)/table.csv").code == 0) }
    }

    // MARK: - inspect and summary

    @Test func inspectShowsTensorsStepConfigAndHash() throws {
      let outcome = try program("inspect run/checkpoints/latest")
      #expect(outcome.code == 0)
      let lines = outcome.lines
      let model = [
        "conv2d/kernel (3, 3, 3, 32)", "conv2d/bias (32,)", "conv2d_1/kernel (3, 3, 32, 32)", "conv2d_1/bias (32,)",
        "dense/kernel (7200, 512)", "dense/bias (512,)", "dense_1/kernel (512, 10)", "dense_1/bias (10,)",
      ]
      let tensors = model + model.map { "optimizer/momentum/\($0)" }
      #expect(lines.prefix(16).map { $0.replacing(/\ +\(/, with: " (") } == tensors)
      for line in ["step: 3", "epoch: 3", "seed: 1", "model: keras-cnn"] { #expect(lines.contains(line)) }
      #expect(outcome.output.contains(#""batch_size":20"#))
      #expect(lines.last?.wholeMatch(of: /weights sha256: [0-9a-f]{64}/) != nil)
    }

    /// The hash covers the model's values in file order and nothing else, as sha256sum sees them.
    @Test func theHashIsThatOfTheFilesBytes() throws {
      let outcome = try program.shell(
        "f=run/checkpoints/latest; n=$(od -An -t u8 -N 8 $f); tail -c +$((n + 9)) $f | head -c $((4 * 3702186)) | sha256sum"
      )
      #expect(outcome.output.hasPrefix(try program.hash("run/checkpoints/latest")))
    }

    @Test func summaryCountsTheParameters() throws {
      let lines = try program("summary").lines
      // Two for each multiply-add: 2 · 32 · 32 · 27 · 32 for the first, and so on.
      for (layer, count, flops) in [
        ("conv2d ", "896", "1,769,472"), ("conv2d_1", "9,248", "16,588,800"), ("dense ", "3,686,912", "7,372,800"),
        ("dense_1", "5,130", "10,240"), ("flatten", "0", "0"),
      ] {
        #expect(lines.contains { $0.hasPrefix(layer) && $0.contains(" \(count) ") && $0.hasSuffix(" \(flops)") })
      }
      #expect(
        lines.suffix(5).dropLast() == [
          "Total params: 3,702,186", "Trainable params: 3,702,186", "Non-trainable params: 0",
          "FLOPs per image, forward: 25,741,312",
        ])
      #expect(lines.last?.hasPrefix("Memory for 64 samples: ") == true)
    }

    /// Python's own reader of the format opens our file. `CNN_DIST_PYTHON` names an interpreter that has it.
    @Test(.enabled(if: hasSafetensorsModule, "SKIPPED: no Python with the module safetensors; set CNN_DIST_PYTHON"))
    func pythonOpensACheckpoint() throws {
      let script = """
        import hashlib
        from safetensors import safe_open
        with safe_open("run/checkpoints/latest", "np") as f:
            names = [n for n in f.offset_keys() if not n.startswith("optimizer/")]
            digest = hashlib.sha256(b"".join(f.get_tensor(n).tobytes() for n in names))
            print(f.get_tensor("dense/kernel").shape, f.metadata()["step"], len(list(f.keys())))
            print(digest.hexdigest())
        """
      let outcome = try program.start([Self.python, "-c", script]).wait(.seconds(60))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines == ["(7200, 512) 3 16", try program.hash("run/checkpoints/latest")])
    }

    private static let python = ProcessInfo.processInfo.environment["CNN_DIST_PYTHON"] ?? "python3"
    private static let hasSafetensorsModule: Bool = {
      guard let program = try? Program() else { return false }
      return withExtendedLifetime(program) {  // its folder must be there until the command has ended
        (try? program.start([python, "-c", "import numpy, safetensors"]).wait(.seconds(60)).code) == 0
      }
    }()
  }
}
