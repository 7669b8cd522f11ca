import Runs
import Sweeps

/// `cnn-dist sweep`: trains one network with many values of its options.
struct SweepCommand: Command {
  static let name = "sweep"
  static let summary = "Tries values of options: trains with each, side by side, and goes on with the best."
  static let isCollective = true
  static let isResultPrinted = false
  static let options = [
    Option("--config", "FILE", "what to try, a JSON object: its fields are below"),
    Option("--run", "DIR", "the sweep's folder, with a run for each trial (default runs/sweep-TIME)"),
    Option("--dry-run", nil, "show the trials and what they are trained for, and train none"),
    Option("--data", "PATH", "where the data set's files are (default what the file says)"),
    World.threadsOption,
    World.memoryOption,
  ]
  static let examples = [
    Example("mpirun -np 4 cnn-dist sweep --config sweep.json --run runs/rates", "four trials at a time"),
    Example("mpirun -np 8 cnn-dist sweep --config sweep.json --run runs/rates", "go on with it, where it was"),
    Example("cnn-dist train --run runs/rates/trial-003 --resume --epochs 40", "go on with one trial"),
  ]
  static let notes = """
    Fields of the file, for example:

      {"train": {"dataset": "cifar10", "epochs": 9, "batch-size": 256, "schedule": "cosine"},
       "grid": {"optimizer": ["sgd", "adam"]},
       "random": {"learning-rate": {"from": 1e-4, "to": 1e-1, "scale": "log"}, "flip": [true, false]}, "trials": 16,
       "halving": {"first": 1, "factor": 3}, "ranks": 1}

    train    options of `train` that all trials have, as its own --config takes them
    grid     lists of values, of which every combination is tried; a list of such objects stands for all of theirs
    random   what is drawn for each of the "trials" draws: one of a list, or a number "from" .. "to", on a "scale" linear or
             log, in steps of "step"; from "seed" (default 1)
    halving  train all to epoch "first" (default 1), one of "factor" (default 3) on to "factor" times as many, and so on to
             the end; left out: train all to the end
    ranks    how many ranks train one trial at least (default 1); where there are fewer trials than groups, more do

    A trial's weights are those of `cnn-dist train` with the same options, on any number of ranks. The same command again goes on
    with what was interrupted, also with more trials or epochs. Results are in DIR/sweep.csv, the best first, and in
    DIR/sweep.jsonl.
    """

  /// The file that says what to try.
  let file: String
  /// The sweep's folder; nil for a new one.
  let run: String?
  /// Whether nothing is to be trained.
  let isDry: Bool
  /// What this machine has to do with it, by the flags of `train`.
  let machine: [String: String]

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    guard let file = arguments.string("--config") else {
      throw UsageError("sweep needs --config FILE, what to try: see `cnn-dist sweep --help`")
    }
    self.file = file
    run = arguments.string("--run")
    isDry = arguments.has("--dry-run")
    _ = try arguments.integer("--threads", in: World.threadCounts)
    _ = try arguments.bytes("--memory", in: World.memorySizes)
    machine = ["--data", "--threads", "--memory"].reduce(into: [:]) { $0[$1] = arguments.string($1) }
  }

  func run(in world: World) throws {
    try SweepSession(self, in: world).run()
  }
}
