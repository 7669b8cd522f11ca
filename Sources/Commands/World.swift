import Collectives
import Kernels
import Runs
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
      try tellOfKernels(communicator, environment)
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

  /// Says where kernels do not fit their processor, or are not the same on all ranks. All ranks call it.
  static func tellOfKernels(_ communicator: any Communicator, _ environment: [String: String]) throws {
    for complaint in try communicator.complaintsOfKernels(KernelChoice(environment)) {
      Output.error("cnn-dist: \(complaint)\n")
    }
  }

  /// The option that `threads` reads.
  static let threadsOption = Option(
    "--threads", "T", "the compute threads of each rank (default: its share of the host's cores)")

  /// What `--threads` may be.
  static let threadCounts = 1...1024

  /// How many compute threads this rank has: `requested`, or its fair share of the cores. Warns where more threads would
  /// run than there are cores for them, or than a batch of `experiment` has slices, where one is to be trained. All ranks
  /// call it.
  static func threads(
    _ requested: Int?, training experiment: Experiment? = nil, _ communicator: any Communicator,
    _ environment: [String: String]
  ) throws -> Int {
    let plan = try communicator.planCores(environment, threads: requested)
    let threads = requested ?? plan.threads
    if let complaint = try experiment.flatMap({ try communicator.complaintOfIdleThreads(threads, $0) }) {
      Output.error("cnn-dist: \(complaint)\n")
    }
    if communicator.rank == 0 {
      if threads > plan.threads {
        Output.error(
          "cnn-dist: \(threads) threads a rank are more than its share of the cores (\(plan.threads)): they will hinder "
            + "one another\n")
      } else if plan.isOvercommitted {
        let reason = plan.hasQuota ? "a quota leaves less than a core to each rank" : "more ranks than cores"
        Output.error("cnn-dist: \(reason) on \(communicator.hosts[0]): they will hinder one another\n")
      }
      if plan.leavesCoresIdle {
        Output.error(
          "cnn-dist: mpirun leaves cores of \(communicator.hosts[0]) idle: with --bind-to none the ranks divide them\n")
      }
      if OpenBLAS.threads > 1 {
        Output.error(
          "cnn-dist: this OpenBLAS insists on \(OpenBLAS.threads) threads a product; set OPENBLAS_NUM_THREADS=1\n")
      }
    }
    return threads
  }
}
