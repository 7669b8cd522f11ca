/// Which training images are mirrored left to right.
///
/// In files it is `true` for random ones and `false` for none, as it was when there were no others.
public enum FlipKind: String, CaseIterable, Codable, Sendable, ExpressibleByBooleanLiteral {
  /// None.
  case none
  /// Every other one, on average: each epoch draws anew.
  case random
  /// In epoch 0 those that `random` mirrors there, in each further epoch those that were not mirrored in the one before: two
  /// epochs in a row show every image from both sides (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024).
  case alternate

  /// `true` is random.
  public init(booleanLiteral isOn: Bool) { self = isOn ? .random : .none }

  /// Reads a kind, or whether there is one.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let isOn = try? value.decode(Bool.self) {
      self = isOn ? .random : .none
    } else {
      let word = try value.decode(String.self)
      guard let kind = Self(rawValue: word) else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "there is no flip of the kind \(word)")
      }
      self = kind
    }
  }

  /// Writes what older versions read, where they can do it.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .none: try value.encode(false)
    case .random: try value.encode(true)
    case .alternate: try value.encode(rawValue)
    }
  }
}
