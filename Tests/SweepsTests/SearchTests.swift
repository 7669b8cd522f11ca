import KerasFiles
import Runs
import Sweeps
import Testing

/// What a sweep's file says, and what is refused of it.
@Suite struct SearchTests {
  private func search(_ text: String) throws -> Search { try Search(text, path: "s.json") }

  private func refusal(_ text: String) -> String? {
    do {
      _ = try search(text)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func everyCombinationOfAGridIsATrial() throws {
    let search = try search(
      #"{"train": {"epochs": 3}, "grid": {"optimizer": ["sgd", "adam"], "learning_rate": [0.1, 0.01, 0.001]}}"#)
    #expect(
      search.trials.map(\.words) == [
        "learning-rate 0.1, optimizer sgd", "learning-rate 0.1, optimizer adam", "learning-rate 0.01, optimizer sgd",
        "learning-rate 0.01, optimizer adam", "learning-rate 0.001, optimizer sgd",
        "learning-rate 0.001, optimizer adam",
      ])
    #expect(search.trials.map(\.name).first == "trial-001")
    #expect(search.varied == ["learning-rate", "optimizer"])
    #expect(search.rungs == [3])
    #expect(Trial.name(12_345) == "trial-12345")
  }

  /// As scikit-learn has it: options that have a meaning for some others only.
  @Test func aGridMayHaveSeveralGroups() throws {
    let search = try search(
      #"{"grid": [{"optimizer": ["sgd"], "momentum": [0, 0.9]}, {"optimizer": ["adam", "lion"]}]}"#)
    #expect(
      search.trials.map(\.words) == [
        "momentum 0, optimizer sgd", "momentum 0.9, optimizer sgd", "optimizer adam", "optimizer lion",
      ])
    #expect(search.epochs == 25)
  }

  @Test func eachDrawIsTriedWithTheWholeGrid() throws {
    let search = try search(
      #"{"grid": {"flip": [true, false]}, "random": {"learning-rate": {"from": 0.1, "to": 0.2}}, "trials": 3}"#)
    let rates = search.trials.map { $0.values["learning-rate"] }
    #expect(rates.count == 6 && rates[0] == rates[1] && rates[2] == rates[3] && rates[0] != rates[2])
    #expect(search.trials.map { $0.values["flip"] } == [true, false, true, false, true, false])
  }

  /// More draws, another option beside them, another order in the file: a draw stays what it is.
  @Test func aDrawDependsOnItsNumberAndNameAlone() throws {
    func rates(_ trials: Int, _ others: String, seed: Int = 1) throws -> [JSONValue?] {
      try search(
        #"{"seed": \#(seed), "random": {\#(others)"learning-rate": {"from": 1e-4, "to": 0.1, "scale": "log"}}, "trials": \#(trials)}"#
      ).trials.map { $0.values["learning-rate"] }
    }
    let rates4 = try rates(4, "")
    #expect(try Array(rates(40, "").prefix(4)) == rates4)
    #expect(try rates(4, #""momentum": {"from": 0, "to": 0.9}, "batch-size": [1, 2], "#) == rates4)
    #expect(try rates(4, "", seed: 2) != rates4)
    // What the generator gives is kept for ever: a sweep that was begun must go on.
    #expect(rates4.compactMap { $0?.word } == ["0.001842", "0.08141", "0.009404", "0.004281"])
  }

  /// As many in each tenth as there should be, within five standard deviations of a binomial distribution.
  @Test(arguments: ["linear", "log"]) func drawsAreUniform(scale: String) throws {
    let trials = try search(
      #"{"random": {"momentum": {"from": 0.001, "to": 0.1, "scale": "\#(scale)"}}, "trials": 5000}"#
    ).trials
    var counts = [Int](repeating: 0, count: 10)
    for trial in trials {
      guard case .number(let value) = trial.values["momentum"] else { continue }
      #expect(0.001...0.1 ~= value)
      // Without logarithms: where two powers of ten lie, tenths are powers of 10^0.2.
      let bounds = [0.0015849, 0.0025119, 0.0039811, 0.0063096, 0.01, 0.015849, 0.025119, 0.039811, 0.063096]
      let tenth = scale == "log" ? bounds.count { value >= $0 } : Int((value - 0.001) / 0.0099)
      counts[min(9, tenth)] += 1
    }
    for count in counts { #expect(abs(count - 500) < 107, "\(counts)") }
  }

  @Test func stepsAreWholeOnes() throws {
    let sizes = try search(#"{"random": {"batch-size": {"from": 32, "to": 128, "step": 32}}, "trials": 400}"#).trials
      .compactMap { $0.values["batch-size"]?.word }
    #expect(Set(sizes) == ["32", "64", "96", "128"])
    for size in Set(sizes) { #expect(abs(sizes.count { $0 == size } - 100) < 44) }
    let steps = try search(
      #"{"random": {"label-smoothing": {"from": 0.1, "to": 0.4, "step": 0.1, "scale": "log"}}, "trials": 200}"#)
    #expect(Set(steps.trials.compactMap { $0.values["label-smoothing"]?.word }) == ["0.1", "0.2", "0.3", "0.4"])
  }

  /// Written as a person would, and never beyond the ends.
  @Test func drawnNumbersAreShort() throws {
    let trials = try search(
      #"{"random": {"learning-rate": {"from": 1e-7, "to": 1234.5678, "scale": "log"}}, "trials": 2000}"#
    ).trials
    for trial in trials {
      guard case .number(let value) = trial.values["learning-rate"] else { continue }
      #expect(1e-7...1234.5678 ~= value)
      let digits = "\(value)".prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
      #expect(digits.count <= 5 || value == 1234.5678, "\(value)")  // 1083.0 has a digit more
    }
    let narrow = try search(#"{"random": {"ema": {"from": 0.99991, "to": 0.99999}}, "trials": 50}"#).trials
    for trial in narrow {
      guard case .number(let value) = trial.values["ema"] else { continue }
      #expect(0.99991...0.99999 ~= value)
    }
  }

  @Test(arguments: [
    ("[1]", "s.json: holds no object of fields"), ("{", "s.json: is no JSON document"),
    ("{}", #"there is nothing to try: give values in "grid" or "random""#),
    (#"{"gird": {}}"#, "there is no field gird (did you mean grid?)"),
    (#"{"grid": {}}"#, "grid has no options to try"),
    (#"{"grid": {"seed": 3}}"#, "grid.seed takes a list of values, found 3"),
    (#"{"grid": {"seed": []}}"#, "grid.seed takes a list of values"),
    (#"{"grid": {"seed": [1, 2, 1]}}"#, "grid.seed has 1 twice"),
    (#"{"grid": {"batch-size": [1], "batch_size": [2]}}"#, "grid.batch-size is given twice"),
    (#"{"grid": {"seed": [1]}, "trials": 3}"#, "trials has no meaning without random"),
    (#"{"random": {"seed": [1]}}"#, "random needs trials"),
    (#"{"random": {"seed": [1]}, "trials": 0}"#, "trials takes a whole number from 1 to 10000, found 0"),
    (#"{"random": {"seed": [1]}, "trials": 2.5}"#, "trials takes a whole number from 1 to 10000, found 2.5"),
    (#"{"random": {"momentum": {"from": 1, "to": 0}}, "trials": 1}"#, "random.momentum needs numbers from and to"),
    (#"{"random": {"momentum": {"from": 0}}, "trials": 1}"#, "random.momentum needs numbers from and to"),
    (
      #"{"random": {"momentum": {"from": 0, "to": 1, "scale": "log"}}, "trials": 1}"#,
      "random.momentum.from must be above 0"
    ),
    (
      #"{"random": {"momentum": {"from": 0, "to": 1, "scale": "cube"}}, "trials": 1}"#,
      "scale takes log or linear, found cube"
    ),
    (
      #"{"random": {"momentum": {"from": 0, "to": 1, "step": 2}}, "trials": 1}"#, "random.momentum.step must be above 0"
    ),
    (#"{"random": {"momentum": {"from": 0, "to": 1, "scaled": 2}}, "trials": 1}"#, "(did you mean scale?)"),
    (
      #"{"random": {"momentum": 3}, "trials": 1}"#,
      "random.momentum takes a list of values, or an object with from and to"
    ),
    (#"{"grid": {"epochs": [1, 2]}}"#, "epochs is not to be varied: give them in train, for all trials"),
    (#"{"train": {"steps": 9}, "grid": {"seed": [1]}}"#, "train.steps is not for a sweep: a sweep counts epochs"),
    (#"{"train": {"seed": 9}, "grid": {"seed": [1]}}"#, "seed is in train and among the values to try"),
    (#"{"random": {"seed": [1]}, "grid": {"seed": [1]}, "trials": 2}"#, "seed is in grid and in random"),
    (#"{"train": {"epochs": 0}, "grid": {"seed": [1]}}"#, "train.epochs takes a whole number from 1 on, found 0"),
    (
      #"{"train": {"epochs": 3}, "grid": {"seed": [1]}, "halving": {"first": 4}}"#,
      "halving.first takes a whole number from 1 to 3"
    ),
    (
      #"{"grid": {"seed": [1]}, "halving": {"factor": 1}}"#,
      "halving.factor takes a whole number from 2 to 1000, found 1"
    ),
    (#"{"grid": {"seed": [1]}, "halving": {"facter": 3}}"#, "there is no field halving.facter (did you mean factor?)"),
    (#"{"grid": {"seed": [1]}, "halving": true}"#, "halving takes an object"),
    (#"{"grid": {"seed": [1]}, "ranks": 0}"#, "ranks takes a whole number"),
    (#"{"train": {"seed": 12345678901234567890}, "grid": {"slice": [1]}}"#, "write it in quotes"),
    (#"{"random": {"seed": [1]}, "grid": {"slice": [1, 2]}, "trials": 5001}"#, "these are more than 10000 trials"),
  ])
  func whatMakesNoSenseIsRefused(text: String, words: String) {
    let refusal = refusal(text)
    #expect(refusal?.contains(words) == true && refusal?.hasPrefix("s.json: ") == true, "\(refusal ?? "taken")")
  }

  @Test func aSweepMayGrowAndNothingElse() throws {
    func text(_ train: String, trials: Int = 4, rest: String = "") -> String {
      #"{"train": {\#(train)}, "random": {"momentum": {"from": 0, "to": 0.9}}, "trials": \#(trials)\#(rest)}"#
    }
    let begun = try search(text(#""epochs": 9, "batch-size": 64, "threads": 2"#))
    func difference(_ text: String) throws -> String? { try search(text).difference(from: begun) }
    #expect(try difference(text(#""epochs": 9, "batch_size": 64"#)) == nil)
    #expect(try difference(text(#""epochs": 27, "batch-size": 64, "data": "elsewhere""#, trials: 40)) == nil)
    #expect(try difference(text(#""epochs": 9, "batch-size": 64"#, rest: #", "ranks": 4, "seed": 1"#)) == nil)
    #expect(try difference(text(#""epochs": 9, "batch-size": 32"#)) == "train.batch-size: 32, not 64")
    #expect(
      try difference(text(#""epochs": 3, "batch-size": 64"#))
        == "train.epochs: 3, fewer than the 9 that it was begun with")
    #expect(
      try difference(text(#""epochs": 9, "batch-size": 64"#, trials: 3))
        == "trials: 3, fewer than the 4 that it was begun with")
    #expect(try difference(text(#""epochs": 9, "batch-size": 64"#, rest: #", "seed": 2"#)) == "seed: 2, not 1")
    #expect(try difference(text(#""epochs": 9, "batch-size": 64"#, rest: #", "halving": {}"#)) != nil)
  }
}
