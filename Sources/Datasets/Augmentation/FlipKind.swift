/// Which training images are mirrored left to right.
///
/// In files it is `true` for random ones and `false` for none, as it was when there were no others.
public enum FlipKind: String, CaseIterable, Sendable, FormerSwitch {
  /// None.
  case none
  /// Every other one, on average: each epoch draws anew.
  case random
  /// In epoch 0 those that `random` mirrors there, in each further epoch those that were not mirrored in the one before: two
  /// epochs in a row show every image from both sides (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024).
  case alternate

  /// None.
  public static let off = none
  /// Every other one, at random.
  public static let on = random
  /// A flip.
  public static let noun = "flip"
}
