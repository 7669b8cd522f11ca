import FoundationEssentials
import Testing

extension ProgramTests {
  /// Networks from files: `--model FILE.json`, and the network that a run keeps.
  @Suite struct ModelFileTests {
    private let program: Program

    /// A model as small as can be that has averages, regularised weights and dropout.
    private static let model = """
      {"class_name": "Sequential", "config": {"name": "mini", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
        {"class_name": "AveragePooling2D", "config": {"name": "pool", "pool_size": 8}},
        {"class_name": "BatchNormalization", "config": {"name": "bn", "momentum": 0.5}},
        {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.25}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax",
          "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.001}}}}]}}
      """
    private static let recipe = "--dataset synthetic --limit 40 --batch-size 20 --slice 8 --validate-every 0"

    init() throws {
      program = try Program()
      try write("mini.json", Self.model)
    }

    private static func golden(_ name: String) -> String {
      URL(filePath: #filePath).appending(path: "../../Goldens/\(name)").standardized.path
    }

    private func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
    }

    private func train(_ arguments: String, ranks: Int? = nil) throws {
      let outcome = try program("train \(Self.recipe) \(arguments)", ranks: ranks)
      try #require(outcome.code == 0, "\(outcome.error)")
    }

    @Test func aRunKeepsItsNetwork() throws {
      try train("--model mini.json --epochs 2 --run whole", ranks: 2)
      try train("--model ./mini.json --epochs 1 --run halves")
      #expect(try program.text("halves/config.json").contains("\"class_name\" : \"BatchNormalization\""))

      // The file is not needed any more; it may be named, from wherever, and its copy in the run as well.
      _ = try program.shell("mkdir elsewhere; mv mini.json elsewhere/other.json")
      try program.resume("--epochs 1 --run halves --model elsewhere/other.json")
      try program.resume("--epochs 1 --run halves --model halves/config.json")
      try program.resume("--epochs 2 --run halves", ranks: 3)
      #expect(try program.finalHash("halves") == program.finalHash("whole"))
      try train("--model whole/config.json --epochs 2 --run again")
      #expect(try program.finalHash("again") == program.finalHash("whole"))
      #expect(
        try program("inspect whole/checkpoints/latest").output == program("inspect again/checkpoints/latest").output)
      #expect(try program("replay whole --step 4").code == 0)

      let judgements = try [
        "--run whole", "--checkpoint whole/checkpoints/latest",
        "--model elsewhere/other.json --weights whole/checkpoints/latest --dataset synthetic",
        "--model whole/config.json --weights whole/checkpoints/latest --dataset synthetic",
      ].map { try program("evaluate \($0)") }
      #expect(judgements[0].lines.last?.hasPrefix("loss ") == true)
      #expect(Set(judgements.map(\.output)).count == 1)
    }

    @Test func anotherNetworkIsAnotherRun() throws {
      try train("--model mini.json --epochs 1 --run run")
      try write("mini.json", Self.model.replacing("0.25", with: "0.5"))
      let outcome = try program("train --resume --run run --model mini.json")
      #expect(outcome.code == 64)
      #expect(
        outcome.error.contains("run holds a run of another kind (network: config.layers[3].config.rate: 0.5, not 0.25)")
      )
      let builtIn = try program("train --resume --run run --model keras-cnn")
      #expect(builtIn.code == 64)
      #expect(builtIn.error.contains("model: keras-cnn, not mini; network: config.layers has 9 elements, not 6"))
    }

    /// As runs of before the network was kept have it.
    @Test func aConfigurationWithoutNetworkSaysWhatToName() throws {
      try train("--model keras-cnn --epochs 1 --run run")
      let text = try program.text("run/config.json")
      let start = try #require(text.firstRange(of: "    \"network\" : {"))
      let end = try #require(text[start.upperBound...].firstRange(of: "\n    },\n"))
      try write("run/config.json", String(text[..<start.lowerBound] + text[end.upperBound...]))
      let error = try program("summary --model run/config.json").error
      #expect(
        error.contains("run/config.json: experiment.network: is not there, the run has a built-in network: name it, "))
      #expect(error.contains("--model keras-cnn"))
    }

    /// A network with its weights and all that it was compiled with, from Keras 2 and 3: `Tests/Goldens/keras_graphs.py` made
    /// the files, and Keras's own `evaluate` the figures.
    @Test(arguments: ["picture3.keras", "picture2.h5"]) func kerasFilesHaveEverything(_ file: String) throws {
      let golden = Self.golden(file)
      let figures = "loss 7.3873 accuracy 0.0870 top_5_accuracy 0.4976 samples 10000"
      #expect(try program("evaluate --model \(golden) --dataset synthetic", ranks: 2).lines.last == figures)
      for weights in ["picture3.keras", "picture3.weights.h5", "picture2.h5"] {
        let outcome = try program("evaluate --model \(golden) --weights \(Self.golden(weights)) --dataset synthetic")
        #expect(outcome.lines.last == figures, "\(outcome.error)")
      }
      let summary = try program("summary --model \(golden)").lines
      #expect(summary.first == "Model: picture, input (None, 32, 32, 3)")
      #expect(summary.contains("Total params: 366") && summary.contains("Non-trainable params: 8"))

      // The weights are where the run starts, and what `compile` said is its recipe.
      try train("--model \(golden) --steps 0 --run zero")
      #expect(try program("evaluate --run zero").lines.last == figures)
      try train("--model \(golden) --epochs 2 --run whole", ranks: 2)
      try train("--model \(golden) --epochs 1 --run halves")
      try program.resume("--epochs 2 --run halves --model \(golden)")
      #expect(try program.finalHash("halves") == program.finalHash("whole"))
      try train("--model \(golden) --epochs 2 --run options --learning-rate 0.5")
      let recipes = try ["whole", "options"].map { run in
        let text = try program.text("\(run)/config.json")
        return ["learning_rate", "momentum", "nesterov", "schedule"].map { key in
          text.split(separator: "\n").first { $0.contains("\"\(key)\" :") }?.split(separator: ": ").last ?? ""
        }
      }
      #expect(recipes[0] == ["0.125,", "0.75,", "true,", "\"constant\","])
      #expect(recipes[1] == ["0.5,", "0.75,", "true,", "\"constant\","])
    }

    @Test func kerasFilesWithoutEverythingSaySo() throws {
      let weights = Self.golden("picture3.weights.h5")
      for (command, message) in [
        ("summary --model \(weights)", "picture3.weights.h5: holds weights alone: name their network with --model"),
        (
          "evaluate --model mini.json --dataset synthetic",
          "--model has a network alone: name its values with --weights"
        ),
        ("evaluate --model mini.json --weights mini.json", "mini.json, byte 0: is no safetensors file"),
        (
          "train --dataset synthetic --model mini.json --weights \(weights) --run none",
          "picture3.weights.h5: lacks the tensor "
        ),
      ] {
        let outcome = try program(command)
        #expect([64, 65].contains(outcome.code), "\(outcome.code)")
        #expect(outcome.complaints.count == 1 && outcome.error.contains(message), "\(outcome.error)")
      }
    }

    @Test func summaryShowsFiles() throws {
      let lines = try program("summary --model mini.json").lines.map { $0.replacing(/\s+/, with: " ") }
      #expect(lines.first == "Model: mini, input (None, 32, 32, 3)")
      #expect(lines.contains("bn (BatchNormalization) (None, 4, 4, 3) 12 0"))
      #expect(lines.contains("out (Dense) (None, 10) 490 960"))
      #expect(
        lines.suffix(5).dropLast() == [
          "Total params: 502", "Trainable params: 496", "Non-trainable params: 6", "FLOPs per image, forward: 960",
        ])
    }

    @Test func whatCannotBeTakenIsNamed() throws {
      try write("layer.json", Self.model.replacing("AveragePooling2D", with: "Attention"))
      try write("option.json", Self.model.replacing("\"rate\"", with: "\"noise_shape\": [1], \"rate\""))
      try write("shape.json", Self.model.replacing("[null, 32, 32, 3]", with: "[null, 28, 28, 1]"))
      try write("classes.json", Self.model.replacing("\"units\": 10", with: "\"units\": 7"))
      try write("window.json", Self.model.replacing("\"pool_size\": 8", with: "\"pool_size\": 99"))
      try write("cut.json", String(Self.model.prefix(200)))
      for (model, code, message) in [
        (
          "layer.json", 65,
          "layer.json: layers[1].class_name: Attention, the class of pool, is not supported, expected one of "
        ),
        ("option.json", 65, "option.json: layers[3].config.noise_shape: [1] is not supported, expected null"),
        ("shape.json", 65, "mini takes samples of shape (28, 28, 1), those of synthetic are (32, 32, 3)"),
        ("classes.json", 65, "mini does not fit: it tells 7 classes apart, synthetic has 10"),
        ("window.json", 65, "window.json: layer 0 of mini, pool: a window of 99 × 99 does not fit into (32, 32, 3)"),
        ("cut.json", 65, "cut.json: is no JSON document"), ("none.json", 66, "none.json: cannot be opened"),
      ] as [(String, Int32, String)] {
        for ranks in [nil, 2] {
          let outcome = try program("train --dataset synthetic --model \(model) --run none", ranks: ranks)
          #expect(outcome.code == code, "\(model): \(outcome.error)")
          #expect(outcome.complaints.count == 1, "\(model): \(outcome.error)")
          #expect(outcome.error.contains(message), "\(outcome.error)")
        }
      }
    }

    /// What a file has in the model's shapes is taken, the same from every kind of file and on any number of ranks.
    @Test func weightsOfAnotherNetworkAreTakenWhereTheyFit() throws {
      try train("--model mini.json --epochs 1 --run theirs")
      for format in ["keras", "h5", "weights.h5", "safetensors"] {
        #expect(try program("export theirs -o theirs.\(format)").code == 0)
      }
      try write("mine.json", Self.model.replacing(#""pool_size": 8"#, with: #""pool_size": 4"#))
      try train("--model mine.json --steps 0 --run plain")
      var hashes: Set<String> = []
      let start = "train \(Self.recipe) --model mine.json --steps 0 --weights"
      for (index, file) in ["theirs.keras", "theirs.h5", "theirs.weights.h5", "theirs.safetensors"].enumerated() {
        let outcome = try program("\(start) \(file) --skip-mismatch --run \(index)", ranks: index == 1 ? 3 : nil)
        #expect(outcome.code == 0, "\(file): \(outcome.error)")
        #expect(
          outcome.error.contains("1 of 6 tensors begin as without --weights: out/kernel"), "\(file): \(outcome.error)")
        hashes.insert(try program.finalHash("\(index)"))
        let whole = try program("\(start) \(file) --run none")
        #expect(whole.code == 65 && whole.error.contains("[48, 10], the model takes [192, 10]"), "\(whole.error)")
      }
      #expect(try hashes.count == 1 && !hashes.contains(program.finalHash("plain")))
      try write("other.json", Self.model.replacing(#""bn""#, with: #""new""#).replacing(#""out""#, with: #""end""#))
      let none = try program("train --model other.json --weights theirs.safetensors --skip-mismatch --run none")
      #expect(none.code == 65 && none.error.contains("has none of the model's 6 tensors"), "\(none.error)")
    }

    @Test func weightsMustBeTheModels() throws {
      try train("--model mini.json --steps 0 --run run")
      for (name, change, message) in [
        ("missing", "del tensors['bn/moving_mean']", "lacks the tensor bn/moving_mean (3,)"),
        (
          "shape", "tensors['out/kernel'] = tensors['out/kernel'][:5]",
          "tensor out/kernel has shape [5, 10], the model takes [48, 10]"
        ),
        ("more", "tensors['new/kernel'] = tensors['out/bias']", "has a tensor new/kernel, which the model lacks"),
      ] {
        try rewrite("run/checkpoints/latest", to: name, change)
        let outcome = try program("evaluate --model mini.json --weights \(name) --dataset synthetic")
        #expect(outcome.code == 65, "\(name)")
        #expect(outcome.error.contains("\(name): \(message)"), "\(outcome.error)")
      }
    }

    /// Writes a safetensors file anew with other tensors, by nothing but Python's standard library.
    private func rewrite(_ source: String, to target: String, _ change: String) throws {
      let script = """
        import json, struct, sys
        data = open(sys.argv[1], "rb").read()
        n = struct.unpack("<Q", data[:8])[0]
        head = json.loads(data[8:8 + n])
        tensors = {}
        for name, e in head.items():
            if name != "__metadata__" and not name.startswith("optimizer/"):
                a, b = e["data_offsets"]
                row = (b - a) // e["shape"][0]
                tensors[name] = [data[8 + n + a + i * row:8 + n + a + (i + 1) * row] for i in range(e["shape"][0])]
        tails = {name: e["shape"][1:] for name, e in head.items() if name != "__metadata__"}
        tails["new/kernel"] = []
        \(change)
        out, body = {}, b""
        for name, rows in tensors.items():
            part = b"".join(rows)
            out[name] = {"dtype": "F32", "shape": [len(rows)] + tails[name], "data_offsets": [len(body), len(body) + len(part)]}
            body += part
        text = json.dumps(out).encode()
        open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + body)
        """
      let outcome = try program.start(["python3", "-c", script, source, target]).wait(.seconds(60))
      try #require(outcome.code == 0, "\(outcome.error)")
    }
  }
}
