/// Over what numbers the mean is to be 0 and the standard deviation 1.
///
/// In files it is `true` for channels and `false` for nothing, as it was when there were no others.
public enum NormalizationKind: String, CaseIterable, Codable, Sendable, ExpressibleByBooleanLiteral {
  /// Over none: samples are taken as they are.
  case none
  /// Over each channel of all training samples.
  case channel
  /// Over each place of the training samples by itself, as scikit-learn's `StandardScaler` does.
  case feature
  /// Over each channel of each sample by itself, as the series of the UCR archive are.
  case sample

  /// `true` is channels.
  public init(booleanLiteral isOn: Bool) { self = isOn ? .channel : .none }

  /// Whether training samples must be measured first.
  public var isMeasured: Bool { self == .channel || self == .feature }

  /// Reads a kind, or whether there is one.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let isOn = try? value.decode(Bool.self) {
      self = isOn ? .channel : .none
    } else {
      let word = try value.decode(String.self)
      guard let kind = Self(rawValue: word) else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "there is no normalization by \(word)")
      }
      self = kind
    }
  }

  /// Writes what older versions read, where they can do it.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .none: try value.encode(false)
    case .channel: try value.encode(true)
    case .feature, .sample: try value.encode(rawValue)
    }
  }
}
