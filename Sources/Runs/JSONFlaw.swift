import FoundationEssentials
import KerasFiles

/// What is wrong with a text that should have been JSON of some form, as a clause: `momentum is no number`.
package struct JSONFlaw: Error, CustomStringConvertible {
  package let description: String

  /// A flaw in such words.
  init(_ description: String) { self.description = description }

  /// What the decoder found in `data`.
  init(_ error: DecodingError, in data: Data) {
    description =
      switch error {
      case .keyNotFound(let key, let context):
        "\(Self.place(context.codingPath) ?? "it") has no \(Self.word(key.stringValue))"
      case .valueNotFound(let type, let context):
        "\(Self.place(context.codingPath) ?? "it") is null, expected \(Self.words(for: type))"
      case .typeMismatch(let type, let context):
        "\(Self.place(context.codingPath) ?? "it") is no \(Self.words(for: type))"
      case .dataCorrupted(let context):
        if let place = Self.place(context.codingPath) {
          "\(place): \(context.debugDescription)"
        } else {
          data.withUnsafeBytes { JSONTokens.strayByte(in: $0) } ?? context.debugDescription
        }
      @unknown default: "\(error)"
      }
  }

  /// A `key` that stands twice, the second time before the byte at `offset`.
  init(repeated key: String, at offset: Int) {
    description = "byte \(offset) gives \(key) a second value, expected one"
  }

  /// Where it is, in the keys of the file: `experiment.rules[2].momentum`; nil for the whole.
  private static func place(_ path: [any CodingKey]) -> String? {
    let place = path.reduce("") { place, key in
      place + (key.intValue.map { "[\($0)]" } ?? (place.isEmpty ? "" : ".") + word(key.stringValue))
    }
    return place.isEmpty ? nil : place
  }

  /// The decoder says `learningRate` where the file says `learning_rate`.
  private static func word(_ key: String) -> String {
    key.reduce("") { $1.isUppercase ? "\($0)_\($1.lowercased())" : "\($0)\($1)" }
  }

  private static func words(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "string"
    case is Bool.Type: "true or false"
    case is any FixedWidthInteger.Type: "whole number"
    case is any BinaryFloatingPoint.Type: "number"
    case is [Any].Type: "list"
    default: "object"
    }
  }
}
