import Collectives
import Files
import Layers
import Runs
import Testing
import Training

@Suite struct ExitCodeTests {
  private struct Unknown: Error {}

  private static let codes: [(any Error, Int32)] = [
    (UsageError("x"), 64), (CollectiveError.notConnected(tasks: 2, variable: "v"), 64), (ShapeError("x"), 65),
    (FileError(.malformed, "f", "x"), 65), (FileError(.missing, "f", "x"), 66),
    (CollectiveError.failed(call: "c", reason: "r"), 69),
    (CollectiveError.peerSilent(ranks: [1], seconds: 1, operation: "o"), 69),
    (CollectiveError.messageTooLong(call: "c", count: 1), 69), (FileError(.failed, "f", "x"), 74), (Unknown(), 74),
  ]

  @Test(arguments: codes)
  func errorsHaveTheirCodes(_ error: any Error, _ code: Int32) {
    #expect(ExitCode(for: error).rawValue == code)
  }

  @Test func aSharedFailureKeepsItsCode() throws {
    let failure = try #require(throws: SharedFailure.self) {
      try SoloCommunicator().together { throw FileError(.malformed, "f", "x") }
    }
    #expect(ExitCode(for: failure) == .badData)
  }

  @Test func theCodesAreTheDesigns() {
    let codes: [ExitCode] = [.done, .usage, .badData, .missingInput, .peerLost, .inputOutput, .stopped]
    #expect(codes.map(\.rawValue) == [0, 64, 65, 66, 69, 74, 75])
  }
}
