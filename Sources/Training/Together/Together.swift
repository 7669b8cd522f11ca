import Collectives
import Runs

/// Some rank failed, and all know it.
public struct SharedFailure: Error, Equatable, CustomStringConvertible {
  /// The code with which all ranks exit.
  public let exitCode: ExitCode
  /// What went wrong on the first rank that failed.
  public let description: String

  /// What all ranks found out together.
  public init(exitCode: ExitCode, description: String) {
    self.exitCode = exitCode
    self.description = description
  }
}

extension Communicator {
  /// Runs `body` on every rank and returns its result; where it fails on any rank, no rank goes on.
  ///
  /// `body` must not communicate, lest a failed rank be waited for; `aside` it may.
  ///
  /// - Throws: `SharedFailure` on every rank, with the error of the first rank that failed; a rank that gave up because of
  ///   another is not the cause. `CollectiveError` where a rank is lost.
  public func together<Result>(_ body: () throws -> Result) throws -> Result {
    var result: Result?
    var report = ""
    do {
      result = try body()
    } catch let error as CollectiveError {
      throw error  // those that are lost would be waited for once more
    } catch {
      report = "\(ExitCode(for: error).rawValue) \(error)"
    }
    let reports = try allGather(report)
    let failures = reports.indices.filter { !reports[$0].isEmpty }
    let causes = failures.filter { !reports[$0].hasPrefix("\(ExitCode.peerLost.rawValue) ") }
    guard let failed = causes.first ?? failures.first else {
      guard let result else { preconditionFailure("a body that did not fail has a result") }
      return result
    }
    let parts = reports[failed].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let code = Int32(parts[0]).flatMap(ExitCode.init(rawValue:)) ?? .inputOutput
    // A stop, and what all ranks say, are of no place.
    let isOfOne = code != .stopped && reports.contains { $0 != reports[failed] }
    throw SharedFailure(
      exitCode: code, description: isOfOne ? "\(parts[1]) (rank \(failed) on \(hosts[failed]))" : "\(parts[1])")
  }

  /// Runs `body`, which is a rank's last word of a training that ended as `end`, beside the communicator. Where the others
  /// cannot be reached, they are not asked to wait either.
  ///
  /// - Throws: `CollectiveError` where another rank is lost meanwhile.
  public func conclude(_ end: Result<Void, any Error>, _ body: @escaping () -> Void) throws {
    if case .failure(let error) = end, error is CollectiveError { body() } else { try aside(body) }
  }

  /// Gives every rank the value of rank 0; the others pass nil.
  public func share<Value: Codable>(_ value: Value?) throws -> Value {
    try JSON.decode(Value.self, try broadcast(try value.map { try JSON.line($0) } ?? "", from: 0))
  }
}
