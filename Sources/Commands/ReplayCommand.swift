import Collectives
import Hosts
import Kernels
import Reports
import Runs
import Training

/// `cnn-dist replay`: one step of a run, whoever computed it, computed again in this process.
struct ReplayCommand: Command {
  static let name = "replay"
  static let summary = "Computes one step of a run again and checks it."
  static let positionals = "RUN --step K"
  static let positionalCompletion = Completion.folders
  static let options =
    [Option("--step", "K", "the step, counted as the metrics count: the first is 1")] + DataPlace.options + [
      Option("--threads", "T", "the compute threads (default: all cores)")
    ]
  static let examples = [
    Example("cnn-dist replay runs/first --step 120", "the step after the 119th, from the newest checkpoint before it")
  ]
  static let notes = """
    Starts from the newest checkpoint before the step and writes nothing. Every step on the way is checked against the
    run's journal, where it was trained with --journal, and its metrics. Exits 0 when all agree, or nothing was written
    down of them; 1 when one differs.
    """

  private let run: RunFolder
  private let step: Int
  private let data: DataPlace
  private let threads: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1,
      let step = try arguments.integer("--step", in: 1...Schedule.counts.upperBound)
    else {
      throw UsageError("replay takes a run folder and a step: cnn-dist replay RUN --step K")
    }
    run = RunFolder(arguments.positionals[0])
    self.step = step
    data = try DataPlace(arguments)
    threads = try arguments.integer("--threads", in: World.threadCounts)
  }

  func run(in world: World) throws {
    try World.tellOfKernels(SoloCommunicator(), world.environment)
    let replay = try Replay(run, step: step) { Program.complain($0) }
    let experiment = replay.checkpoint.experiment
    let plan = try SoloCommunicator().planCores(world.environment, threads: threads)
    let threads = threads ?? plan.threads
    try world.warn(of: threads, plan, SoloCommunicator())
    let (data, model) = try experiment.open(
      data, DataReaders(team: .alone(memory: HostMemory.shared), threads: threads, environment: world.environment))
    try experiment.check(data)
    let start = replay.checkpoint.state.step
    let need = MemoryNeed(
      training: model, experiment: experiment, samples: data.training.count, judged: 0,
      communicator: SoloCommunicator(), threads: threads, budget: MemoryBudget(nil, SoloCommunicator()))
    try need.check()
    let steps = start + 1 == step ? "step \(step)" : "steps \(start + 1) to \(step)"
    Output.line("replaying \(steps) from \(replay.checkpoint.path)")
    warn(replay)

    let hasTerminal = ProgressLine.hasTerminal(world.environment)
    var differs = false
    var last: ReplayCheck?
    let outcome = try replay.run(data: data, model: model, threads: threads, waves: need.waves) { check in
      if hasTerminal { Output.redraw(check.step < step ? "step \(check.step)/\(step)" : "") }
      // The steps after one that differs differ because of it.
      if check.step < step && !check.findings.isEmpty && !differs {
        if hasTerminal { Output.redraw("") }
        tell(check, of: check.step == start ? "the checkpoint of step \(start)" : "step \(check.step)")
      }
      differs = differs || !check.findings.isEmpty
      last = check
    }
    show(outcome)
    if let last { tell(last, of: "step \(step)") }
    if differs { throw DifferenceFound() }
  }

  /// Says what may make this machine's numbers differ from the run's.
  private func warn(_ replay: Replay) {
    if replay.checkpoint.blas != OpenBLAS.identity {
      Output.error(
        "cnn-dist: the run was computed with OpenBLAS \(replay.checkpoint.blas), this is \(OpenBLAS.identity): bits may "
          + "differ\n")
    }
    if replay.checkpoint.experiment.reduction == .mpi {
      Output.error(
        "cnn-dist: the run was trained with --reduction mpi, whose sums depend on the number of ranks: bits may differ from "
          + "those of one process\n")
    }
  }

  private func show(_ outcome: Replay.Outcome) {
    Output.line("loss \(outcome.metrics.loss)\(outcome.metrics.accuracy.map { "  accuracy \($0)" } ?? "")")
    let width = max(6, outcome.entry.tensors.map(\.name.count).max() ?? 0) + 2
    Output.line("\("tensor".padded(to: width))\("gradient".padded(to: 18))value")
    for tensor in outcome.entry.tensors {
      Output.line("\(tensor.name.padded(to: width))\(tensor.gradient.padded(to: 18))\(tensor.value)")
    }
  }

  private func tell(_ check: ReplayCheck, of subject: String) {
    let sources = check.sources.joined(separator: " and the ")
    if sources.isEmpty {
      Output.line("there is nothing to compare \(subject) with: the run has neither journal nor metrics of it")
    } else if check.findings.isEmpty {
      let limit = check.sources.contains("journal") ? "" : "; there is no journal of it"
      Output.line("\(subject) agrees with the \(sources)\(limit)")
    } else {
      Output.line("\(subject) differs from the \(sources): \(check.findings.joined(separator: "; "))")
    }
  }
}
