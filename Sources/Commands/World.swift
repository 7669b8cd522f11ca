import Collectives
import Doctor
import Glibc
import Kernels
import Runs
import Training

/// All ranks that work on a command, from connecting them to their common end.
struct World {
  /// The ranks; this process alone without a launcher.
  let communicator: any Communicator
  /// This process's environment.
  let environment: [String: String]
  /// Whether nothing is to be said but what was asked for and what went wrong.
  let isQuiet: Bool
  /// What this rank has of its host; nil where all ranks work together, and see for themselves.
  let share: HostShare?
  /// The `--timeout` of whoever gives none.
  private static let standardTimeout = Duration.seconds(300)

  /// Whether this is the rank that speaks for all.
  var isSpeaker: Bool { communicator.rank == 0 }

  /// How long MPI may take to start where nothing is said of it.
  private static let startLimit = Duration.seconds(60)
  /// How much longer than `--timeout` it may take: hosts do not start the program at the same moment.
  private static let startGrace = Duration.seconds(1)
  /// What it may take in any case.
  private static let leastStart = Duration.seconds(4)

  /// Connects to the other ranks, or to none without a launcher, runs `body`, and returns how the process is to end.
  ///
  /// Nothing is taken of the command line before the ranks are connected but what every command has: whatever is wrong with one
  /// of them, they end together. An error that all ranks share ends them all in good order; rank 0 tells of it. Any other error is
  /// this rank's own: the others cannot know of it, so they are ended with it.
  ///
  /// - Parameter unconnected: what the first process does where those that the launcher started have not found one another;
  ///   nil to say just that.
  static func run(
    _ environment: [String: String], request: Request?, unconnected: (() throws -> ExitCode)? = nil,
    _ body: (World) throws -> ExitCode
  ) -> ExitCode {
    let timeout = request?.timeout ?? standardTimeout
    let isQuiet = request?.isQuiet ?? false
    // What nobody is to read is not drawn.
    let environment = isQuiet ? environment.merging(["CNN_DIST_TERMINAL": "0"]) { $1 } : environment
    let communicator: any Communicator
    do {
      communicator = try connect(
        environment, startLimit: request?.timeout.map { max($0 + startGrace, leastStart) } ?? startLimit)
    } catch {
      if case .notConnected = error, let unconnected, MPICommunicator.isFirst(environment: environment) {
        do { return try unconnected() } catch { return Program.end(error) }
      }
      // Every process of the launcher's says the same, and most launchers kill all as soon as one fails.
      if MPICommunicator.isFirst(environment: environment) { Program.complain(error) } else { sleep(1) }
      return ExitCode(for: error)
    }
    OpenBLAS.useCallingThreadOnly()
    communicator.deadline = timeout
    communicator.occasion = "the start"
    do {
      let code = try body(
        World(communicator: communicator, environment: environment, isQuiet: isQuiet, share: nil))
      communicator.occasion = "the end"
      try communicator.finalize()
      note(code, environment)
      return code
    } catch let error where error is SharedFailure || error is Stopped {
      // Before the others can leave: the launcher kills every rank as soon as one has failed.
      if communicator.rank == 0 { Program.complain(error) }
      do {
        communicator.occasion = "the end"
        try communicator.barrier()
        try communicator.finalize()
        note(ExitCode(for: error), environment)
      } catch {
        communicator.abort(code: ExitCode(for: error).rawValue)
      }
      return ExitCode(for: error)
    } catch {
      Program.complain(error)
      communicator.abort(code: ExitCode(for: error).rawValue)
    }
  }

  /// Writes down how all ranks have ended, where somebody on this host wants to know.
  private static func note(_ code: ExitCode, _ environment: [String: String]) {
    guard let path = environment[MPICommunicator.endVariable] else { return }
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }  // it is on another host
    let text = Array("\(code.rawValue)\n".utf8)
    _ = write(file, text, text.count)
    close(file)
  }

  private static func connect(
    _ environment: [String: String], startLimit: Duration
  ) throws(CollectiveError) -> any Communicator {
    let stop = StopRequest { StopSignal.isRaised }
    guard try MPICommunicator.isLaunched(environment: environment) else { return SoloCommunicator(stop: stop) }
    return try MPICommunicator(environment: environment, stop: stop, startLimit: startLimit) { error in
      // The main thread is inside MPI, and does not come back: a rank that it waits for has left, is stopped, or never came.
      if let error {
        Program.complain(error)
      } else if MPICommunicator.isFirst(environment: environment) {
        Program.complain(Stopped())
      }
      _exit(ExitCode(for: error ?? Stopped() as any Error).rawValue)
    } tell: {
      Output.error("cnn-dist: \($0)\n")
    }
  }

  // MARK: - Work

  /// Runs `body` on every rank; no rank goes on where it fails on any, or where one wishes to stop. It may take as long as
  /// it likes, and must not communicate nor leave anything half done.
  func together<Result>(_ body: @escaping () throws -> Result) throws -> Result {
    try communicator.together { try communicator.aside(untilStop: true, body) }
  }

  /// A group of these ranks, `part`, which trains beside others and leaves it to the speaker of all to speak.
  func group(_ part: any Communicator, _ share: HostShare) -> World {
    World(
      communicator: part, environment: environment.merging(["CNN_DIST_TERMINAL": "0"]) { $1 }, isQuiet: true,
      share: share)
  }

  /// Runs `body` on rank 0 alone, while the others wait, and returns how it ended, on all ranks.
  func onSpeaker(_ body: @escaping () throws -> Void) throws -> ExitCode {
    var code = ExitCode.done
    if isSpeaker {
      do {
        if communicator.size > 1 { try communicator.aside(untilStop: true, body) } else { try body() }
      } catch {
        code = Program.end(error)
      }
    }
    return ExitCode(rawValue: try communicator.share(isSpeaker ? code.rawValue : nil)) ?? .inputOutput
  }

  // MARK: - What is said of the surroundings

  /// Says what a look at the surroundings that takes no time finds serious. All ranks call it.
  func tellOfHazards(_ intent: Scene.Intent) throws {
    let scene = try Scene(communicator, environment: environment, intent: intent)
    for finding in try Examination(scene, communicator, isQuick: true).findings where finding.grade == .serious {
      Output.error("cnn-dist: \(finding.what): \(finding.why) (\(finding.remedy))\n")
    }
  }

  // MARK: - Threads and kernels

  /// Says where kernels do not fit their processor, or are not the same on all ranks. All ranks call it.
  static func tellOfKernels(_ communicator: any Communicator, _ environment: [String: String]) throws {
    for complaint in try communicator.complaintsOfKernels(KernelChoice(environment)) {
      Output.error("cnn-dist: \(complaint)\n")
    }
  }

  /// The option that `threads` reads.
  static let threadsOption = Option(
    "--threads", "T", "the compute threads of each rank (default: its share of the host's cores)")

  /// The option that `memory` reads.
  static let memoryOption = Option(
    "--memory", "SIZE",
    "the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)")

  /// What `--memory` may be: up to an exabyte.
  static let memorySizes = 1...1_000_000_000_000_000_000

  /// What `--threads` may be.
  static let threadCounts = 1...1024

  /// Warns where `threads` threads are more than there are cores for them by the rank's `plan`, or than a batch of
  /// `experiment` has slices, where one is to be trained; with `--quiet` it says nothing. All ranks call it.
  func warn(
    of threads: Int, _ plan: CorePlan, training experiment: Experiment? = nil, _ communicator: any Communicator
  ) throws {
    guard !isQuiet else { return }
    if let complaint = try experiment.flatMap({ try communicator.complaintOfIdleThreads(threads, $0) }) {
      Output.error("cnn-dist: \(complaint)\n")
    }
    guard communicator.rank == 0 else { return }
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
        "cnn-dist: this OpenBLAS insists on \(OpenBLAS.threads) threads a product, beside those of the ranks: take another build of it, "
          + "such as Debian's libopenblas0-pthread\n")
    }
  }
}
