import FoundationEssentials

/// Any JSON value, for documents whose fields are not known before they are read.
public indirect enum JSONValue: Codable, Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number; whole ones are exact up to 2^53.
  case number(Double)
  /// A string.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Fields by name.
  case object([String: JSONValue])

  /// Reads whatever is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let values = try? container.decode([JSONValue].self) {
      self = .array(values)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes it as it is; whole numbers have no point.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if let whole = Int(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let fields): try container.encode(fields)
    }
  }

  /// The longest document, 16 MiB: a network of as many layers as there may be takes less, and what is read up to forty times
  /// as much.
  package static let longest = 1 << 24

  /// Reads a document.
  ///
  /// - Throws: `ModelFormatError` when `bytes` are no JSON, too many, or have an object with two values for one key.
  public init(json bytes: some Sequence<UInt8>) throws(ModelFormatError) {
    let data = Data(bytes.prefix(Self.longest + 1))
    guard data.count <= Self.longest else {
      throw ModelFormatError("", "has more than \(Self.longest) bytes, which is no network's description")
    }
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: data)
    } catch DecodingError.dataCorrupted(let context) {
      let stray = data.withUnsafeBytes { JSONTokens.strayByte(in: $0) }
      throw ModelFormatError("", "is no JSON document: \(stray ?? context.debugDescription)")
    } catch DecodingError.typeMismatch(_, let context) {
      // Whatever else there is has a kind.
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw ModelFormatError("", "is no JSON document: \(place.isEmpty ? "it" : place) holds a number beyond 1.8e308")
    } catch {
      throw ModelFormatError("", "is no JSON document: \(error)")
    }
    if let (key, offset) = data.withUnsafeBytes({ JSONTokens.repeatedKey(in: $0) }) {
      throw ModelFormatError("", "byte \(offset) gives \(key) a second value, expected one for each key of an object")
    }
  }

  /// The document over several lines, its keys sorted, so that equal values give equal text.
  ///
  /// - Throws: `ModelFormatError` when a number is not finite: JSON has no word for it.
  public func document() throws(ModelFormatError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch {
      throw ModelFormatError("", "cannot be written as JSON: \(error)")
    }
  }

  /// Where two values first differ, as `layers[1].units: 10, not 12`; nil where they are equal.
  public func difference(from other: JSONValue, path: String = "") -> String? {
    if self == other { return nil }
    switch (self, other) {
    case (.object(let ours), .object(let theirs)):
      return Set(ours.keys).union(theirs.keys).sorted().lazy.compactMap { key in
        (ours[key] ?? .null).difference(from: theirs[key] ?? .null, path: path.isEmpty ? key : "\(path).\(key)")
      }.first
    case (.array(let ours), .array(let theirs)) where ours.count == theirs.count:
      return zip(ours, theirs).enumerated().lazy.compactMap { index, pair in
        pair.0.difference(from: pair.1, path: "\(path)[\(index)]")
      }.first
    case (.array(let ours), .array(let theirs)):
      return "\(path) has \(ours.count) elements, not \(theirs.count)"
    default: return "\(path): \(self), not \(other)"
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// On one line, long lists and objects cut short: for messages.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .string(let value): value
    case .array(let values): values.count > 8 ? "a list" : "[\(values.map(\.description).joined(separator: ", "))]"
    case .object(let fields): fields["class_name"].map { "\($0)" } ?? "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A list.
  public init(arrayLiteral values: JSONValue...) { self = .array(values) }
  /// Fields by name; the last of equal names counts.
  public init(dictionaryLiteral fields: (String, JSONValue)...) {
    self = .object(Dictionary(fields) { $1 })
  }

  /// A whole number.
  init(_ value: Int) { self = .number(Double(value)) }

  /// A number with the digits that tell `value` from every other `Float`: 0.2, not 0.200000003.
  init(_ value: Float) { self = .number(Double("\(value)") ?? Double(value)) }
}
