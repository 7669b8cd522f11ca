/// Over what numbers the mean is to be 0 and the standard deviation 1.
///
/// In files it is `true` for channels and `false` for nothing, as it was when there were no others.
public enum NormalizationKind: String, CaseIterable, Sendable, FormerSwitch {
  /// Over none: samples are taken as they are.
  case none
  /// Over each channel of all training samples.
  case channel
  /// Over each place of the training samples by itself, as scikit-learn's `StandardScaler` does.
  case feature
  /// Over each channel of each sample by itself, as the series of the UCR archive are.
  case sample

  /// Over none.
  public static let off = none
  /// Over channels.
  public static let on = channel
  /// A normalization.
  public static let noun = "normalization"

  /// Whether training samples must be measured first.
  public var isMeasured: Bool { self == .channel || self == .feature }
}
