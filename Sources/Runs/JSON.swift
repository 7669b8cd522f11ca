import FoundationEssentials
import KerasFiles

/// The one way in which we write and read JSON: keys in snake case and sorted, so that equal values give equal bytes.
///
/// JSON has no word for the losses of a run that diverged. They are the strings "NaN", "Infinity" and "-Infinity", which
/// Python's `float` and JavaScript's `Number` turn back into numbers.
package enum JSON {
  private static let (infinity, nan) = ("Infinity", "NaN")

  /// `value` on one line.
  package static func line(_ value: some Encodable) throws -> String {
    try encode(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  /// `value` over several lines, for people.
  package static func document(_ value: some Encodable) throws -> String {
    try encode(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]) + "\n"
  }

  /// The value that `text` describes.
  ///
  /// - Throws: `JSONFlaw` with what is wrong, and where.
  package static func decode<T: Decodable>(_ type: T.Type, _ text: some StringProtocol) throws(JSONFlaw) -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: "-\(infinity)", nan: nan)
    let data = Data(text.utf8)
    let value: T
    do {
      value = try decoder.decode(type, from: data)
    } catch let error as DecodingError {
      throw JSONFlaw(error, in: data)
    } catch {
      throw JSONFlaw("\(error)")
    }
    // The decoder would keep one of two values and say nothing.
    if let (key, offset) = data.withUnsafeBytes({ JSONTokens.repeatedKey(in: $0) }) {
      throw JSONFlaw(repeated: key, at: offset)
    }
    return value
  }

  private static func encode(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: "-\(infinity)", nan: nan)
    encoder.outputFormatting = formatting
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
