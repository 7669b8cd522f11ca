import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// What other programs make of exported files, and what we ourselves do.
  @Suite struct ExportTests {
    private static let isPossible = Counterparts.python != nil
    private let program: Program

    /// Kernels that lie unevenly over the image, averages, and a Flatten behind channels; nothing is drawn.
    private static let model = """
      {"class_name": "Sequential", "config": {"name": "mini", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
        {"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": 4, "strides": 3, "padding": "same"}},
        {"class_name": "BatchNormalization", "config": {"name": "bn", "momentum": 0.5}},
        {"class_name": "ReLU", "config": {"name": "relu"}},
        {"class_name": "AveragePooling2D", "config": {"name": "pool", "pool_size": 2, "padding": "same"}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax"}}]}}
      """
    private static let recipe =
      "train --dataset synthetic --model mini.json --limit 200 --batch-size 40 --slice 40 --no-shuffle"

    init() throws {
      program = try Program()
      try Data(Self.model.utf8).write(to: URL(filePath: "\(program.folder)/mini.json"))
    }

    private func run(_ command: String) throws -> Program.Outcome {
      let outcome = try program(command)
      try #require(outcome.code == 0, "\(command): \(outcome.error)")
      return outcome
    }

    /// The lines that `exported.py` gives.
    private func counterpart(_ arguments: String) throws -> [String] {
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "exported.py").path
      let words = arguments.split(separator: " ").map { $0.hasPrefix("/") ? String($0) : path(String($0)) }
      return try Shell.run([try #require(Counterparts.python), script] + words).split(separator: "\n").map(String.init)
    }

    /// Names of files stand in the program's folder; anything else is itself.
    private func path(_ word: String) -> String {
      access("\(program.folder)/\(word)", F_OK) == 0 ? "\(program.folder)/\(word)" : word
    }

    /// `loss L accuracy A` of `evaluate`, on all test samples.
    private func judgement(_ source: String) throws -> String {
      let line = try #require(try run("evaluate \(source)").lines.last)
      return line.split(separator: " ").prefix(4).joined(separator: " ")
    }

    @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
    func onnxRuntimeGivesOurProbabilities() throws {
      _ = try run("fetch synthetic --data data")
      for (name, options) in [("plain", ""), ("channel", "--normalize"), ("sample", "--normalize sample")] {
        _ = try run("\(Self.recipe) --steps 10 --validate-every 0 --run \(name) \(options)")
        let wrote = try run("export \(name) -o \(name).onnx")
        #expect(wrote.lines == ["wrote \(name).onnx: mini of step 10, 1662 parameters"])
        let lines = try counterpart("judge data \(name).onnx")
        #expect(
          lines.first?.hasPrefix("input_layer\t['N', 32, 32, 3]\tprobabilities\t[\"disc\"") == true, "\(lines)")
        #expect(lines.last == (try judgement("--run \(name)")), "\(name)")
      }
      // Without the scaling it takes what the network takes.
      _ = try run("export --run channel -o bare.onnx --no-preprocessing")
      #expect(try counterpart("judge data bare.onnx").last != judgement("--run channel"))
    }

    @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
    func kerasJudgesAndGoesOn() throws {
      _ = try run("fetch synthetic --data data")
      for (name, options) in [
        ("sgd", "--normalize --momentum 0.9"), ("adam", "--optimizer adam --normalize feature"),
      ] {
        _ = try run("\(Self.recipe) --steps 5 --validate-every 0 --run \(name) \(options)")
        for ending in ["keras", "h5", "weights.h5"] { _ = try run("export \(name) -o \(name).\(ending)") }
        let ours = try judgement("--run \(name)")
        #expect(try counterpart("judge data \(name).keras").last == ours)
        #expect(try counterpart("judge data \(name).h5").last == ours)
        #expect(try counterpart("judge data \(name).keras \(name).weights.h5").last == ours)
        // We take all of them back; the scaling says that bytes are meant.
        for way in [
          "--model \(name).keras", "--model \(name).h5", "--model \(name).keras --weights \(name).weights.h5",
        ] {
          #expect(try judgement("\(way) --dataset synthetic") == ours, "\(way)")
        }

        let words = try #require(try counterpart("fit data \(name).keras 200 40").last).split(separator: " ")
        #expect(words.first == "10")  // steps in all
        _ = try run("train --resume --run \(name) --steps 10")
        let theirs = words.dropFirst().compactMap { Double($0) }
        let own = try losses(of: name).suffix(5)
        #expect(theirs.count == 5 && own.count == 5)
        for (theirs, own) in zip(theirs, own) {
          #expect(abs(theirs - own) < 2e-5 * own, "\(name): \(own), Keras \(theirs)")
        }
      }
    }

    /// Whole numbers, metrics that Keras counts otherwise, and rates that end: what Keras loads, measures and trains with.
    @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
    func kerasTakesWhateverARunWasTrainedBy() throws {
      _ = try run("fetch synthetic --data data")
      let cases = [
        "--momentum 0 --schedule constant", "--optimizer adadelta --learning-rate 1",
        "--optimizer adamw --weight-decay 0", "--optimizer adam --schedule one-cycle",
        "--optimizer adam --metrics accuracy,auc,precision,binary_accuracy,mean_squared_error",
        "--schedule piecewise --rates 0=0.5", "--schedule piecewise --rates 0=0.5,3=0.25",
      ]
      for (number, options) in cases.enumerated() {
        _ = try run("\(Self.recipe) --steps 3 --validate-every 0 --run \(number) \(options)")
        _ = try run("export \(number) -o \(number).keras")
        #expect(try counterpart("judge data \(number).keras").last == judgement("--run \(number)"), "\(options)")
        let words = try #require(try counterpart("fit data \(number).keras 40 40").last).split(separator: " ")
        #expect(words.first == "4" && words.count == 2, "\(options): \(words)")
      }
      // What was written is read: the rates that follow, too.
      _ = try run("train --model 6.keras --dataset synthetic --limit 40 --steps 0 --run again")
      let config = try program.text("again/config.json").filter { !$0.isWhitespace }
      let points = #""rate_points":[{"rate":0.5,"step":0},{"rate":0.25,"step":3}]"#
      #expect(config.contains(points), "\(config.suffix(400))")
    }

    /// The losses of a run's steps.
    private func losses(of name: String) throws -> [Double] {
      struct Line: Decodable { let kind: String, loss: Double }
      return try program.text("\(name)/metrics.jsonl").split(separator: "\n").compactMap { line in
        let line = try? JSONDecoder().decode(Line.self, from: Data(line.utf8))
        return line?.kind == "step" ? line?.loss : nil
      }
    }

    @Test func valuesAreWrittenInThreeSizes() throws {
      _ = try run("\(Self.recipe) --steps 5 --validate-every 0 --run run")
      let ours = try judgement("--run run")
      let loss = try #require(Double(ours.split(separator: " ")[1]))
      for (type, size) in [("float32", 4), ("float16", 2), ("bfloat16", 2)] {
        _ = try run("export run -o \(type).safetensors --dtype \(type)")
        let bytes = try Data(contentsOf: URL(filePath: "\(program.folder)/\(type).safetensors"))
        let header = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        #expect(bytes.count == 8 + header + 1662 * size)
        let judged = try judgement(
          "--model run/config.json --weights \(type).safetensors --dataset synthetic")
        #expect(
          abs(try #require(Double(judged.split(separator: " ")[1])) - loss) < (size == 4 ? 1e-9 : 0.02), "\(judged)")
      }
      #expect(try program.hash("float32.safetensors") == program.finalHash("run"))
    }

    @Test func checkpointsAndFilesAreChosen() throws {
      _ = try run("\(Self.recipe) --epochs 3 --run run")
      let best = try program.link("run/checkpoints/best")
      for (source, same) in [
        ("run", "latest"), ("--run run --which latest", "latest"), ("run --which best", "best"),
        ("--checkpoint run/checkpoints/\(best)", "best"), ("--checkpoint run/checkpoints/latest", "latest"),
        ("--model run/config.json --weights run/checkpoints/latest", "latest"),
      ] {
        _ = try run("export \(source) -o a.safetensors")
        #expect(try program.hash("a.safetensors") == program.hash("run/checkpoints/\(same)"), "\(source)")
      }
      _ = try run("export run -o odd --format onnx")
    }

    @Test func whatCannotBeWrittenLeavesWhatWasThere() throws {
      _ = try run("\(Self.recipe) --steps 1 --validate-every 0 --run run")
      for (command, code, message) in [
        ("export run", 64, "export needs a file to write: -o FILE"),
        ("export -o a.onnx", 64, "name what to export by one of RUN, --run, --checkpoint"),
        ("export run --checkpoint c -o a.onnx", 64, "name what to export by one of"),
        ("export run -o a.bin", 64, "-o a.bin does not end in .onnx, .keras, .h5, .hdf5 or .safetensors"),
        ("export run -o a.onnx --format tflite", 64, "--format takes onnx, keras, h5 or safetensors, got tflite"),
        ("export run -o a.onnx --dtype float16", 64, "--dtype goes with safetensors: onnx has its numbers in float32"),
        ("export --checkpoint c --which best -o a.onnx", 64, "--which goes with a run"),
        ("export --weights w -o a.onnx", 64, "--weights needs its network"),
        ("export --model keras-cnn -o a.onnx", 64, "--model takes a file here"),
        ("export --model mini.json -o a.onnx", 64, "mini.json has a network alone"),
        ("export none -o a.onnx", 66, "none/checkpoints"),
        ("export run -o nowhere/a.onnx", 66, "nowhere/a.onnx"),
        ("export run -o /proc/a.keras", 66, "/proc/a.keras"),
      ] as [(String, Int32, String)] {
        let outcome = try program(command)
        #expect(outcome.code == code, "\(command): \(outcome.code) \(outcome.error)")
        #expect(outcome.complaints.count == 1 && outcome.error.contains(message), "\(outcome.error)")
      }
      // A damaged checkpoint costs nothing that was there.
      _ = try program.shell("echo before > a.onnx; cp run/checkpoints/latest damaged.safetensors")
      try program.damage("damaged.safetensors")
      let outcome = try program("export --checkpoint damaged.safetensors -o a.onnx")
      #expect(outcome.code == 65 && outcome.error.contains("the file was damaged"), "\(outcome.error)")
      #expect(try program.text("a.onnx") == "before\n")
      #expect(try !program.names(in: ".").contains { $0.contains(".tmp.") })
    }
  }
}
