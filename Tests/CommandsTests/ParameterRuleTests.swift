import FoundationEssentials
import Testing

extension ProgramTests {
  /// Rules for some parameters, and the recipes that are made of them.
  @Suite struct ParameterRuleTests {
    private let program: Program

    init() throws { program = try Program() }

    private func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
    }

    private static let rules = """
      [{"match": "conv2d/kernel", "frozen-from": 0}, {"match": ["*/bias"], "learning-rate": 0.1},
       {"match": "dense*/kernel", "optimizer": "muon", "learning-rate": 0.002}]
      """

    /// In a file, in the file of options, or on the command line: the same run. It goes on without any of them.
    @Test func rulesAreKeptInTheRun() throws {
      try write(Self.rules, to: "rules.json")
      try write(#"{"parameter-rules": \#(Self.rules)}"#, to: "options.json")
      try program.train("--steps 4 --parameter-rules rules.json --run control")
      try program.train("--steps 4 --config options.json --run a", ranks: 2)
      try program.train("--steps 2 --parameter-rules \(Self.rules.filter { !$0.isWhitespace }) --run b", ranks: 3)
      _ = try program.shell("rm rules.json")
      try program.resume("--steps 4 --run b", ranks: 2)
      for run in ["a", "b"] {
        #expect(try program.finalHash(run) == program.finalHash("control"))
        #expect(try program.timelessMetrics(run) == program.timelessMetrics("control"))
      }
      // What is frozen from the first step on has not moved.
      try program.train("--steps 0 --run start")
      func kernel(_ run: String) throws -> String? {
        try program("inspect \(run)/checkpoints/latest").output.split(separator: "\n").first {
          $0.hasPrefix("conv2d/kernel")
        }.map(String.init)
      }
      #expect(try kernel("control") == kernel("start") && kernel("start") != nil)
    }

    @Test(arguments: [
      (#"[{"match": "*"}, {"match": "*/bias"}]"#, "rule 2 (*/bias) counts for nothing"),
      (#"[{"match": ","}]"#, "rule 1: has no pattern in its match"),
      (#"[{"match": "*", "match": "a"}]"#, "byte 16 gives match a second value"),
      ("[", "is no JSON list of objects"), ("{}", "is no JSON list of objects"),
      (#"[{"learning-rate": 1}]"#, "rule 1: has no match, a pattern of names such as */bias"),
      (#"[{"match": "*"}, {"match": "*", "rate": 1}]"#, "rule 2: rate is no option of"),
      (#"[{"match": "*", "momentum": 1}]"#, "rule 1: --momentum takes a number of at least 0.0 and below 1.0, got 1"),
      (#"[{"match": "*", "rho": 0.5}]"#, "rule 1: --rho has no meaning for the optimizer sgd"),
      (#"[{"match": "*", "clip-norm": 1}]"#, "rule 1: clip-norm is no option of"),
      (#"[{"match": "*/bias"}, {"match": "conv9/kernel"}]"#, "the pattern conv9/kernel, which matches no weight that"),
    ])
    func whatIsNoRuleIsNamed(_ rules: String, _ sentence: String) throws {
      try write(rules, to: "rules.json")
      let outcome = try program("train --dataset synthetic --limit 64 --parameter-rules rules.json --run run")
      #expect(outcome.code == 64 && outcome.error.contains(sentence), "\(outcome.error)")
      #expect(try program.shell("ls").output == "rules.json\n")
    }

    @Test(arguments: [
      ("--lookahead 5 --ema 0.9", "--ema and --lookahead both say what is judged"),
      ("--lookahead-share 0.5", "--lookahead-share has no meaning without --lookahead STEPS"),
      ("--lookahead 5 --lookahead-share 0", "--lookahead-share takes a part of the way, above 0 and up to 1, got 0"),
      ("--rescale", "--rescale has no meaning for the optimizer sgd"),
      ("--optimizer muon --rho 0.5", "--rho has no meaning for the optimizer muon"),
      ("--parameter-rules none.json", "--parameter-rules none.json: "),
    ])
    func whatHasNoMeaningIsRefused(_ options: String, _ sentence: String) throws {
      let outcome = try program("train --dataset synthetic --limit 64 \(options) --run run")
      #expect(outcome.code == 64 && outcome.error.contains(sentence), "\(outcome.error)")
    }

    /// `false` turns off what all others have.
    @Test func aRuleMayTurnASwitchOff() throws {
      let line = "--steps 2 --momentum 0.9 --nesterov"
      try program.train("\(line) --run all")
      try program.train("\(line) --parameter-rules [{\"match\":\"*\",\"nesterov\":false}] --run none")
      try program.train("--steps 2 --momentum 0.9 --run control")
      #expect(try program.finalHash("none") == program.finalHash("control"))
      #expect(try program.finalHash("none") != program.finalHash("all"))
    }

    /// The way of the slow weights ends with the run, or where it is said to, whatever the rates do.
    @Test func slowWeightsHaveAnEndOfTheirOwn() throws {
      try write("0,0.1\n3,0.2\n6,0.05\n", to: "rates.csv")
      let options = "--steps 6 --schedule file --rates-file rates.csv --lookahead 2 --lookahead-end-share 0.25"
      var hashes: Set<String> = []
      for (run, more) in [("run", ""), ("same", "--schedule-steps 6"), ("later", "--schedule-steps 12")] {
        try program.train("\(options) \(more) --run \(run)")
        hashes.insert(try program.finalHash(run))
      }
      #expect(hashes.count == 2)
      #expect(try program.finalHash("run") == program.finalHash("same"))
    }

    /// A run that is prolonged is told of a rule whose rate has come to its end.
    @Test func aRuleThatHasEndedIsToldOf() throws {
      let rule = #"[{"match":"*/bias","schedule":"polynomial","end-rate":0}]"#
      try program.train("--steps 2 --parameter-rules \(rule) --run run")
      let more = try program("train --run run --resume --steps 4")
      #expect(more.code == 0)
      #expect(
        more.error.contains(
          "the polynomial schedule of */bias has ended at step 2, the run ends at step 4: the steps between have a learning rate "
            + "of 0; --schedule-steps 4 would end them together"), "\(more.error)")
    }

    /// What a recipe says of something that the command line has replaced goes with it.
    @Test func aRecipeCanBeTakenBack() throws {
      let recipe = "\(Program.scripts)/recipes/cifar10-96.json"
      let few = "--dataset synthetic --limit 8 --batch-size 4 --slice 4 --steps 0 --model resnet20 --warm-up 0"
      let rest = "--parameter-rules [{\"match\":\"*/bias\"}]"
      for options in ["--optimizer adam", "--crop 0", "--lookahead 0", "--schedule constant"] {
        let outcome = try program("train --config \(recipe) \(few) \(rest) \(options) --run run")
        #expect(outcome.code == 0, "\(options): \(outcome.error)")
        _ = try program.shell("rm -rf run")
      }
      let outcome = try program("train --config \(recipe) \(few) --run run --min-rate 1")
      #expect(outcome.error.contains("--min-rate has no meaning without --reduce-on-plateau"), "\(outcome.error)")
      try write(#"{"dataset": "synthetic", "rho": 0.5}"#, to: "own.json")
      #expect(
        try program("train --config own.json --run run").error.contains(
          "--rho (--config own.json) has no meaning for the optimizer sgd"))
    }

    /// The same weights on any number of ranks, interrupted or not: every recipe, on a few samples.
    @Test(arguments: [
      ("cifar10-94", "--dataset synthetic --schedule-steps 6"),
      ("cifar10-96", "--dataset synthetic --schedule-steps 6 --warm-up 2"),
      ("cifar10-resnet20", "--dataset synthetic"), ("cifar10-tutorial", "--dataset synthetic"),
      ("series-fcn", "--data series.csv --validation-split 0.25 --schedule-steps 6"),
    ])
    func recipesAreOneRun(_ recipe: String, _ options: String) throws {
      let data = options.hasPrefix("--data ") ? "--data series.csv" : ""
      _ = try program.shell(
        "awk 'BEGIN { for (i = 0; i < 96; i++) { printf \"%d\", i % 2; for (t = 0; t < 20; t++) printf \",%.3f\", sin(t * (1 + i % 2) + i); print \"\" } }' > series.csv"
      )
      let line =
        "train --config \(Program.scripts)/recipes/\(recipe).json \(options) --limit 60 --batch-size 24 --slice 8 "
        + "--validate-every 0"
      #expect(try program("\(line) --steps 6 --run control").code == 0)
      for (before, after) in [(2, 3), (4, 1)] {
        let run = "run-\(before)"
        #expect(try program("\(line) --steps 4 --run \(run)", ranks: before).code == 0)
        #expect(try program("train --resume \(data) --steps 6 --run \(run)", ranks: after).code == 0)
        #expect(try program.finalHash(run) == program.finalHash("control"), "\(before) ranks")
      }
    }
  }
}
