/// Takes the fields of a JSON object one by one. What was not taken in the end is refused, so that no option of a model
/// file is passed over in silence.
public struct ConfigurationReader {
  /// Where the object stands in its document.
  public let path: String
  /// How many axes one sample has where the layer gets it; nil where that is not known.
  public let inputRank: Int?
  private var fields: [String: JSONValue]

  /// The largest count that a file may ask for: layers compute with products of such numbers.
  public static let largestCount = 1 << 20

  /// Reads `value`, which stands at `path`.
  ///
  /// - Throws: `ModelFormatError` when it is no object.
  public init(_ value: JSONValue?, path: String, inputRank: Int? = nil) throws(ModelFormatError) {
    guard case .object(let fields) = value else {
      throw ModelFormatError(path, "\(value?.description ?? "nothing") is not supported, expected an object")
    }
    self.path = path
    self.inputRank = inputRank
    self.fields = fields
  }

  /// Where a field stands in the document.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The error for a value that cannot be.
  public func refusal(_ key: String, _ found: JSONValue?, expected: String) -> ModelFormatError {
    ModelFormatError(path(of: key), "\(found?.description ?? "nothing") is not supported, expected \(expected)")
  }

  // MARK: - Taking fields

  /// Whether the field is there and not yet taken.
  public func has(_ key: String) -> Bool { fields[key] != nil }

  /// Whether the field is there, not yet taken, and not null.
  public func hasValue(_ key: String) -> Bool { fields[key] != nil && fields[key] != .null }

  /// Any value; nil where there is none.
  public mutating func value(_ key: String) -> JSONValue? { fields.removeValue(forKey: key) }

  /// A string; `standard` where the field is not there.
  public mutating func string(_ key: String, or standard: String? = nil) throws(ModelFormatError) -> String {
    switch (value(key), standard) {
    case (.string(let text), _): return text
    case (nil, let standard?): return standard
    case (let found, _): throw refusal(key, found, expected: "a string")
    }
  }

  /// `true` or `false`; `standard` where the field is not there.
  public mutating func bool(_ key: String, or standard: Bool) throws(ModelFormatError) -> Bool {
    switch value(key) {
    case .bool(let flag): return flag
    case nil: return standard
    case let found: throw refusal(key, found, expected: "true or false")
    }
  }

  /// A whole number in `range`; `standard` where the field is not there.
  public mutating func integer(
    _ key: String, in range: ClosedRange<Int> = 1...largestCount, or standard: Int? = nil
  ) throws(ModelFormatError) -> Int {
    let found = value(key)
    if found == nil, let standard { return standard }
    guard let number = Self.integer(found), range.contains(number) else {
      throw refusal(key, found, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number in `range`; `standard` where the field is not there.
  public mutating func float(
    _ key: String, in range: Range<Float> = -.greatestFiniteMagnitude..<(.infinity), or standard: Float? = nil
  ) throws(ModelFormatError) -> Float {
    let found = value(key)
    if found == nil, let standard { return standard }
    guard case .number(let number) = found, range.contains(Float(number)) else {
      let upper = range.upperBound == .infinity ? "" : " and below \(range.upperBound)"
      let lower = range.lowerBound == -.greatestFiniteMagnitude ? "" : " of at least \(range.lowerBound)"
      throw refusal(key, found, expected: "a number\(lower)\(upper)")
    }
    return Float(number)
  }

  /// As many whole numbers as there are axes, each in `range`; a single number stands for all axes.
  public mutating func extents(
    _ key: String, axes: Int, in range: ClosedRange<Int> = 1...1 << 16, or standard: Int? = nil
  ) throws(ModelFormatError) -> [Int] {
    let found = value(key)
    if found == nil, let standard { return [Int](repeating: standard, count: axes) }
    let numbers =
      if case .array(let values) = found {
        values.compactMap(Self.integer)
      } else {
        Self.integer(found).map { [Int](repeating: $0, count: axes) } ?? []
      }
    guard numbers.count == axes, numbers.allSatisfy(range.contains) else {
      throw refusal(
        key, found,
        expected: "\(axes) whole number\(axes == 1 ? "" : "s") from \(range.lowerBound) to \(range.upperBound)")
    }
    return numbers
  }

  /// One of the words of `Word`; `standard` where the field is not there.
  public mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, or standard: Word? = nil
  ) throws(ModelFormatError) -> Word {
    let found = value(key)
    if found == nil, let standard { return standard }
    guard case .string(let text) = found, let word = Word(rawValue: text) else {
      throw refusal(key, found, expected: Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  // MARK: - Fields without effect

  /// Takes a field that changes nothing as long as it has the one value that we know; it may also be missing.
  public mutating func require(_ key: String, _ expected: JSONValue) throws(ModelFormatError) {
    guard let found = value(key) else { return }
    guard found == expected else { throw refusal(key, found, expected: expected.description) }
  }

  /// Takes fields that must be null or missing.
  public mutating func requireNull(_ keys: String...) throws(ModelFormatError) {
    for key in keys { try require(key, .null) }
  }

  /// Takes fields that change no number, whatever they say.
  public mutating func ignore(_ keys: String...) {
    for key in keys { fields[key] = nil }
  }

  /// Refuses what was not taken.
  public func finish() throws(ModelFormatError) {
    guard let key = fields.keys.min(), let found = fields[key] else { return }
    throw ModelFormatError(path(of: key), "\(found) is not supported, we do not have this option")
  }

  private static func integer(_ value: JSONValue?) -> Int? {
    if case .number(let number) = value { Int(exactly: number) } else { nil }
  }
}
