import Collectives
import Kernels
import Training

/// Runs a command's work on all ranks and takes care that they end together.
enum World {
  /// Connects to the other ranks, or to none without mpirun, and runs `body`.
  ///
  /// An error that all ranks share ends them all in good order; rank 0 tells of it. Any other error is this rank's own: the others cannot know
  /// of it, so they are ended with it.
  static func run(_ environment: [String: String], _ body: (any Communicator) throws -> Void) throws {
    OpenBLAS.useCallingThreadOnly()
    let communicator: any Communicator =
      try MPICommunicator.isLaunched(environment: environment)
      ? MPICommunicator(environment: environment) : SoloCommunicator()
    do {
      try body(communicator)
    } catch let failure as SharedFailure {
      // Before the others can leave: the launcher kills every rank as soon as one has failed.
      if communicator.rank == 0 { Program.complain(failure) }
      try communicator.finalize()
      throw failure
    } catch {
      Program.complain(error)
      communicator.abort(code: ExitCode(for: error).rawValue)
    }
    try communicator.finalize()
  }
}
