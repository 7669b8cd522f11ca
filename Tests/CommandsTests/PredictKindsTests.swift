import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// `predict` for networks of other answers than one class, and for other samples than pictures.
  @Suite struct PredictKindsTests {
    private let program: Program

    init() throws { program = try Program() }

    private func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
      let path = "\(program.folder)/\(name)"
      let folder = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: path))
    }

    private func write(_ name: String, _ shape: String, _ numbers: [Float]) throws {
      try write("\(name).npy", npy("<f4", shape, numbers.withUnsafeBytes { Array($0) }))
    }

    /// A network of one input and some layers, as Keras describes it.
    private func network(_ name: String, _ input: String, _ layers: String) throws {
      try write(
        "\(name).json",
        Array(
          """
          {"class_name": "Sequential", "config": {"name": "\(name)", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, \(input)], "name": "in"}}, \(layers)]}}
          """.utf8))
    }

    private func train(_ options: String, run: String) throws {
      let outcome = try program("train \(options) --batch-size 10 --epochs 1 --run \(run)")
      try #require(outcome.code == 0, "\(outcome.error)")
    }

    /// A layer that gives so many numbers for a sample.
    private func dense(_ units: Int, _ activation: String) -> String {
      """
      {"class_name": "Flatten", "config": {"name": "flat"}},
      {"class_name": "Dense", "config": {"name": "out", "units": \(units), "activation": "\(activation)"}}
      """
    }

    private func samples(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 7919 % 1009) / 1009 } }

    @Test func numbersLabelsAndOneYesOrNo() throws {
      try network("numbers", "6, 2", dense(3, "linear"))
      try network("labels", "6, 2", dense(3, "sigmoid"))
      try network("yes", "6, 2", dense(1, "sigmoid"))
      try write("X", "40, 6, 2", samples(480))
      try write("few", "2, 6, 2", samples(24))
      for (run, targets, width) in [("numbers", samples(120), 3), ("labels", samples(120).map { $0.rounded() }, 3)] {
        try write("y", "40, \(width)", targets)
        try train("--dataset arrays --data . --validation-split 0.25 --model \(run).json", run: run)
      }
      try write("y.npy", npy("|u1", "40", (0..<40).map { UInt8($0 % 2) }))
      try train("--dataset arrays --data . --validation-split 0.25 --model yes.json", run: "yes")

      let numbers = try program("predict --run numbers --json few.npy")
      #expect(
        numbers.lines.allSatisfy { $0.contains(/"values":\[[^,\]]+,[^,\]]+,[^,\]]+\]/) },
        "\(numbers.output)\(numbers.error)")
      let table = try program("predict --run numbers --csv few.npy")
      #expect(table.lines.first == "file,sample,output_0,output_1,output_2" && table.lines.count == 3)
      let labels = try program("predict --run labels --csv few.npy")
      #expect(labels.lines.first == "file,sample,p_0,p_1,p_2")
      #expect(try program("predict --run labels --json few.npy").output.contains("\"labels\":["))
      let yes = try program("predict --run yes --csv few.npy")
      #expect(yes.lines.first == "file,sample,predicted,p_0,p_1", "\(yes.error)")
      for line in yes.lines.dropFirst() {
        let cells = line.split(separator: ",")
        let shares = try cells.suffix(2).map { try #require(Double($0)) }
        #expect(abs(shares[0] + shares[1] - 1) < 1e-6 && cells[2] == (shares[1] > shares[0] ? "1" : "0"))
      }
    }

    /// To the last bit, where the samples stand in the same order, and in slices of the same size.
    @Test(arguments: [("softmax", 3), ("sigmoid", 1), ("linear", 2)])
    func answersHaveTheBitsOfAnEvaluation(activation: String, units: Int) throws {
      let layers =
        #"{"class_name": "Conv1D", "config": {"name": "conv", "filters": 8, "kernel_size": [3]}}, "#
        + #"{"class_name": "BatchNormalization", "config": {"name": "norm"}}, "# + dense(units, activation)
      try network("net", "6, 2", layers)
      for (part, count) in [("train", 40), ("test", 300)] {
        try write("data/x_\(part)", "\(count), 6, 2", samples(count * 12))
        let classes = (0..<count).map { UInt8($0 % max(2, units)) }
        if activation == "linear" {
          try write("data/y_\(part)", "\(count), 2", samples(count * 2))
        } else {
          try write("data/y_\(part).npy", npy("|u1", "\(count)", classes))
        }
      }
      try train("--dataset arrays --data data --normalize --model net.json", run: "run")
      let told = try program("evaluate --run run --data data --predictions told.csv --threads 1")
      #expect(told.code == 0, "\(told.error)")
      let outcome = try program("predict --run run --csv data/x_test.npy --threads 1")
      #expect(outcome.lines.count == 301, "\(outcome.error)")
      // Of numbers, the evaluation's table has the targets between them.
      let isLinear = activation == "linear"
      let expected = try program.text("told.csv").split(separator: "\n").dropFirst().map { line in
        let cells = line.split(separator: ",")
        return isLinear ? [cells[2], cells[4]] : Array(cells[3...])
      }
      let found = outcome.lines.dropFirst().map { Array($0.split(separator: ",").dropFirst(isLinear ? 2 : 3)) }
      #expect(found == expected)
    }

    @Test func mapsAreWrittenAsPictures() throws {
      let layers =
        #"{"class_name": "Conv2D", "config": {"name": "conv", "filters": 3, "kernel_size": [3, 3], "padding": "same", "activation": "softmax"}}"#
      try network("maps", "8, 10, 1", layers)
      try write("X", "40, 8, 10", samples(3200))
      try write("y.npy", npy("|u1", "40, 8, 10", (0..<3200).map { UInt8($0 * 31 % 3) }))
      try train("--dataset arrays --data . --validation-split 0.25 --model maps.json", run: "run")
      try write("in/a/few", "2, 8, 10", samples(160))
      try write("in/b/few.png", Images.bytes(.png, height: 16, width: 20) { y, x in (y * 13 + x * 7) % 256 * 0x10101 })
      let outcome = try program("predict --run run --json --output out in")
      #expect(outcome.code == 0 && outcome.lines.count == 3, "\(outcome.error)")
      #expect(outcome.lines.allSatisfy { $0.contains("\"shares\":[{\"class\":") })
      let files = try FileManager.default.subpathsOfDirectory(atPath: "\(program.folder)/out").sorted()
      #expect(files == ["a", "a/few-0.png", "a/few-1.png", "b", "b/few.png"])
      // The pixels are classes: their shares are those of the line.
      guard let python = Counterparts.python else { return }
      let script = """
        import json, sys, numpy
        from PIL import Image
        lines = [json.loads(line) for line in sys.stdin]
        for line, name in zip(lines, ["a/few-0", "a/few-1", "b/few"]):
            image = Image.open(f"out/{name}.png")
            pixels = numpy.array(image)
            assert image.mode == "P" and pixels.shape == (8, 10), (image.mode, pixels.shape)
            for part in line["shares"]:
                assert abs((pixels == int(part["class"])).mean() - part["share"]) < 1e-6, (name, line)
        """
      try write("check.py", Array(script.utf8))
      let checked = try program.shell("$cnn predict --run run --json in | \(python) check.py")
      #expect(checked.code == 0, "\(checked.error)")
      let same = try program("predict --run run --output out in/a/few.npy in/b/few.png")
      #expect(same.code == 64 && same.error.contains("to the same file few"))
      // None is written over one of the inputs, or over another's.
      let before = try program.shell("cp in/b/few.png in/b/few-0.png; sha256sum in/*/*").output
      for words in ["--output in in", "--output in/b in/b/few.png", "--output out in/a/few.npy in/b/few-0.png"] {
        let outcome = try program("predict --run run \(words)")
        #expect(outcome.code == 64 && outcome.error.contains(/written over|two samples give/), "\(outcome.error)")
      }
      #expect(try program.shell("sha256sum in/*/*").output == before)
    }

    @Test func seriesNeedNoTargets() throws {
      let rows = (0..<40).map { row in (0..<12).map { "\(Double(($0 * 7 + row * 3) % 17) / 4)" }.joined(separator: ",")
      }
      let kinds = (0..<40).map { ["up", "down", "flat"][$0 % 3] }
      try write("data/train.csv", Array(zip(kinds, rows).map { "\($0),\($1)\n" }.joined().utf8))
      try network("net", "12, 1", dense(3, "softmax"))
      try train(
        "--dataset series --data data/train.csv --validation-split 0.2 --normalize sample --model net.json", run: "run")
      try write("labelled.csv", Array(zip(kinds, rows).prefix(5).map { "\($0),\($1)\n" }.joined().utf8))
      try write("bare.csv", Array(rows.prefix(5).map { "\($0)\n" }.joined().utf8))
      let names = (0..<12).map { "t\($0)" }.joined(separator: ",")
      try write("headed.csv", Array(([names] + rows.prefix(5)).map { "\($0)\n" }.joined().utf8))
      try write("series.ts", Array(("@classLabel false\n@data\n" + rows.prefix(5).map { "\($0)\n" }.joined()).utf8))
      let labelled = try program("predict --run run --json labelled.csv")
      #expect(labelled.lines.count == 5 && labelled.output.contains(/"class":"(up|down|flat)"/), "\(labelled.error)")
      for name in ["bare.csv", "headed.csv", "series.ts"] {
        let outcome = try program("predict --run run --json \(name)")
        #expect(outcome.output.replacing(name, with: "labelled.csv") == labelled.output, "\(name): \(outcome.error)")
      }
      let piped = try program.shell("$cnn predict --run run --json - < bare.csv")
      #expect(piped.output.replacing("\"-\"", with: "\"labelled.csv\"") == labelled.output, "\(piped.error)")
      try write("short.csv", Array("up,1,2,3\n".utf8))
      let short = try program("predict --run run short.csv")
      #expect(
        short.code == 65 && short.error.contains("line 1: has a series of 3 numbers, but the network takes (12, 1)"))
    }

    @Test func volumesAndSounds() throws {
      for index in 0..<12 {
        let kind = index % 2 == 0 ? "a" : "b"
        let voxels = (0..<64).map { Int16(($0 * (index + 3) * (index % 2 + 1)) % 101) }
        try write("volumes/train/\(kind)/\(index).nii", VolumeFixture([4, 4, 4], voxels).bytes)
        try write("volumes/validation/\(kind)/\(index).nii", VolumeFixture([4, 4, 4], voxels).bytes)
        let numbers = (0..<80).map { Int16(($0 * (index + 1) * 331) % 20_000) }
        try write("sounds/train/\(kind)/\(index).wav", SoundFixture(numbers).bytes)
        try write("sounds/validation/\(kind)/\(index).wav", SoundFixture(numbers).bytes)
      }
      try network("three", "4, 4, 4, 1", dense(2, "softmax"))
      try network("one", "80, 1", dense(2, "softmax"))
      try train("--dataset volumes --data volumes --model three.json", run: "volumes-run")
      try train("--dataset audio --data sounds --seconds 0.01 --model one.json", run: "sounds-run")
      for kind in ["volumes", "sounds"] {
        let outcome = try program("predict --run \(kind)-run --csv \(kind)/validation")
        #expect(outcome.code == 0 && outcome.lines.count == 13, "\(outcome.error)")
        var loss = 0.0
        for line in outcome.lines.dropFirst() {
          let cells = line.split(separator: ",")
          loss -= log(try #require(Double(cells[cells[0].contains("/a/") ? 3 : 4])))
        }
        let judged = try #require(try program("evaluate --run \(kind)-run --data \(kind)").lines.last)
        let match = try #require(judged.firstMatch(of: /loss (\d+\.\d{4})/))
        #expect(abs(loss / 12 - (try #require(Double(match.1)))) < 0.6e-4, "\(kind)")
      }
      // Of another length, which the run cuts and pads; of another size, which is resampled.
      try write("long.wav", SoundFixture((0..<200).map { Int16($0) }).bytes)
      #expect(try program("predict --run sounds-run long.wav").code == 0)
      try write("large.nii", VolumeFixture([6, 5, 4], (0..<120).map { Int16($0) }).bytes)
      #expect(try program("predict --run volumes-run large.nii").code == 0)
    }
  }
}
