import FoundationEssentials
import Glibc
import Testing

/// Runs programs as users do.
enum Shell {
  /// What `command` wrote to its standard output; its errors go to the tests' own. A command that fails, or hangs,
  /// fails the test.
  @discardableResult
  static func run(_ command: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let line = line(command)
    let pipe = try #require(popen(line, "r"), sourceLocation: sourceLocation)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
    let output = String(decoding: bytes, as: UTF8.self)
    try #require(pclose(pipe) == 0, "\(line) failed: \(output)", sourceLocation: sourceLocation)
    return output
  }

  /// Whether `command` ends without an error.
  static func succeeds(_ command: [String]) -> Bool { system("\(line(command)) >/dev/null 2>&1") == 0 }

  /// Says why a test is skipped, where it is seen in the logs of any test runner.
  static func say(_ sentence: String) {
    let line = Array("\(sentence)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  private static func line(_ command: [String]) -> String {
    (["timeout", "300"] + command).map { "'\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " ")
  }
}

/// The program under test: `$CNN_DIST_BINARY`, or the one that was built beside the test bundle.
struct CNNDist {
  private let path: String

  init() throws {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = bundle[..<(try #require(bundle.lastIndex(of: "/")))]
    path = ProcessInfo.processInfo.environment["CNN_DIST_BINARY"] ?? "\(folder)/cnn-dist"
    try #require(access(path, X_OK) == 0, "\(path) is not there: build it, or name another in CNN_DIST_BINARY")
  }

  /// Runs one of its commands; gives what that wrote to its standard output.
  @discardableResult
  func callAsFunction(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    try Shell.run([path] + arguments, sourceLocation: sourceLocation)
  }
}
