import FoundationEssentials
import Testing

extension ProgramTests {
  /// Networks whose end the loss does not take, in the spellings of Keras.
  @Suite struct HeadTests {
    private let program: Program

    init() throws { program = try Program() }

    private func write(_ name: String, _ end: String) throws {
      let text = """
        {"class_name": "Sequential", "config": {"name": "net", "layers": [
          {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
          {"class_name": "AveragePooling2D", "config": {"name": "pool", "pool_size": 8}},
          {"class_name": "Flatten", "config": {"name": "flat"}}, \(end)]}}
        """
      try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
    }

    private static let dense =
      #"{"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax"}}"#
    private static let refused: [(end: String, sentence: String)] = [
      (dense.replacing("softmax", with: "sigmoid"), "layer out ends in sigmoid"),
      (
        dense.replacing(
          #""softmax""#,
          with: #"{"module": "builtins", "class_name": "function", "config": "tanh", "registered_name": "function"}"#),
        "layer out ends in tanh"
      ),
      (
        dense.replacing("softmax", with: "linear")
          + #", {"class_name": "Activation", "config": {"name": "last", "activation": "relu"}}"#,
        "layer last ends in relu"
      ),
      (dense + #", {"class_name": "ReLU", "config": {"name": "last"}}"#, "layer last ends in re_lu"),
      (
        dense + #", {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.5}}"#,
        "layer drop changes the softmax of out"
      ),
    ]

    @Test(arguments: refused.indices) func otherEndsAreRefused(_ index: Int) throws {
      let (end, sentence) = Self.refused[index]
      try write("net.json", end)
      for command in [
        "train --dataset synthetic --steps 1 --run run --model net.json", "bench --seconds 1 --model net.json",
        "evaluate --dataset synthetic --weights net.json --model net.json",
      ] {
        // A benchmark has targets that suit the end: here labels that are each true or not.
        if command.hasPrefix("bench") && sentence.hasSuffix("sigmoid") { continue }
        let outcome = try program(command)
        #expect(outcome.code == 65, "\(command)")
        // (evaluate looks at the weights first)
        if !command.hasPrefix("evaluate") {
          #expect(outcome.error.contains("net does not fit: \(sentence)"), "\(command)")
        }
      }
      #expect(try !program.names(in: ".").contains("run"))
      #expect(try program("summary --model net.json").code == 0)
    }

    /// One network in several spellings: the same weights to the last bit.
    @Test func theSoftmaxMayBeWrittenInManyWays() throws {
      let linear = Self.dense.replacing("softmax", with: "linear")
      let ends = [
        Self.dense, linear, linear + #", {"class_name": "Softmax", "config": {"name": "last"}}"#,
        linear + #", {"class_name": "Activation", "config": {"name": "last", "activation": "softmax"}}"#,
        Self.dense + #", {"class_name": "Reshape", "config": {"name": "last", "target_shape": [10]}}"#,
        Self.dense + #", {"class_name": "Activation", "config": {"name": "last", "activation": "linear"}}"#,
      ]
      var hashes: Set<String> = []
      for (index, end) in ends.enumerated() {
        try write("net.json", end)
        let outcome = try program(
          "train --dataset synthetic --limit 40 --batch-size 20 --slice 8 --epochs 1 --model net.json --run run-\(index)"
        )
        #expect(outcome.code == 0, "\(end): \(outcome.error)")
        hashes.insert(try program.finalHash("run-\(index)"))
      }
      #expect(hashes.count == 1)
    }
  }
}
