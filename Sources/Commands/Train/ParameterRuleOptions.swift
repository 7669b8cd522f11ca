import FoundationEssentials
import Runs

/// Rules for some parameters: in a file, in the file of options itself, or on the command line as JSON.
///
///     [{"match": "*/bias", "learning-rate": 0.05}, {"match": "conv2d/kernel", "frozen-from": 0}]
///
/// A rule has the options of the optimizer and of the learning rate, as `--config` has them; what it does not say is as for all
/// other parameters. The first rule that matches a name counts.
enum ParameterRuleOptions {
  static let option = Option(
    "--parameter-rules", "FILE",
    "other rules for some parameters: a JSON list of objects with match, a pattern of names, and options of these two groups"
  )

  /// What only a rule has.
  private static let own = [
    Option("--match", "PATTERNS", "names as conv2d/kernel, in which * stands for anything, with commas between"),
    Option("--frozen-from", "STEP", "they stay as they are from this step on"),
  ]

  /// Reads the rules, where there are any; what they leave open is that of `experiment`.
  ///
  /// - Throws: `UsageError` naming the rule that is none.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    guard let value = arguments.string(option.flag) else { return }
    let isText = isList(value)
    let text = isText ? value : try OptionsFile.text(value, of: "list of rules", option: option.flag)
    let source = isText ? option.flag : "\(option.flag) \(value)"
    var rules: [ParameterRule] = []
    for fields in try OptionsFile.list(text, source: source) {
      let given = try fields.given(for: own + OptimizerOptions.rule + OptimizerOptions.rates, of: "a rule")
      do {
        rules.append(try rule(Arguments(given), of: experiment.update))
      } catch {
        throw UsageError("\(fields.source): \(error.description)")
      }
    }
    experiment.parameterRules = rules.isEmpty ? nil : rules
  }

  /// Whether the option's value is the list itself, and no file's name.
  static func isList(_ value: String) -> Bool { value.trimmingPrefix(while: \.isWhitespace).hasPrefix("[") }

  private static func rule(_ arguments: Arguments, of whole: UpdateRecipe) throws(UsageError) -> ParameterRule {
    guard let patterns = arguments.string("--match") else {
      throw UsageError("has no match, a pattern of names such as */bias")
    }
    let match = patterns.split(separator: ",").map(String.init)
    guard !match.isEmpty else { throw UsageError("has no pattern in its match, \(patterns)") }
    var update = whole
    update.scheduleSteps = nil  // it ends with the others, if nothing else is said
    if let kind = try OptimizerOptions.kind(arguments), kind != update.optimizer { update.adopt(rule: kind) }
    try OptimizerOptions.apply(arguments, to: &update)
    try OptimizerOptions.check(arguments, update, hasLength: update.schedule.hasLength)
    return ParameterRule(
      match, update,
      frozenFrom: try arguments.integer("--frozen-from", in: Schedule.counts))
  }
}
