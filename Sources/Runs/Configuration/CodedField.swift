/// One field of a value that is read and written by name. What a file does not speak of, because it was written before that
/// could be chosen, stays as it is in the value that is read into: the default.
struct CodedField<Owner>: Sendable {
  /// As it is called in Swift; files have it in snake case.
  let name: String
  /// What it holds, for people.
  let text: @Sendable (Owner) -> String
  fileprivate let read: @Sendable (KeyedDecodingContainer<FieldName>, inout Owner) throws -> Void
  fileprivate let write: @Sendable (Owner, inout KeyedEncodingContainer<FieldName>) throws -> Void

  /// A field that always holds something.
  init<Value: Codable & Sendable>(_ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable) {
    self.name = name
    text = { "\($0[keyPath: path])" }
    read = { fields, owner in
      if let found = try fields.decodeIfPresent(Value.self, forKey: FieldName(stringValue: name)) {
        owner[keyPath: path] = found
      }
    }
    write = { try $1.encode($0[keyPath: path], forKey: FieldName(stringValue: name)) }
  }

  /// A field that files lack where it holds nothing.
  init<Value: Codable & Sendable>(_ name: String, _ path: WritableKeyPath<Owner, Value?> & Sendable) {
    self.name = name
    text = { $0[keyPath: path].map { "\($0)" } ?? "none" }
    read = { fields, owner in
      if let found = try fields.decodeIfPresent(Value.self, forKey: FieldName(stringValue: name)) {
        owner[keyPath: path] = found
      }
    }
    write = { try $1.encodeIfPresent($0[keyPath: path], forKey: FieldName(stringValue: name)) }
  }

  /// A field of a part of the value: files have it beside the value's own.
  init<Part>(_ field: CodedField<Part>, of path: WritableKeyPath<Owner, Part> & Sendable) {
    name = field.name
    text = { field.text($0[keyPath: path]) }
    read = { try field.read($0, &$1[keyPath: path]) }
    write = { try field.write($0[keyPath: path], &$1) }
  }
}

/// A field's name as a key.
struct FieldName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue name: String) { stringValue = name }
  init?(intValue: Int) { nil }
}

/// A value that consists of coded fields.
protocol FieldCoded {
  /// All of them.
  static var fields: [CodedField<Self>] { get }
}

extension FieldCoded {
  /// Replaces what a file speaks of.
  mutating func read(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: FieldName.self)
    for field in Self.fields { try field.read(container, &self) }
  }

  /// Writes all fields.
  func write(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: FieldName.self)
    for field in Self.fields { try field.write(self, &container) }
  }
}
