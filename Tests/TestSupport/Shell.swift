import FoundationEssentials
import Glibc

/// Runs programs as users do.
public enum Shell {
  /// What `command` wrote to its standard output; its errors go to the tests' own. A command that fails, or hangs,
  /// fails the test.
  @discardableResult
  public static func run(_ command: [String]) throws -> String {
    let line = line(command)
    guard let pipe = popen(line, "r") else { throw Failure(description: "\(line) cannot be started") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
    let output = String(decoding: bytes, as: UTF8.self)
    guard pclose(pipe) == 0 else { throw Failure(description: "\(line) failed: \(output)") }
    return output
  }

  /// A command that did not do its work.
  public struct Failure: Error, CustomStringConvertible {
    /// The command, and what it said.
    public let description: String
  }

  /// Whether `command` ends without an error.
  public static func succeeds(_ command: [String]) -> Bool { system("\(line(command)) >/dev/null 2>&1") == 0 }

  /// Says why a test is skipped, where it is seen in the logs of any test runner.
  public static func say(_ sentence: String) {
    let line = Array("\(sentence)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  private static func line(_ command: [String]) -> String {
    (["timeout", "300"] + command).map { "'\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " ")
  }
}
