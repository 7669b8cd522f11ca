import FoundationEssentials
import TestSupport
import Testing

extension ProgramTests {
  /// Volumes, sounds and series: the same bits on any ranks, from folder to evaluation.
  @Suite struct OtherDataTests {
    private let program: Program

    init() throws { program = try Program() }

    /// A network of `convolution` over samples of `input`, with two classes.
    private func write(model convolution: String, input: String, axes: Int) throws {
      let kernel = [String](repeating: "3", count: axes).joined(separator: ", ")
      let network = """
        {"class_name": "Sequential", "config": {"name": "net", "layers": [
          {"class_name": "InputLayer", "config": {"batch_shape": [null, \(input)], "name": "in"}},
          {"class_name": "\(convolution)", "config": {"name": "conv", "filters": 4, "kernel_size": [\(kernel)]}},
          {"class_name": "BatchNormalization", "config": {"name": "norm"}},
          {"class_name": "GlobalAveragePooling\(axes)D", "config": {"name": "mean"}},
          {"class_name": "Dense", "config": {"name": "out", "units": 2, "activation": "softmax"}}]}}
        """
      try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/net.json"))
    }

    /// Writes 20 files to train on and 4 to validate with, in turn of the classes 0 and 1.
    private func write(to folder: String, ending: String, _ bytes: (_ index: Int) -> [UInt8]) throws {
      for index in 0..<24 {
        let part = index < 20 ? "train" : "validation"
        try Images.write(bytes(index), to: "\(program.folder)/\(folder)/\(part)/\(index % 2)/\(10 + index).\(ending)")
      }
    }

    /// Trains in several worlds, which have to give the same weights, and evaluates; returns the control's last line.
    private func train(_ options: String, samples: Int) throws {
      let recipe = "train \(options) --model net.json --batch-size 12 --slice 3 --steps 5"
      var control: String?
      _ = try program.shell("rm -rf run-*")
      for (ranks, threads, more) in [
        (1, 1, ""), (2, 2, "--cache none"), (3, 1, "--cache memory"), (4, 1, "--cache none"),
      ] {
        let outcome = try program("\(recipe) \(more) --threads \(threads) --run run-\(ranks)", ranks: ranks)
        #expect(outcome.code == 0, "\(outcome.error)")
        let hash = try program.finalHash("run-\(ranks)")
        #expect(hash == control ?? hash, "\(ranks) ranks")
        control = control ?? hash
      }
      let data = try #require(options.firstMatch(of: /--data (\S+)/)?.1)
      let judged = try program("evaluate --run run-1 --data \(data)", ranks: 2)
      #expect(judged.lines.last?.hasSuffix(" samples \(samples)") == true, "\(judged.error)")
    }

    /// A table is judged as what the run was trained on, whatever its few rows look like; what cannot be that is refused.
    @Test func aTableIsJudgedAsWhatTheRunWasTrainedOn() throws {
      for index in 0..<12 {
        let bytes = try Images.bytes(.png, height: 4, width: 4) { row, _ in (index * 20 + row) % 256 }
        try Images.write(bytes, to: "\(program.folder)/\(index).png")
      }
      func table(_ name: String, _ label: (Int) -> String) throws {
        let rows = (0..<12).map { "\($0).png,\(label($0)),\($0 < 8 ? "train" : "val")\n" }.joined()
        try Data("path,y,split\n\(rows)".utf8).write(to: URL(filePath: "\(program.folder)/\(name).csv"))
      }
      for (name, activation) in [("binary", "sigmoid"), ("value", "linear")] {
        let network = """
          {"class_name": "Sequential", "config": {"name": "net", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 4, 3], "name": "in"}},
            {"class_name": "Flatten", "config": {"name": "flat"}},
            {"class_name": "Dense", "config": {"name": "out", "units": 1, "activation": "\(activation)"}}]}}
          """
        try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/\(name).json"))
      }
      try table("classes") { "\($0 % 2)" }
      try table("ill") { _ in "1" }
      try table("doses") { $0 % 2 == 0 ? "30" : "60" }
      try table("shares") { "0.\($0 % 9 + 1)" }
      try table("decimals") { "\($0).5" }
      try table("words") { $0 % 2 == 0 ? "a" : "b" }
      for (run, data, network) in [
        ("c", "classes", "binary"), ("v", "doses", "value"), ("s", "shares", "binary"),
      ] {
        let options = "--dataset listing --data \(data).csv --model \(network).json --batch-size 8 --slice 4 --steps 2"
        let trained = try program("train \(options) --run \(run)")
        #expect(trained.code == 0, "\(trained.error)")
      }
      for (run, data, code, words) in [
        ("c", "ill", 0, ""), ("v", "doses", 0, ""), ("v", "classes", 0, ""), ("v", "decimals", 0, ""),
        ("c", "decimals", 65, "the network was trained on"),
        ("v", "words", 65, "but the network was trained on numbers"),
        ("s", "decimals", 65, "takes numbers from 0 to 1"),
      ] as [(String, String, Int32, String)] {
        for ranks in [nil, 2] {
          let judged = try program("evaluate --run \(run) --data \(data).csv", ranks: ranks)
          #expect(judged.code == code, "\(run) \(data): \(judged.error)")
          #expect(judged.error.contains(words), "\(run) \(data): \(judged.error)")
        }
      }
      try table("three") { ["ant", "bee", "cat"][$0 % 3] }
      let words = try program(
        "train --dataset listing --data three.csv --model value.json --loss mean_squared_error --steps 1 --run w")
      #expect(
        words.complaints.last?.hasSuffix(
          "its output is a number, the classes of listing are words, such as `ant`: give it 3 outputs") == true,
        "\(words.error)")
      // Doses are numbers, not two classes: the mean squared error is hundreds.
      let loss = try program("evaluate --run v --data doses.csv --json").output.firstMatch(of: /"loss":([0-9.]+)/)?.1
      #expect(try #require(loss.flatMap { Double($0) }) > 10)
    }

    /// To look at data takes neither a share to validate with nor numbers everywhere; to train on them does.
    @Test func whatIsMissingIsCounted() throws {
      let rows = (0..<12).map { "\($0 % 2),\($0 == 3 ? "" : "1.5"),\($0),\($0 == 7 ? "NaN" : "2")" }
      try Data(("label,a,b,c\n" + rows.joined(separator: "\n") + "\n").utf8)
        .write(to: URL(filePath: "\(program.folder)/table.csv"))
      let options = "--dataset series --data table.csv --target label"
      let look = try program("data \(options)")
      #expect(look.code == 0, "\(look.error)")
      #expect(look.output.contains("training lacks numbers in 2 samples"), "\(look.output)")
      #expect(look.output.contains("--validation-split 0.2"), "\(look.output)")
      let training = try program("train \(options) --validation-split 0.5")
      #expect(
        training.code == 65 && training.error.contains("line 5, column `a`: the value is missing"), "\(training.error)")
    }

    @Test func volumes() throws {
      try write(to: "scans", ending: "nii") { index in
        let side = 5 + index % 3
        let numbers = (0..<side * side * 4).map { Int16($0 * 37 % 101 + (index % 2 == 0 ? 0 : $0 % side * 40)) }
        return VolumeFixture([side, side, 4], numbers).bytes
      }
      try write(model: "Conv3D", input: "6, 6, 4, 1", axes: 3)
      try train("--dataset volumes --data scans --input-shape 6x6x4x1 --window 0,200", samples: 4)
      let unlike = try program("train --dataset volumes --data scans --model net.json")
      #expect(unlike.code == 65 && unlike.error.contains("`--input-shape DxHxWxC`"), "\(unlike.error)")
    }

    @Test func sounds() throws {
      try write(to: "words", ending: "wav") { index in
        SoundFixture((0..<(180 + index)).map { Int16(3000 * ($0 / (index % 2 == 0 ? 5 : 9) % 2) - 1500) }).bytes
      }
      try write(model: "Conv1D", input: "160, 1", axes: 1)
      try train("--dataset audio --data words --seconds 0.02 --rate 8000 --normalize sample", samples: 4)
      let unlike = try program("train --dataset audio --data words --model net.json")
      #expect(unlike.code == 65 && unlike.error.contains("`--seconds S`"), "\(unlike.error)")
    }

    @Test func series() throws {
      for (name, count) in [("Waves_TRAIN.tsv", 30), ("Waves_TEST.tsv", 8)] {
        let rows = (0..<count).map { row in
          "\(row % 2 == 0 ? "-1" : "1")\t"
            + (0..<20).map { "\(Double(($0 + row) % (row % 2 == 0 ? 3 : 7)) / 4)" }.joined(separator: "\t")
        }
        try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
      }
      try write(model: "Conv1D", input: "20, 1", axes: 1)
      try train("--dataset series --data Waves_TEST.tsv", samples: 8)
      // The table that is named is judged, not what stands beside it.
      for (name, words) in [("TRAIN", "30 training"), ("TEST", "8 validation")] {
        let judged = try program("evaluate --run run-1 --data Waves_\(name).tsv")
        #expect(judged.error.contains("judging the \(words) series of Waves_\(name).tsv"), "\(judged.error)")
      }
      // Held back of the training, the test is judged.
      try train("--dataset series --data . --validation-split 0.2 --normalize", samples: 8)
      // Another table has other series of the same classes.
      let other = try program.shell("head -n 5 Waves_TEST.tsv > few.tsv; $cnn evaluate --run run-1 --data few.tsv")
      #expect(other.lines.last?.hasSuffix(" samples 5") == true, "\(other.error)")
      let stranger = try program.shell("sed s/^-1/5/ few.tsv > other.tsv; $cnn evaluate --run run-1 --data other.tsv")
      #expect(stranger.code == 65, "\(stranger.error)")
    }
  }
}
