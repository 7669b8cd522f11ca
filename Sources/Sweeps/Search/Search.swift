import KerasFiles
import Runs

/// What a sweep looks for, as its file says: options that all trials have, values to try, how many trials there are, and how
/// long each is trained.
package struct Search: Equatable, Sendable {
  /// The options of `train` that all trials have, by their names without dashes.
  package let common: [String: JSONValue]
  /// Every combination of these values is tried; of several groups, those of each.
  package let grid: [[String: [JSONValue]]]
  /// What is drawn at random for each trial.
  package let random: [String: RandomValues]
  /// How many draws there are; 1 where nothing is drawn.
  package let draws: Int
  /// What all draws come from.
  package let seed: UInt64
  /// How many epochs the last trials are trained.
  package let epochs: Int
  /// How trials are given up on the way; nil for none.
  package let halving: Halving?
  /// How many ranks train one trial.
  package let ranks: Int
  /// The whole of it, names as they are on a command line.
  package let document: JSONValue

  /// More are not counted any more, but mistaken.
  package static let mostTrials = 10_000

  /// Reads the text of a file that is called `path`.
  ///
  /// - Throws: `UsageError` with the file, the field, what was found and what was expected.
  package init(_ text: String, path: String) throws(UsageError) {
    let whole: JSONValue
    do {
      whole = try JSONValue(json: text.utf8)
    } catch {
      throw UsageError("\(path): \(error)")
    }
    var fields = try SearchFields(whole, of: path)
    common = try fields.names("train") ?? [:]
    grid = try Self.grid(&fields)
    random = try Self.random(&fields)
    let draws = try fields.integer("trials", in: 1...Self.mostTrials)
    seed = UInt64(try fields.integer("seed", in: 0...SearchFields.largest) ?? 1)
    ranks = try fields.integer("ranks", in: 1...1_000_000) ?? 1
    epochs = try Self.epochs(common, fields)
    halving = try Halving(&fields, epochs: epochs)
    document = try fields.finish()

    guard !grid.isEmpty || !random.isEmpty else {
      throw UsageError("\(path): there is nothing to try: give values in \"grid\" or \"random\"")
    }
    guard random.isEmpty == (draws == nil) else {
      throw UsageError(
        random.isEmpty
          ? "\(path): trials has no meaning without random: a grid has as many as it has combinations"
          : "\(path): random needs trials, how many draws there are to be")
    }
    self.draws = draws ?? 1
    try checkNames(path)
    let combinations = grid.reduce(0) { sum, group in
      sum + group.values.reduce(1) { $0.multipliedReportingOverflow(by: $1.count).partialValue }
    }
    guard max(1, combinations) <= Self.mostTrials / self.draws else {
      throw UsageError("\(path): these are more than \(Self.mostTrials) trials")
    }
  }

  /// The names of all options that vary, in order.
  package var varied: [String] { Set(grid.flatMap(\.keys)).union(random.keys).sorted() }

  /// After how many epochs those trials are compared that have come so far; the last is the end.
  package var rungs: [Int] { halving?.rungs(epochs: epochs) ?? [epochs] }

  // MARK: - Reading

  private static func grid(_ fields: inout SearchFields) throws(UsageError) -> [[String: [JSONValue]]] {
    guard let value = fields.take("grid") else { return [] }
    let isList = if case .array = value { true } else { false }
    let groups: [JSONValue] = if case .array(let groups) = value { groups } else { [value] }
    var grid: [[String: [JSONValue]]] = []
    for (index, group) in groups.enumerated() {
      let place = isList ? "grid[\(index)]" : "grid"
      var lists: [String: [JSONValue]] = [:]
      for (name, value) in try fields.names(of: group, at: place) {
        guard case .array(let values) = value, !values.isEmpty else {
          throw fields.refusal("\(place).\(name)", "takes a list of values", value)
        }
        if let twice = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
          throw UsageError("\(fields.path): \(place).\(name) has \(values[twice]) twice")
        }
        lists[name] = values
      }
      guard !lists.isEmpty else { throw UsageError("\(fields.path): \(place) has no options to try") }
      grid.append(lists)
    }
    return grid
  }

  private static func random(_ fields: inout SearchFields) throws(UsageError) -> [String: RandomValues] {
    var random: [String: RandomValues] = [:]
    for (name, value) in try fields.names("random") ?? [:] {
      random[name] = try RandomValues(value, at: "random.\(name)", fields)
    }
    return random
  }

  private static func epochs(_ common: [String: JSONValue], _ fields: SearchFields) throws(UsageError) -> Int {
    guard let value = common["epochs"] else { return Schedule().epochs }
    guard let epochs = SearchFields.whole(value), 1...Schedule.counts.upperBound ~= epochs else {
      throw fields.refusal("train.epochs", "takes a whole number from 1 on", value)
    }
    return epochs
  }

  /// What is no matter of a search: where runs are, how they are told to go on, and how results are compared.
  private static let fixed: [String: String] = [
    "run": "trials have folders of their own in the sweep's", "resume": "a sweep goes on by itself",
    "steps": "a sweep counts epochs", "profile": "profile a run of its own",
    "epochs": "give them in train, for all trials", "monitor": "give it in train, for all trials",
    "validate-every": "give it in train, for all trials", "metrics": "give them in train, for all trials",
    "threads": "give them in train, for all trials", "memory": "give it in train, for all trials",
    "cache": "give it in train, for all trials",
  ]

  /// Each option is given once, and where it has a meaning.
  private func checkNames(_ path: String) throws(UsageError) {
    for name in varied {
      if let reason = Self.fixed[name] { throw UsageError("\(path): \(name) is not to be varied: \(reason)") }
      guard common[name] == nil else {
        throw UsageError("\(path): \(name) is in train and among the values to try: it is one or the other")
      }
      guard random[name] == nil || !grid.contains(where: { $0[name] != nil }) else {
        throw UsageError("\(path): \(name) is in grid and in random: it is one or the other")
      }
    }
    for name in ["run", "resume", "steps", "profile"] where common[name] != nil {
      throw UsageError("\(path): train.\(name) is not for a sweep: \(Self.fixed[name] ?? "")")
    }
  }
}
