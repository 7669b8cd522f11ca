import Files
import FoundationEssentials
import KerasFiles
import Runs
import Sweeps
import TestSupport
import Testing

/// What a sweep's folder tells of what is done.
@Suite struct SweepFolderTests {
  private let temporary: TemporaryFolder
  private let folder: SweepFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = SweepFolder(temporary("sweep"))
  }

  private static let text = #"{"train": {"epochs": 9}, "grid": {"seed": [1, 2]}}"#
  private let search = try? Search(text, path: "s.json")

  /// A run of two steps an epoch whose validations are `accuracies`, with a checkpoint after epoch `kept`.
  private func write(_ trial: Int, _ accuracies: [Double], kept: Int? = nil, stopping: Int? = nil) throws {
    let run = folder.run(trial)
    _ = try run.create()
    var experiment = Experiment()
    experiment.earlyStopping = stopping
    try run.save(RunConfiguration(experiment: experiment, schedule: Schedule(), openblas: "test", version: "1"))
    var lines = ""
    for (index, accuracy) in accuracies.enumerated() {
      for step in [2 * index + 1, 2 * index + 2] {
        lines +=
          #"{"accuracy":0.1,"epoch":\#(index + 1),"images_per_second":1,"kind":"step","learning_rate":1,"loss":1,"step":\#(step)}"#
          + "\n"
      }
      lines +=
        #"{"accuracy":0.1,"epoch":\#(index + 1),"kind":"epoch","loss":1,"seconds":1.5,"validation_accuracy":\#(accuracy),"validation_loss":1}"#
        + "\n"
    }
    try temporary.write("sweep/\(Trial.name(trial))/metrics.jsonl", Array(lines.utf8))
    var state = TrainingState()
    state.step = 2 * (kept ?? accuracies.count)
    try Checkpoint.write(
      run.checkpointPath(step: state.step), arena: try TinyModel.arena(), experiment: experiment, state: state,
      blas: "test")
  }

  private func expected(
    _ trial: Int, _ epochs: Int, _ value: Double, best: Int, seconds: Double
  ) -> TrialResult {
    TrialResult(
      trial: trial, epochs: epochs, value: Float(value), monitor: "val_accuracy", rises: true, bestEpoch: best,
      seconds: seconds)
  }

  @Test func aResultIsThatOfItsEpochsHoweverFarTheTrialIs() throws {
    try write(1, [0.25, 0.5, 0.375])
    #expect(try folder.result(of: 1, after: 1) == expected(1, 1, 0.25, best: 1, seconds: 1.5))
    #expect(try folder.result(of: 1, after: 2) == expected(1, 2, 0.5, best: 2, seconds: 3))
    #expect(try folder.result(of: 1, after: 3) == expected(1, 3, 0.5, best: 2, seconds: 4.5))
    #expect(try folder.result(of: 1, after: 4) == nil)
    #expect(try folder.result(of: 2, after: 1) == nil)
  }

  /// Killed between the epoch's line and its checkpoint, or in the midst of a line.
  @Test func whatHasNoCheckpointIsNotDone() throws {
    try write(1, [0.25, 0.5], kept: 1)
    #expect(try folder.result(of: 1, after: 1) != nil)
    #expect(try folder.result(of: 1, after: 2) == nil)
    try write(2, [0.25, 0.5])
    let text = try temporary.text("sweep/trial-002/metrics.jsonl")
    try temporary.write("sweep/trial-002/metrics.jsonl", Array(text.utf8.dropLast(20)))
    #expect(try folder.result(of: 2, after: 1) != nil)
    #expect(try folder.result(of: 2, after: 2) == nil)
  }

  @Test func anEarlyStopIsTheEnd() throws {
    try write(1, [0.5, 0.25, 0.25], stopping: 2)
    #expect(try folder.result(of: 1, after: 9) == expected(1, 3, 0.5, best: 1, seconds: 4.5))
  }

  /// It is one from the epoch on in which it was found; before, the trial was as good as any.
  @Test func aFailureIsKept() throws {
    let failure = TrialResult.Failure(code: 65, reason: "step 5 was not taken")
    #expect(try folder.fail(3, failure, isFinal: true) == TrialResult(trial: 3, failure: failure))
    try write(1, [0.25, 0.5])
    let result = TrialResult(trial: 1, failure: failure, after: expected(1, 2, 0.5, best: 2, seconds: 3))
    #expect(try folder.fail(1, failure, isFinal: false) == result)
    #expect(try folder.result(of: 1, after: 3) == nil)
    #expect(try folder.fail(1, failure, isFinal: true) == result)
    #expect(try folder.result(of: 1, after: 3) == result)
    #expect(try folder.result(of: 1, after: 2)?.failure == nil)
  }

  // MARK: - The search

  @Test func aSearchComesBackAndIsGuarded() throws {
    let search = try #require(search)
    #expect(try folder.begun() == nil)
    let lock = try folder.open()
    #expect(throws: FileError.self) { _ = try SweepFolder(folder.path).open() }
    try folder.save(search, files: ["net.json": "1"], version: "1")
    #expect(try folder.begun()?.trials == search.trials)
    try folder.save(search, files: ["net.json": "1", "more.json": "2"], version: "2")
    #expect(throws: UsageError.self) { try folder.save(search, files: ["net.json": "3"], version: "1") }
    let other = try Search(#"{"train": {"epochs": 9}, "grid": {"seed": [1, 3]}}"#, path: "s.json")
    let error = #expect(throws: UsageError.self) { try folder.save(other, files: [:], version: "1") }
    #expect(error?.description.contains("grid.seed[1]: 3, not 2") == true)
    withExtendedLifetime(lock) {}
  }

  @Test func foldersOfOthersAreRefused() throws {
    try write(1, [0.5])
    #expect(throws: UsageError.self) { _ = try folder.open() }
    let run = SweepFolder(folder.run(1).path)
    #expect(throws: UsageError.self) { _ = try run.open() }
    try temporary.write("sweep/sweep.json", Array("{}".utf8))
    #expect(throws: FileError.self) { _ = try folder.open() }
  }

  // MARK: - Results

  @Test func theTableHasARowForEachTrial() throws {
    let trials = [
      Trial(number: 1, values: ["optimizer": "sgd", "momentum": 0.9]),
      Trial(number: 2, values: ["optimizer": "adam"]),
      Trial(number: 3, values: ["optimizer": "a\"b,c", "metrics": ["x", "y"]]),
    ]
    let results = [
      expected(1, 3, 0.25, best: 2, seconds: 4.5), expected(2, 9, 0.5, best: 9, seconds: 13.5),
      TrialResult(trial: 3, failure: TrialResult.Failure(code: 64, reason: "no, no")),
    ]
    let table = SweepTable(results, trials: trials, varied: ["metrics", "momentum", "optimizer"])
    #expect(
      table.csv == """
        trial,metrics,momentum,optimizer,epochs,val_accuracy,best_epoch,seconds,failure
        2,,,adam,9,0.5,9,13.5,
        1,,0.9,sgd,3,0.25,2,4.5,
        3,"x,y",,"a""b,c",0,,,0.0,"64: no, no"

        """)
    _ = try folder.open()
    try folder.save([SweepRecord(rung: 1, trial: trials[0], result: results[0])], table)
    #expect(try temporary.text("sweep/sweep.csv") == table.csv)
    let line = try JSONValue(json: temporary.bytes("sweep/sweep.jsonl"))
    guard case .object(let fields) = line, case .object(let result) = fields["result"] else {
      Issue.record("\(line)")
      return
    }
    #expect(fields["rung"] == 1 && fields["values"] == .object(["optimizer": "sgd", "momentum": 0.9]))
    #expect(result["trial"] == 1 && result["best_epoch"] == 2 && result["value"] == 0.25)
  }
}
