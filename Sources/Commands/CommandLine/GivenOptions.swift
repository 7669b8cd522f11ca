/// Options that stand somewhere else than on the command line, by their flags.
struct GivenOptions {
  /// What stands behind each flag: for a switch, nothing.
  private(set) var values: [String: String] = [:]
  /// The switches that are said no to.
  private(set) var denied: Set<String> = []

  /// Nothing.
  init() {}

  /// What stands behind flags.
  init(_ values: [String: String]) { self.values = values }

  /// Says `value` of `flag`; false where that is said already.
  mutating func give(_ flag: String, _ value: String) -> Bool { values.updateValue(value, forKey: flag) == nil }

  /// Says no to a switch.
  mutating func deny(_ flag: String) { denied.insert(flag) }

  /// These options, where `others` say nothing; one of theirs takes the place of all its alternatives.
  ///
  /// - Parameter alternatives: flags of which one is given in the place of another.
  func replaced(by others: GivenOptions, alternatives: [[String]] = []) -> GivenOptions {
    let own = Set(others.values.keys)
    let displaced = alternatives.filter { !own.isDisjoint(with: $0) }.flatMap(\.self)
    let gone = own.union(displaced).union(others.denied)
    var result = others
    result.values.merge(values.filter { !gone.contains($0.key) }) { theirs, _ in theirs }
    result.denied.formUnion(denied.subtracting(gone))
    return result
  }

  /// Those of `flags` alone.
  func only(_ flags: Set<String>) -> GivenOptions {
    var result = self
    result.values = values.filter { flags.contains($0.key) }
    result.denied.formIntersection(flags)
    return result
  }
}
