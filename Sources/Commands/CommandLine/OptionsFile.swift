import Files
import FoundationEssentials
import KerasFiles
import Runs

/// Options in a JSON file, as `--config` names it: `{"epochs": 25, "flip": true, "metrics": ["accuracy", "auc"]}`.
///
/// Its fields are flags without their dashes; `_` does for `-`. `true` gives a switch, or an option that may be without a
/// value; `false` and `null` leave one out. A list is what has commas between on a command line, and an object what is
/// `NAME=VALUE` there.
struct OptionsFile {
  /// What the file is called in messages.
  let source: String
  private let fields: [String: Field]

  /// What a field holds, numbers in the digits that tell them from all others of their kind.
  private indirect enum Field: Decodable {
    case nothing
    case toggle(Bool)
    case text(String)
    case list([Field])
    case names([String: Field])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .nothing
      } else if let value = try? container.decode(Bool.self) {
        self = .toggle(value)
      } else if let value = try? container.decode(UInt64.self) {
        self = .text("\(value)")  // a seed has more digits than a double holds
      } else if let value = try? container.decode(Int64.self) {
        self = .text("\(value)")
      } else if let value = try? container.decode(Double.self) {
        self = .text("\(value)")
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else if let values = try? container.decode([Field].self) {
        self = .list(values)
      } else {
        self = .names(try container.decode([String: Field].self))
      }
    }

    /// Whether it is a list of objects, which stands on a command line as JSON.
    var isListOfObjects: Bool {
      guard case .list(let values) = self, !values.isEmpty else { return false }
      return values.allSatisfy { if case .names = $0 { true } else { false } }
    }

    /// The value as JSON, its numbers as they were written.
    var json: JSONValue {
      switch self {
      case .nothing: .null
      case .toggle(let value): .bool(value)
      case .text(let text): .string(text)
      case .list(let values): .array(values.map(\.json))
      case .names(let values): .object(values.mapValues(\.json))
      }
    }

    /// The value as it stands on a command line; nil for one that has no form there.
    func words(separator: String) -> String? {
      switch self {
      case .nothing, .toggle: return nil
      case .text(let text): return text
      case .list(let values):
        let words = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        return words.count == values.count ? words.joined(separator: separator) : nil
      case .names(let values):
        // Steps in their order: a dictionary has none.
        let names = values.keys.sorted { ($0.count, $0) < ($1.count, $1) }
        let pairs = names.compactMap { name in values[name]?.words(separator: "").map { "\(name)=\($0)" } }
        return pairs.count == values.count ? pairs.joined(separator: ",") : nil
      }
    }
  }

  /// More is nothing that a user wrote.
  private static let largest = 1 << 20

  /// Reads the file at `path`, which may be a pipe.
  ///
  /// - Throws: `UsageError` where it cannot be read, or is no JSON object.
  init(_ path: String) throws(UsageError) {
    try self.init(Self.text(path, of: "list of options"), source: "--config \(path)")
  }

  /// The text of the file at `path`, which may be a pipe.
  ///
  /// - Parameters:
  ///   - noun: what it holds, for the words of errors.
  ///   - option: the flag that names it.
  /// - Throws: `UsageError` where it cannot be read, or is too large.
  static func text(_ path: String, of noun: String, option: String = "--config") throws(UsageError) -> String {
    guard let text = SystemFile.text(path, limit: largest + 1) else {
      throw UsageError("\(option) \(path): \(FileError.system(path, "cannot be read").message)")
    }
    guard text.utf8.count <= largest else {
      throw UsageError("\(option) \(path): is larger than 1 MiB, which is no \(noun)")
    }
    guard !text.contains("\u{FFFD}") else {
      throw UsageError("\(option) \(path): holds bytes that are no text in UTF-8: save it as that")
    }
    return text
  }

  /// Reads the text of a file, or a part of one, that is called `source`.
  ///
  /// - Throws: `UsageError` where it is no JSON object.
  init(_ bytes: String, source: String) throws(UsageError) {
    self.source = source
    fields = try Self.decode(
      [String: Field].self, bytes, source: source, "object of options, such as {\"epochs\": 25, \"flip\": true}")
    guard fields["experiment"] == nil else {
      throw UsageError(
        "\(source): is what a run was trained with, not options: to go on with the run take --run and --resume")
    }
  }

  /// Reads a list of such objects, each of which is called `source` with its number.
  ///
  /// - Throws: `UsageError` where it is none.
  static func list(_ text: String, source: String) throws(UsageError) -> [OptionsFile] {
    let rules = try decode(
      [[String: Field]].self, text, source: source, "list of objects, such as [{\"match\": \"*/bias\"}]")
    return rules.enumerated().map { OptionsFile(source: "\(source): rule \($0 + 1)", fields: $1) }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ text: String, source: String, _ expected: String
  ) throws(UsageError) -> Value {
    // A byte order mark says nothing.
    let data = Data((text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text).utf8)
    let value: Value
    do {
      value = try JSONDecoder().decode(type, from: data)
    } catch {
      throw UsageError("\(source): is no JSON \(expected) (\(reason(error, data)))")
    }
    // The decoder would keep one of two values and say nothing.
    if let (key, offset) = data.withUnsafeBytes({ JSONTokens.repeatedKey(in: $0) }) {
      throw UsageError("\(source): byte \(offset) gives \(key) a second value, expected one")
    }
    return value
  }

  private init(source: String, fields: [String: Field]) {
    (self.source, self.fields) = (source, fields)
  }

  private static func reason(_ error: any Error, _ data: Data) -> String {
    switch error {
    case DecodingError.dataCorrupted(let context):
      data.withUnsafeBytes { JSONTokens.strayByte(in: $0) } ?? context.debugDescription
    case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty:
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another kind, or a number beyond 1.8e308"
    default: "it begins with something else"
    }
  }

  /// What the file says, by flag.
  ///
  /// - Parameters:
  ///   - options: those of the command.
  ///   - command: its name, for the words of errors.
  ///   - strangers: options that mean nothing to it, and are passed over.
  /// - Throws: `UsageError` for a field that is no option, or whose value is none of its kind.
  func given(
    for options: [Option], of command: String, besides strangers: [Option] = []
  ) throws(UsageError) -> GivenOptions {
    var given = GivenOptions()
    for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
      let flag = Self.flag(name)
      let others = options.filter { $0.flag != Request.configOption.flag }
      guard let option = others.first(where: { $0.flag == flag }) else {
        if strangers.contains(where: { $0.flag == flag }) { continue }
        let known = others.map { String($0.flag.dropFirst(2)) }
        throw UsageError(
          "\(source): \(name) is no option of \(command)\(Suggestion.words(for: name, among: known))")
      }
      let value: String
      switch field {
      case .nothing: continue
      case .toggle(false):
        given.deny(flag)
        continue
      case .toggle(true):
        guard option.value == nil || option.standard != nil else {
          throw UsageError("\(source): \(name) needs a value (\(option.words)), found true")
        }
        value = option.standard ?? ""
      case .text, .list, .names:
        guard option.value != nil else {
          throw UsageError("\(source): \(name) is a switch and takes true or false")
        }
        let separator = flag == "--input-shape" ? "x" : ","
        // One rule alone is a list of one.
        let isRule = if case .names = field { flag == ParameterRuleOptions.option.flag } else { false }
        guard let words = try words(of: isRule ? .list([field]) : field, separator: separator), !words.isEmpty else {
          throw UsageError("\(source): \(name) holds what is no value (\(option.words))")
        }
        guard !words.contains("\0") else { throw UsageError("\(source): \(name) holds a NUL, which no value has") }
        value = words
      }
      guard given.give(flag, value) else { throw UsageError("\(source): \(flag.dropFirst(2)) is given twice") }
    }
    return given
  }

  private static func flag(_ name: String) -> String { "--\(name.replacing("_", with: "-"))" }

  private func words(of field: Field, separator: String) throws(UsageError) -> String? {
    guard field.isListOfObjects else { return field.words(separator: separator) }
    do {
      return try field.json.document()
    } catch {
      throw UsageError("\(source): \(error)")
    }
  }
}
