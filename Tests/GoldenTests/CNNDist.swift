import FoundationEssentials
import Glibc
import TestSupport
import Testing

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
  func callAsFunction(_ arguments: [String]) throws -> String {
    try Shell.run([path] + arguments)
  }

  /// The words that `evaluate` ends with: `loss 0.7412 accuracy 0.7523 samples 10000`.
  func judgement(_ arguments: [String]) throws -> [Substring] {
    let lines = try self(["evaluate"] + arguments).split(separator: "\n")
    return try #require(lines.last).split(separator: " ")
  }
}
