import Collectives
import Doctor
import Runs
import Sweeps
import Training

/// Trains the trials of a sweep, rung by rung.
///
/// At each rung the ranks are divided into groups, each of which takes its part of the trials, one after the other; at the
/// rung's end all learn the results. Rank 0 of the world alone writes what stands in the sweep's folder itself.
struct SweepSession {
  private let command: SweepCommand
  private let world: World
  private var communicator: any Communicator { world.communicator }

  init(_ command: SweepCommand, in world: World) {
    self.command = command
    self.world = world
  }

  func run() throws {
    let begun = try world.together { world.isSpeaker ? try SweepStart.make(command) : nil }
    let start = try communicator.share(begun?.start)
    let plan = try communicator.together { try SweepPlan(start.text, path: command.file, machine: command.machine) }
    let folder = SweepFolder(start.folder)
    if world.isSpeaker { SweepConsole.begin(plan, folder, isDry: command.isDry, world) }
    guard !command.isDry else { return }

    try checkFiles(start, plan, folder)
    let share = try makeShare(plan, folder)
    try withExtendedLifetime(begun?.lock) {
      try climb(plan, folder, share)
    }
  }

  /// Every group writes to the folder, and reads the files that options name, for itself.
  private func checkFiles(_ start: SweepStart, _ plan: SweepPlan, _ folder: SweepFolder) throws {
    try world.together {
      guard !world.isSpeaker else { return }
      guard try folder.names().contains("sweep.json") else {
        throw UsageError(
          "\(folder.path) is not rank 0's: a sweep's folder must be on a file system that all hosts share")
      }
      for (file, digest) in try plan.digests() where start.files[file] != digest {
        throw UsageError("\(file) is not the file that rank 0 has: the same must be on all hosts")
      }
    }
  }

  /// All ranks of a host divide it, whatever their groups are at.
  private func makeShare(_ plan: SweepPlan, _ folder: SweepFolder) throws -> World.HostShare {
    let threads = try plan.threads
    let cores = try communicator.planCores(world.environment, threads: threads)
    try world.warn(of: threads ?? cores.threads, cores, communicator)
    var intent = Scene.Intent()
    (intent.run, intent.threads) = (folder.path, threads ?? cores.threads)
    try world.tellOfHazards(intent)
    return World.HostShare(cores: cores, memory: MemoryShare(communicator))
  }

  /// Takes all rungs, as far as trials are left.
  private func climb(_ plan: SweepPlan, _ folder: SweepFolder, _ share: World.HostShare) throws {
    var contenders = plan.trials.map(\.number)
    var standing: [Int: TrialResult] = [:]
    var records: [SweepRecord] = []
    var groups: [[Int]] = []
    var group = world
    for (index, epochs) in plan.search.rungs.enumerated() {
      let known = try communicator.share(
        try world.together { [contenders] in
          world.isSpeaker ? try folder.results(of: contenders, after: epochs) : nil
        })
      let missing = contenders.filter { trial in !known.contains { $0.trial == trial } }
      let divided = RankGroups.divide(nodes: communicator.nodes, size: plan.search.ranks, trials: missing.count)
      if divided != groups {
        groups = divided
        group = world.group(try communicator.split(into: groups), share)
      }
      if world.isSpeaker {
        let rung = (number: index + 1, count: plan.search.rungs.count, epochs: epochs)
        SweepConsole.begin(rung, trials: contenders.count, missing: missing.count, groups: groups.map(\.count), world)
      }
      let own = groups.firstIndex { $0.contains(communicator.rank) } ?? 0
      let runner = TrialRunner(plan, folder, in: group, isQuiet: world.isQuiet)
      let mine = missing.enumerated().filter { $0.offset % groups.count == own }.map(\.element)
      let results = (known + (try gather(runner.train(mine, to: epochs)))).sorted { $0.trial < $1.trial }
      for result in results {
        standing[result.trial] = result
        records.append(SweepRecord(rung: index + 1, trial: plan.trials[result.trial - 1], result: result))
      }
      let table = SweepTable(Array(standing.values), trials: plan.trials, varied: plan.search.varied)
      try world.together { [records] in if world.isSpeaker { try folder.save(records, table) } }
      contenders = plan.search.halving.map(results.survivors) ?? []
      if contenders.isEmpty { break }
    }
    try world.together { [standing] in
      if world.isSpeaker { try SweepReport.write(Array(standing.values), folder) }
    }
    if world.isSpeaker { SweepConsole.end(Array(standing.values), plan, folder) }
    if let failure = Array(standing.values).commonFailure { throw failure }
  }

  /// What all groups have trained. All ranks call it.
  ///
  /// - Throws: `SharedFailure` where one of them cannot go on, or where a rank wished to stop.
  private func gather(_ report: TrialRunner.Report) throws -> [TrialResult] {
    let reports = try communicator.allGather(try JSON.line(report)).map { try JSON.decode(TrialRunner.Report.self, $0) }
    let ends = reports.compactMap(\.end)
    if let end = ends.first(where: { $0.code != ExitCode.stopped.rawValue }) ?? ends.first {
      throw SharedFailure(exitCode: ExitCode(rawValue: end.code) ?? .inputOutput, description: end.reason)
    }
    return reports.flatMap(\.results)
  }
}

extension SweepFolder {
  /// The results of those of `trials` that have come so far already.
  fileprivate func results(of trials: [Int], after epochs: Int) throws -> [TrialResult] {
    let names = Set(try names())
    return try trials.filter { names.contains(Trial.name($0)) }.compactMap { try result(of: $0, after: epochs) }
  }
}

extension [TrialResult] {
  /// What is wrong where no trial has come to anything.
  fileprivate var commonFailure: SharedFailure? {
    guard allSatisfy({ $0.failure != nil || $0.value == nil }), let first = self.min(by: { $0.trial < $1.trial }) else {
      return nil
    }
    return SharedFailure(
      exitCode: first.failure.flatMap { ExitCode(rawValue: $0.code) } ?? .badData,
      description:
        "no trial has come to a result; \(Trial.name(first.trial)): \(first.failure?.reason ?? "its numbers are none")")
  }
}
