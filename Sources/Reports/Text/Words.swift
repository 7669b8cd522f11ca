extension [String] {
  /// `a, b or c`.
  package var alternatives: String {
    count < 2 ? joined() : "\(dropLast().joined(separator: ", ")) or \(self[count - 1])"
  }
}

extension String {
  /// With spaces behind it up to `width`.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

  /// With spaces before it up to `width`.
  package func aligned(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}

extension String {
  /// The word as a shell takes it: in single quotes where it has a character that means something to one.
  package var quotedForShell: String {
    let isPlain = allSatisfy { $0.isLetter || $0.isNumber || "_-./=:,+@%".contains($0) }
    return isPlain && !isEmpty
      ? self : "'\(split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#))'"
  }

  /// `1 sample`, `2,000 samples`.
  package func counted(_ count: Int) -> String { "\(count.grouped) \(self)\(count == 1 ? "" : "s")" }

  /// Not longer than `width`, with … in the place of what was cut off.
  package func shortened(to width: Int) -> String { count <= width ? self : "\(prefix(max(0, width - 1)))…" }

  /// Without spaces at its end.
  var trimmed: String {
    var rest = self[...]
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
