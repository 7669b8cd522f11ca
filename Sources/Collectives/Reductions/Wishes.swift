/// What a rank would have all ranks do after a step. It travels with the step's gradient, without a message more.
public struct Wishes: OptionSet, Sendable {
  /// A bit for each wish; few enough that a float holds them.
  public let rawValue: UInt8

  /// See `OptionSet`.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// To leave off.
  public static let stop = Wishes(rawValue: 1)
  /// To write a checkpoint.
  public static let checkpoint = Wishes(rawValue: 2)

  /// Each of them alone.
  static let all: [Wishes] = [.stop, .checkpoint]
}
