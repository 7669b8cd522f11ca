import Reports
import Runs
import Sweeps

/// What a sweep tells the user.
enum SweepConsole {
  /// What is going to be done; of a dry sweep, every trial.
  static func begin(_ plan: SweepPlan, _ folder: SweepFolder, isDry: Bool, _ world: World) {
    let (search, rungs) = (plan.search, plan.search.rungs)
    if isDry || !world.isQuiet {
      Output.line("trials      \(plan.trials.count.grouped), of \(search.varied.joined(separator: ", "))")
      let counts = search.halving.map { halving in
        sequence(first: plan.trials.count) { halving.survivors(of: $0) }.prefix(rungs.count).map(\.grouped)
      }
      let steps = zip(counts ?? [plan.trials.count.grouped], rungs).map { "\($0) to epoch \($1)" }
      Output.line("training    \(steps.joined(separator: ", "))")
      if !isDry { Output.line("folder      \(folder.path)") }
    }
    if isDry { for trial in plan.trials { Output.line("\(trial.name)  \(trial.words)") } }
    if world.communicator.size < search.ranks {
      Output.error(
        "cnn-dist: a trial is to have \("rank".counted(search.ranks)), there are \(world.communicator.size)\n")
    }
  }

  /// A rung begins, of whose trials some are `missing`; the others are known already. `groups` are those of ranks.
  static func begin(
    _ rung: (number: Int, count: Int, epochs: Int), trials: Int, missing: Int, groups: [Int], _ world: World
  ) {
    guard !world.isQuiet else { return }
    let done = missing == trials ? "" : missing == 0 ? ", done before" : ", \(trials - missing) of them done before"
    let (least, most) = (groups.min() ?? 1, groups.max() ?? 1)
    let ranks = least == most ? "rank".counted(least) : "\(least) to \(most) ranks"
    let atOnce = min(missing, groups.count)
    let way = missing == 0 ? "" : atOnce == 1 ? ", on \(ranks)" : ", \(atOnce) at a time on \(ranks) each"
    Output.line("rung \(rung.number) of \(rung.count): \("trial".counted(trials)) to epoch \(rung.epochs)\(done)\(way)")
  }

  /// A trial has come to the end of a rung. The rank that speaks for its group says so.
  static func show(_ result: TrialResult, _ trial: Trial, isQuiet: Bool) {
    if let failure = result.failure { Output.error("cnn-dist: \(trial.name) failed: \(failure.reason)\n") }
    guard result.failure == nil, !isQuiet else { return }
    let value = result.value.map { value in
      "\(result.monitor ?? "value") \(value.fixed(4))" + (result.bestEpoch.map { " after epoch \($0)" } ?? "")
    }
    Output.line(
      "\(trial.name)  epoch \(result.epochs)  \(value ?? "no value")  \(result.seconds.fixed(1)) s  \(trial.words)")
  }

  /// The table of all trials, the best first, and where the best one is.
  static func end(_ results: [TrialResult], _ plan: SweepPlan, _ folder: SweepFolder) {
    let table = SweepTable(results, trials: plan.trials, varied: plan.search.varied)
    // Reasons are told of when they occur, and stand in the file.
    let rows = table.rows.map { row in Array(row.dropLast()) + [row.last?.isEmpty == false ? "failed" : ""] }
    Output.line()
    for line in Table.lines([Array(table.header.dropLast()) + [""]] + rows) { Output.line(line) }
    guard let best = results.ranked.first, best.failure == nil, best.value != nil else { return }
    Output.line()
    Output.line("best: \(folder.run(best.trial).path); all in \(folder.tablePath)")
  }
}
