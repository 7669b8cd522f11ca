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
    } catch let error where error is SharedFailure || error is Stopped {
      // Before the others can leave: the launcher kills every rank as soon as one has failed.
      if communicator.rank == 0 { Program.complain(error) }
      try communicator.barrier()
      try communicator.finalize()
      throw error
    } catch {
      Program.complain(error)
      communicator.abort(code: ExitCode(for: error).rawValue)
    }
    try communicator.finalize()
  }

  /// The option that `threads` reads.
  static let threadsOption = Option(
    "--threads", "T", "the compute threads of each rank (default: its share of the host's cores)")

  /// What `--threads` may be.
  static let threadCounts = 1...1024

  /// How many compute threads this rank has: `requested`, or its fair share of the cores. Warns where more threads would
  /// run than there are cores for them.
  static func threads(
    _ requested: Int?, _ communicator: any Communicator, _ environment: [String: String]
  ) throws -> Int {
    let plan = try communicator.planCores(environment)
    let threads = requested ?? plan.threads
    if communicator.rank == 0 {
      if threads > plan.threads {
        Output.error(
          "cnn-dist: \(threads) threads a rank are more than its share of the cores (\(plan.threads)): they will hinder "
            + "one another\n")
      } else if plan.isOvercommitted {
        Output.error("cnn-dist: more ranks than cores on \(communicator.hosts[0]): they will hinder one another\n")
      }
      if OpenBLAS.threads > 1 {
        Output.error(
          "cnn-dist: this OpenBLAS insists on \(OpenBLAS.threads) threads a product; set OPENBLAS_NUM_THREADS=1\n")
      }
    }
    return threads
  }

  /// Warns where OpenBLAS computes with other kernels on some ranks: the gradient of a slice then depends on who computes
  /// it. All ranks call it.
  static func warnOfMixedKernels(_ communicator: any Communicator) throws {
    let kernels = try communicator.allGather(OpenBLAS.identity)
    guard communicator.rank == 0, let other = kernels.firstIndex(where: { $0 != kernels[0] }) else { return }
    Output.error(
      "cnn-dist: OpenBLAS is \(kernels[0]) on rank 0 (\(communicator.hosts[0])), but \(kernels[other]) on rank \(other) "
        + "(\(communicator.hosts[other])): the bits will depend on the number of ranks; set OPENBLAS_CORETYPE to the older "
        + "core type on all of them\n")
  }
}
