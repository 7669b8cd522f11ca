/// What a table of series does not say of itself.
public struct SeriesOptions: Codable, Hashable, Sendable {
  /// What becomes of a value that is missing: an empty field, `?`, NaN, NA or null.
  public enum MissingValues: String, Codable, CaseIterable, Sendable {
    /// It is an error.
    case refused
    /// It is taken for 0.
    case zero
    /// It is taken for the mean of what the training samples have at its step and channel, as far as that is known.
    case mean
    /// It stays what it is, NaN: to be looked at, not to be trained on.
    case kept
  }

  /// The column of targets, by its name in the header, or, in a file without one, by its number from 1, or from -1 for the
  /// last; nil for files that have the target first, and no header, and for `.ts` files.
  public var target: String?
  /// The column that says which rows make one series, a step each, by its name in the header; nil where each row is one.
  public var group: String?
  /// Columns that are passed over, such as time stamps, by their names in the header.
  public var dropped: [String]
  /// What becomes of missing values.
  public var missing: MissingValues
  /// (length, channels): what all series are cut to, or padded to with zeros at their end; nil where all are as long.
  ///
  /// The numbers of a row are those of its first step, then those of its second: NumPy's `reshape(length, channels)`.
  public var shape: [Int]?

  /// What `shape` may be: two extents, with a product that memory can hold.
  public static func isShape(_ shape: [Int]) -> Bool {
    shape.count == 2 && shape.allSatisfy { 1...(1 << 24) ~= $0 } && shape[0] * shape[1] <= 1 << 28
  }

  /// Takes the options, where a shape is one as `isShape` says.
  public init(
    target: String? = nil, group: String? = nil, dropped: [String] = [], missing: MissingValues = .refused,
    shape: [Int]? = nil
  ) {
    precondition(shape.map(Self.isShape) ?? true, "a series has a length and channels")
    (self.target, self.group, self.dropped, self.missing, self.shape) = (target, group, dropped, missing, shape)
  }
}
