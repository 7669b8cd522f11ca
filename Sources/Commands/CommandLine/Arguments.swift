import Reports
import Runs
import Training

/// A subcommand's part of the command line, split by its options and read value by value.
struct Arguments {
  /// What stands without a flag before it.
  let positionals: [String]
  private var values: [String: String]
  /// What stood in a file of options, by flag, with the file.
  private var sources: [String: String] = [:]
  /// The switches that a file says no to.
  private var denied: Set<String> = []

  /// Splits `words`; a value follows its flag as the next word or behind `=`. Where it may be left out, a next word that is no
  /// flag is it.
  ///
  /// - Throws: `UsageError` for a flag that is unknown, given twice, or lacks its value.
  init(_ words: [String], options: [Option], command: String) throws(UsageError) {
    var positionals: [String] = []
    var values: [String: String] = [:]
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        positionals.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = options.first(where: { $0.flag == parts[0] }) else {
        throw UsageError(
          "unknown option \(parts[0])\(Suggestion.words(for: parts[0], among: options.map(\.flag))): see `cnn-dist "
            + "\(command) --help`")
      }
      guard values[option.flag] == nil else { throw UsageError("\(option.flag) is given twice") }
      if let standard = option.standard, parts.count == 1, rest.first?.hasPrefix("-") ?? true {
        values[option.flag] = standard
      } else if let placeholder = option.value {
        let next = parts.count == 2 ? parts[1] : rest.popFirst()
        // Empty values come from unset shell variables, and a flag in a value's place from a forgotten one: `--run ""`
        // would write to the system's root, `--run --resume` to a folder of that name.
        guard let value = next, !value.isEmpty, parts.count == 2 || !value.hasPrefix("--") else {
          throw UsageError("\(option.flag) needs a value: \(option.flag) \(placeholder)")
        }
        values[option.flag] = value
      } else {
        guard parts.count == 1 else { throw UsageError("\(option.flag) takes no value, got \(parts[1])") }
        values[option.flag] = ""
      }
    }
    self.positionals = positionals
    self.values = values
  }

  /// What was read elsewhere.
  init(_ given: GivenOptions) {
    (positionals, values, denied) = ([], given.values, given.denied)
  }

  /// Adds the options of a file; what is given already wins, over what goes in its place as well.
  ///
  /// - Parameters:
  ///   - others: what the file says.
  ///   - alternatives: flags of which one is given in the place of another.
  ///   - source: what the file is called in messages.
  mutating func add(_ others: GivenOptions, alternatives: [[String]], source: String) {
    let all = others.replaced(by: GivenOptions(values), alternatives: alternatives)
    sources.merge(all.values.filter { values[$0.key] == nil }.mapValues { _ in source }) { given, _ in given }
    (values, denied) = (all.values, all.denied)
  }

  /// A flag as messages have it: with the file that it stands in, where it is from one.
  func name(_ flag: String) -> String { sources[flag].map { "\(flag) (\($0))" } ?? flag }

  /// Whether a file says what the command line has taken the sense of, by another choice of `decisive`.
  func isLeftOver(_ flag: String, by decisive: String) -> Bool {
    sources[flag] != nil && has(decisive) && sources[decisive] == nil
  }

  /// Everything that is given, by its flag, or by its place where it has none.
  var all: [String: String] {
    var all = values
    for (index, word) in positionals.enumerated() { all["argument \(index + 1)"] = word }
    return all
  }

  /// Whether a switch is given.
  func has(_ flag: String) -> Bool { values[flag] != nil }

  /// Whether a switch is to be on or off; nil where nobody says.
  func toggle(_ flag: String) -> Bool? { has(flag) ? true : denied.contains(flag) ? false : nil }

  /// A value as it stands; nil where the flag is not given.
  func string(_ flag: String) -> String? { values[flag] }

  /// A whole number in `range`.
  func integer(_ flag: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = values[flag] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "\(name(flag)) takes a whole number from \(range.lowerBound) to \(range.upperBound), got \(text)")
    }
    return value
  }

  /// A number of bytes in `range`, alone or with B, kB, MB, GB or TB behind it: `1.5GB`. As everywhere here a kB has 1000.
  func bytes(_ flag: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = values[flag] else { return nil }
    let units = ["": 1.0, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12]
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).trimmingPrefix(" ").lowercased()
    guard let number = Double(digits), let factor = units[unit], number.isFinite,
      let bytes = Int(exactly: (number * factor).rounded()), range.contains(bytes)
    else {
      throw UsageError("\(name(flag)) takes a size, such as 500MB or 4GB, got \(text)")
    }
    return bytes
  }

  /// A whole number of 64 bits without sign.
  func seed(_ flag: String) throws(UsageError) -> UInt64? {
    guard let text = values[flag] else { return nil }
    guard let value = UInt64(text) else {
      throw UsageError("\(name(flag)) takes a whole number from 0 to 2^64 - 1, got \(text)")
    }
    return value
  }

  /// A finite number in `range`.
  func float(_ flag: String, in range: Range<Float>) throws(UsageError) -> Float? {
    guard let text = values[flag] else { return nil }
    guard let value = Float(text), range.contains(value) else {
      let upper = range.upperBound == .infinity ? "" : " and below \(range.upperBound)"
      throw UsageError("\(name(flag)) takes a number of at least \(range.lowerBound)\(upper), got \(text)")
    }
    return value
  }

  /// One of a list of words.
  func choice(_ flag: String, of words: [String]) throws(UsageError) -> String? {
    guard let text = values[flag] else { return nil }
    guard words.contains(text) else {
      throw UsageError("\(name(flag)) takes \(words.alternatives), got \(text)")
    }
    return text
  }

  /// One of some kinds, by its word.
  func choice<Kind: RawRepresentable<String>>(_ flag: String, of kinds: [Kind]) throws(UsageError) -> Kind? {
    try choice(flag, of: kinds.map(\.rawValue)).flatMap(Kind.init)
  }

  /// Refuses words that belong to no flag.
  func refusePositionals() throws(UsageError) {
    if let word = positionals.first { throw UsageError("unexpected argument \(word): every value follows a flag") }
  }
}
