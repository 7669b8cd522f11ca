import Files
import FoundationEssentials
import KerasFiles

/// The JSON object that a safetensors file begins with: a key for each tensor, and one for the metadata.
///
/// Of JSON, the format takes a part: an object that begins at once, with each key once in it, strings, and whole numbers in
/// digits.
struct SafetensorsHeader: Decodable {
  struct Tensor: Decodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  /// The strings under `__metadata__`.
  private(set) var metadata: [String: String] = [:]
  /// The tensors by name.
  private(set) var tensors: [(String, Tensor)] = []

  /// A tensor's lists are in its object, which is in the header's.
  private static let deepest = 3

  /// Reads the header that is all of `bytes`, which stand at byte 8 of the file at `path`.
  ///
  /// - Throws: `FileError`, malformed, with the byte of the file where the trouble is.
  static func read(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> SafetensorsHeader {
    func refusal(_ place: Int, _ message: String) -> FileError {
      FileError(.malformed, path, offset: 8 + place, "the safetensors header \(message)")
    }
    guard bytes.first == UInt8(ascii: "{") else {
      throw refusal(0, "does not begin with {, as the format has it: write it with a safetensors library")
    }
    // Foundation takes JSON in other codes of Unicode as well.
    guard String(validating: bytes, as: UTF8.self) != nil else { throw refusal(0, "is not in UTF-8") }
    var (depth, number) = (0, 0 as Int?)
    for token in JSONTokens(bytes) {
      switch token.kind {
      case .opening:
        (depth, number) = (depth + 1, 0)
        guard depth <= deepest else { throw refusal(token.offset, "has lists in lists, expected none") }
      case .closing: depth -= 1
      case .key, .string: break
      case .other(let byte):
        guard isPlain(byte) else {
          throw refusal(
            token.offset,
            "has \(Unicode.Scalar(byte)) outside of strings, expected names, lists and whole numbers in digits")
        }
        number = append(byte, to: number)
        guard number != nil else {
          throw refusal(token.offset, "has a number beyond 2^63, expected what a file may have")
        }
      }
    }
    if let (key, offset) = JSONTokens.repeatedKey(in: bytes) {
      throw refusal(offset, "has the name \(key) twice, expected each once")
    }
    do {
      return try JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes))
    } catch {
      throw refusal(0, "cannot be read: \(explain(error))")
    }
  }

  /// The number that goes on with a digit, or ends with another byte; nil where it is none of ours.
  private static func append(_ byte: UInt8, to number: Int?) -> Int? {
    guard let number, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return 0 }
    let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
    let (sum, overflows) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
    return isTooLarge || overflows ? nil : sum
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: true
    default: false
    }
  }

  private static func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  // MARK: - Decoding

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors.append((key.stringValue, try container.decode(Tensor.self, forKey: key)))
      }
    }
  }
}
