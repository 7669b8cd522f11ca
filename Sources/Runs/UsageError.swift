/// The user asked for something that cannot be.
public struct UsageError: Error, Equatable, CustomStringConvertible {
  /// One sentence: what was found, what was expected, and what to do.
  public let description: String

  /// Describes the misunderstanding.
  public init(_ description: String) {
    self.description = description
  }
}
