import KerasFiles

/// One set of values to try.
package struct Trial: Equatable, Sendable {
  /// Which, from 1.
  package let number: Int
  /// The options that vary, by their names without dashes.
  package let values: [String: JSONValue]

  /// Names a trial.
  package init(number: Int, values: [String: JSONValue]) {
    (self.number, self.values) = (number, values)
  }

  /// What its folder is called: `trial-003`.
  package var name: String { Self.name(number) }

  /// The same for any number.
  package static func name(_ number: Int) -> String {
    let digits = String(number)
    return "trial-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
  }

  /// Its values, for people: `learning-rate 0.01, optimizer adam`.
  package var words: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.word)" }.joined(separator: ", ")
  }
}

extension Search {
  /// All trials: each draw with every combination of the grid. More draws change no earlier trial.
  package var trials: [Trial] {
    let combinations = combinations
    var trials: [Trial] = []
    for draw in 0..<draws {
      let drawn = random.reduce(into: [:]) { $0[$1.key] = $1.value.draw(draw, of: $1.key, seed: seed) }
      for combination in combinations {
        trials.append(Trial(number: trials.count + 1, values: combination.merging(drawn) { $1 }))
      }
    }
    return trials
  }

  /// Those of the grid's values, the options in order of their names, the last one's values changing first; one without any
  /// where there is no grid.
  private var combinations: [[String: JSONValue]] {
    guard !grid.isEmpty else { return [[:]] }
    return grid.flatMap { group in
      group.sorted { $0.key < $1.key }.reduce([[:]]) { combinations, option in
        combinations.flatMap { combination in
          option.value.map { combination.merging([option.key: $0]) { $1 } }
        }
      }
    }
  }
}

extension JSONValue {
  /// The value as a cell of a table.
  package var word: String {
    switch self {
    case .null: ""
    case .array(let values): values.map(\.word).joined(separator: ",")
    case .object(let fields):
      fields.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }.map { "\($0.key)=\($0.value.word)" }
        .joined(separator: ",")
    case .bool, .number, .string: "\(self)"
    }
  }
}
