import FoundationEssentials
import Testing

extension ProgramTests {
  /// `--dataset arrays`: the bits of a run, and what is said of arrays that are none.
  @Suite struct ArrayDataTests {
    private let program: Program

    init() throws {
      program = try Program()
      for (name, end) in [
        ("classes", #""units": 3, "activation": "softmax""#), ("yes-or-no", #""units": 1, "activation": "sigmoid""#),
      ] {
        let network = """
          {"class_name": "Sequential", "config": {"name": "net", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 12, 2], "name": "in"}},
            {"class_name": "Conv1D", "config": {"name": "conv", "filters": 4, "kernel_size": [3], "activation": "relu"}},
            {"class_name": "Flatten", "config": {"name": "flat"}},
            {"class_name": "Dense", "config": {"name": "out", \(end)}}]}}
          """
        try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/\(name).json"))
      }
      // 60 series of 12 steps with two channels, of three classes; the order of axes is Fortran's.
      try write("X", "<f4", "60, 12, 2", order: "True", (0..<1440).map { 1e4 + Float($0 * 7919 % 1009) })
      try write("y", "<i4", "60, 1", order: "False", (0..<60).map { Int32($0 % 3) })
    }

    private func write<Number>(_ name: String, _ type: String, _ shape: String, order: String, _ numbers: [Number])
      throws
    {
      let text = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(shape)), }"
      let header = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(text.utf8.count), 0]) + Data(text.utf8)
      try (header + numbers.withUnsafeBytes { Data($0) })
        .write(to: URL(filePath: "\(program.folder)/\(name).npy"))
    }

    private static let train =
      "train --dataset arrays --data . --validation-split 0.25 --batch-size 15 --slice 5 --model classes.json"

    @Test(arguments: ["channel", "feature", "sample"])
    func ranksAndThreadsLeaveNoTrace(kind: String) throws {
      let options = "\(Self.train) --normalize \(kind)"
      let alone = try program("\(options) --epochs 2 --threads 1 --run alone")
      #expect(alone.code == 0, "\(alone.error)")
      #expect(try program("\(options) --epochs 2 --threads 2 --run three", ranks: 3).code == 0)
      #expect(try program.finalHash("alone") == program.finalHash("three"))
      // What was measured is kept, and so is what was held back.
      #expect(try program("\(options) --epochs 1 --run again", ranks: 2).code == 0)
      #expect(try program("train --run again --resume --epochs 2 --data .").code == 0)
      #expect(try program.finalHash("alone") == program.finalHash("again"))
      let judged = try program("evaluate --run alone --data .", ranks: 2)
      #expect(judged.code == 0 && judged.output.hasSuffix(" samples 15\n"), "\(judged.error)\(judged.output)")
    }

    @Test func otherDataAreJudgedWhole() throws {
      #expect(try program("\(Self.train) --epochs 1 --run run").code == 0)
      try write("y", "<i4", "60, 1", order: "False", [Int32](repeating: 2, count: 60))
      let judged = try program("evaluate --run run --data .")
      #expect(judged.output.hasSuffix(" samples 60\n"), "\(judged.error)\(judged.output)")
    }

    @Test func whatIsWrongEndsInASentence() throws {
      func fails(_ code: Int32, _ message: String, _ options: String = Self.train) throws {
        for ranks in [nil, 2] {
          let outcome = try program("\(options) --epochs 1 --run run", ranks: ranks, timeout: .seconds(60))
          #expect(outcome.code == code && outcome.complaints.count == 1, "\(outcome.error)")
          #expect(outcome.error.contains(message), "\(outcome.error)")
          #expect(try !program.names(in: ".").contains("run"))
        }
      }
      let yesOrNo = Self.train.replacing("classes.json", with: "yes-or-no.json")
      try fails(65, "holds 2.0, but binary_crossentropy takes numbers from 0 to 1", yesOrNo)
      try fails(66, "--validation-split SHARE", Self.train.replacing("--validation-split 0.25", with: ""))
      try write("y", "<f4", "60,", order: "False", [Float](repeating: 0.5, count: 60))
      try fails(65, "the target of sample 0 is 0.5, expected a class of 0 to 2")
      try write("y", "<i4", "60, 1", order: "False", [Int32](repeating: 1, count: 60))
      try write("X", "<f4", "60, 12, 2", order: "False", (0..<1440).map { $0 == 100 ? Float.nan : 1 })
      try fails(65, "X.npy: sample 4 holds NaN at (2, 0)")
    }
  }
}
