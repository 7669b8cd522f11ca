/// A network's description holds something that we do not have, or that cannot be.
public struct ModelFormatError: Error, Equatable, CustomStringConvertible {
  /// Where it stands in the document: `layers[3].config.groups`; empty for the document as a whole.
  public let path: String
  /// What was found and what was expected.
  public let message: String

  /// Describes what stands at `path`.
  public init(_ path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  /// `PATH: MESSAGE`.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
