import Files
import HTTP
import Runs

/// Where a command listens, and which file holds what it asks those who call: other hosts reach a place with such a file alone.
struct ListeningPlace {
  let address: ListeningAddress
  /// 0 for any that is free.
  let port: Int
  private let tokenPath: String?

  private static let ports = 0...65_535
  private static let loopback = "127.0.0.1"

  /// The option that names the file. The token itself never stands on a command line, which every user of a host can read.
  ///
  /// - Parameter condition: begins its help.
  static func tokenOption(_ condition: String = "") -> Option {
    Option(
      "--token", "FILE",
      "\(condition)ask whoever calls for what stands in the file's first line; its owner alone may have a right to it")
  }

  /// What `--host` and `--port` say.
  ///
  /// - Throws: `UsageError`, also for an address that other hosts reach without `--token`.
  static func host(_ arguments: Arguments) throws(UsageError) -> ListeningPlace {
    let port = try arguments.integer("--port", in: ports) ?? 8080
    return try ListeningPlace(arguments.string("--host") ?? loopback, port: port, arguments)
  }

  /// What `--live` says: a port, or an address and one; nil where it is not given.
  ///
  /// - Throws: `UsageError`, also for an address that other hosts reach without `--token`.
  static func live(_ arguments: Arguments) throws(UsageError) -> ListeningPlace? {
    guard let text = arguments.string("--live") else {
      guard !arguments.has("--token") else { throw UsageError("\(arguments.name("--token")) goes with --live alone") }
      return nil
    }
    let colon = text.lastIndex(of: ":")
    guard let port = Int(colon.map { text[text.index(after: $0)...] } ?? text[...]), ports.contains(port),
      let address = colon.map({ bare(text[..<$0]) }) ?? loopback
    else {
      throw UsageError(
        "--live takes a port from 0 to 65535, or ADDRESS:PORT, where IPv6 has brackets ([::1]:8787), got \(text)")
    }
    return try ListeningPlace(address, port: port, arguments)
  }

  /// `::1` of `[::1]`; nil for one of IPv6 without brackets, of which the port may be a part.
  private static func bare(_ text: Substring) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]") { return String(text.dropFirst().dropLast()) }
    return text.contains(":") ? nil : String(text)
  }

  private init(_ address: String, port: Int, _ arguments: Arguments) throws(UsageError) {
    (self.port, tokenPath) = (port, arguments.string("--token"))
    do throws(ListeningError) {
      self.address = try ListeningAddress(address, hasToken: tokenPath != nil)
    } catch {
      throw UsageError("\(error)")
    }
  }

  /// Reads the token; nil where none is asked for.
  ///
  /// - Throws: `FileError`, where the file holds none, or others can read it.
  func token() throws(FileError) -> AccessToken? {
    guard let tokenPath else { return nil }
    return try AccessToken(contentsOf: tokenPath)
  }
}
