/// What a check has to say of one thing.
public struct Finding: Codable, Equatable, Sendable {
  /// How much it matters.
  public enum Grade: String, Codable, Sendable, CaseIterable {
    /// All is well.
    case ok
    /// Training goes on, but could be faster or safer.
    case advice
    /// Training fails, hangs, loses something or is several times slower than it need be.
    case serious
  }

  /// How much it matters.
  public let grade: Grade
  /// What was found, as a clause: `2 ranks on 1 host are one world`.
  public let what: String
  /// Why it matters, as a sentence; empty where all is well.
  public let why: String
  /// The line that mends it, as it is typed; empty where there is none.
  public let remedy: String
  /// The name of the check.
  public private(set) var check = ""

  /// A finding, which the examination files under its check.
  package init(_ grade: Grade, _ what: String, why: String = "", remedy: String = "") {
    (self.grade, self.what, self.why, self.remedy) = (grade, what, why, remedy)
  }

  /// The same, of `check`.
  package func filed(under check: String) -> Finding {
    var finding = self
    finding.check = check
    return finding
  }

  /// All is well.
  package static func ok(_ what: String) -> Finding { Finding(.ok, what) }
}
