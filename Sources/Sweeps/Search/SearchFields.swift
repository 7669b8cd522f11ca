import KerasFiles
import Runs

/// The fields of a sweep's file, taken one by one, so that those are found which nobody knows.
struct SearchFields {
  /// The file, for messages.
  let path: String
  private let all: [String: JSONValue]
  private var taken: Set<String> = []

  /// Whole numbers beyond have digits that a double does not hold.
  static let largest = 1 << 53

  /// The fields of `value`, what the file at `path` holds.
  ///
  /// - Throws: `UsageError` where it holds something else.
  init(_ value: JSONValue, of path: String) throws(UsageError) {
    self.path = path
    guard case .object(let fields) = value else {
      throw UsageError("\(path): holds no object of fields, such as {\"train\": …, \"grid\": …}, but \(value)")
    }
    all = fields
  }

  /// The value of `name`; nil where there is none.
  mutating func take(_ name: String) -> JSONValue? {
    taken.insert(name)
    return all[name] == .null ? nil : all[name]
  }

  /// A whole number in `range`.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let value = take(name) else { return nil }
    guard let number = Self.whole(value), range.contains(number) else {
      throw refusal(name, "takes a whole number from \(range.lowerBound) to \(range.upperBound)", value)
    }
    return number
  }

  /// An object of options, by their names on a command line.
  mutating func names(_ name: String) throws(UsageError) -> [String: JSONValue]? {
    guard let value = take(name) else { return nil }
    return try names(of: value, at: name)
  }

  /// The same of a `value` that stands at `place`.
  func names(of value: JSONValue, at place: String) throws(UsageError) -> [String: JSONValue] {
    guard case .object(let fields) = value else { throw refusal(place, "takes an object of options", value) }
    var options: [String: JSONValue] = [:]
    for (name, value) in fields {
      let option = name.replacing("_", with: "-")
      guard options[option] == nil else { throw UsageError("\(path): \(place).\(option) is given twice") }
      if case .number(let number) = value, number.magnitude > Double(Self.largest), number == number.rounded() {
        throw UsageError("\(path): \(place).\(option) is a number of more digits than are kept: write it in quotes")
      }
      options[option] = value
    }
    return options
  }

  /// The document, its options by their names on a command line.
  ///
  /// - Throws: `UsageError` for a field that nobody has taken.
  func finish() throws(UsageError) -> JSONValue {
    if let name = all.keys.sorted().first(where: { !taken.contains($0) }) {
      throw UsageError("\(path): there is no field \(name)\(Suggestion.words(for: name, among: taken.sorted()))")
    }
    return Self.renamed(.object(all))
  }

  /// What `place` takes, and what was found there.
  func refusal(_ place: String, _ expectation: String, _ found: JSONValue) -> UsageError {
    UsageError("\(path): \(place) \(expectation), found \(found)")
  }

  /// A whole number that is exact.
  static func whole(_ value: JSONValue) -> Int? {
    guard case .number(let number) = value, number.magnitude <= Double(largest) else { return nil }
    return Int(exactly: number)
  }

  private static func renamed(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let fields):
      .object(Dictionary(fields.map { ($0.key.replacing("_", with: "-"), renamed($0.value)) }) { first, _ in first })
    case .array(let values): .array(values.map(renamed))
    default: value
    }
  }
}
