/// What was once there or not, and has kinds now: in files it is still `true` for the kind that there was, and `false` for none,
/// so that older versions read them; other kinds are words.
public protocol FormerSwitch: RawRepresentable<String>, Codable, ExpressibleByBooleanLiteral {
  /// What `false` says.
  static var off: Self { get }
  /// What `true` says.
  static var on: Self { get }
  /// What there are kinds of, in messages: `flip`.
  static var noun: String { get }
}

extension FormerSwitch where BooleanLiteralType == Bool {
  /// What there was before there were kinds, or nothing.
  public init(booleanLiteral isOn: Bool) { self = isOn ? .on : .off }

  /// Reads a kind, or whether there is one.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let isOn = try? value.decode(Bool.self) {
      self = isOn ? .on : .off
    } else {
      let word = try value.decode(String.self)
      guard let kind = Self(rawValue: word) else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "there is no \(Self.noun) by \(word)")
      }
      self = kind
    }
  }

  /// Writes what older versions read, where they can do it.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if [Self.off.rawValue, Self.on.rawValue].contains(rawValue) {
      try value.encode(rawValue == Self.on.rawValue)
    } else {
      try value.encode(rawValue)
    }
  }
}
