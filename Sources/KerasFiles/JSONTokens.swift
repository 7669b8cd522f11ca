import FoundationEssentials

/// The tokens of a JSON text, one after the other, for what Foundation's decoder says nothing of: it keeps one of two equal keys.
///
/// What is no JSON is for the decoder to refuse; here it gives tokens of some kind. Nothing is called again within itself, however
/// deep a text nests.
package struct JSONTokens: Sequence, IteratorProtocol {
  /// A token, and where it begins.
  package struct Token {
    /// What it is.
    package enum Kind {
      /// An object or a list begins, or ends.
      case opening, closing
      /// A key, without the quotes around it: as it is written.
      case key(Range<Int>)
      /// A string that is no key.
      case string
      /// A byte outside of strings: a comma, a digit.
      case other(UInt8)
    }

    package let kind: Kind
    package let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private var place = 0
  /// Whether each of the objects and lists that are open is an object.
  private var areObjects: [Bool] = []
  private var isKeyNext = false

  /// Reads `bytes`, which must outlive this.
  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next token; nil at the end.
  package mutating func next() -> Token? {
    guard place < bytes.count else { return nil }
    let (start, byte) = (place, bytes[place])
    place += 1
    switch byte {
    case UInt8(ascii: "\""):
      while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
        place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      let end = Swift.min(place, bytes.count)
      place = end + 1
      defer { isKeyNext = false }
      return Token(kind: isKeyNext ? .key(start + 1..<end) : .string, offset: start)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      isKeyNext = byte == UInt8(ascii: "{")
      areObjects.append(isKeyNext)
      return Token(kind: .opening, offset: start)
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      isKeyNext = false
      _ = areObjects.popLast()
      return Token(kind: .closing, offset: start)
    default:
      if byte == UInt8(ascii: ",") { isKeyNext = areObjects.last ?? false }
      return Token(kind: .other(byte), offset: start)
    }
  }

  /// The first key that an object has for the second time, and where; nil where each object has each key once.
  ///
  /// Keys are equal where Swift's strings are: in whichever of Unicode's ways a letter is spelled, and escaped or not.
  package static func repeatedKey(in bytes: UnsafeRawBufferPointer) -> (key: String, offset: Int)? {
    var keys: [Set<String>] = []
    for token in JSONTokens(bytes) {
      switch token.kind {
      case .opening: keys.append([])
      case .closing: _ = keys.popLast()
      case .key(let range):
        let key = text(UnsafeRawBufferPointer(rebasing: bytes[range]))
        guard !keys.isEmpty, keys[keys.count - 1].insert(key).inserted else { return (key, token.offset) }
      case .string, .other: break
      }
    }
    return nil
  }

  /// The first byte outside of strings that stands nowhere in JSON, such as that of a comment, in words; nil for none. The decoder
  /// does not say what it stumbled over.
  package static func strayByte(in bytes: UnsafeRawBufferPointer) -> String? {
    guard !bytes.isEmpty else { return "it is empty" }
    let known = Set("{}[],:+-.0123456789eEtrufalsn \t\n\r".utf8)
    for token in JSONTokens(bytes) {
      if case .other(let byte) = token.kind, !known.contains(byte) {
        let character = 0x20..<0x7F ~= byte ? "`\(Character(UnicodeScalar(byte)))`" : "byte \(byte)"
        return "\(character) at byte \(token.offset) stands nowhere in JSON outside of quotes"
      }
    }
    return nil
  }

  /// What a string in quotes says.
  private static func text(_ written: UnsafeRawBufferPointer) -> String {
    let plain = String(decoding: written, as: UTF8.self)
    guard written.contains(UInt8(ascii: "\\")) else { return plain }
    return (try? JSONDecoder().decode(String.self, from: Data("\"\(plain)\"".utf8))) ?? plain
  }
}
