/// How the parameters of some names learn, where it is not as all others do.
public struct ParameterRule: Codable, Hashable, Sendable {
  /// Patterns of names such as `conv2d/kernel`, in which `*` stands for any characters; the last two parts of a name are its
  /// layer and its parameter.
  public var match: [String]
  /// How their gradients turn into steps.
  public var update: UpdateRecipe
  /// The step, counted from 0, from which on they stay as they are; nil for never.
  public var frozenFrom: Int?

  /// A rule for what `match` describes.
  public init(_ match: [String], _ update: UpdateRecipe, frozenFrom: Int? = nil) {
    (self.match, self.update, self.frozenFrom) = (match, update, frozenFrom)
  }

  /// Whether it is a rule for the parameter called `name`.
  public func matches(_ name: String) -> Bool { match.contains { Self.matches(name[...], $0[...]) } }

  private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    // Greedily from star to star: what stands between two of them is looked for as early as can be.
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return name == pattern }
    guard name.hasPrefix(first), name.dropFirst(first.count).hasSuffix(last) else { return false }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}

extension ParameterRule: CustomStringConvertible {
  /// `*/bias: learningRate 0.053, frozen from 75`, with all that is not as in a recipe of which nothing is said.
  public var description: String {
    "\(match.joined(separator: ",")): \(update)\(frozenFrom.map { ", frozen from \($0)" } ?? "")"
  }
}
