import Datasets
import Objectives

/// Where each number lies of what all ranks find out of some slices that follow one another, and then put together.
///
/// Each slice has slots of its own for its loss and for sums of fractions, which are added in slice order on every rank.
/// Whole numbers may be added in any order: each worker counts for itself, and each rank has slots for its counts. Each sample
/// has slots for the verdict on it, and for the network's outputs, where they are kept. One more slot per rank tells whether it
/// wished to stop.
struct EvaluationSlots {
  /// The slices, counted over the whole data set, and their samples.
  let slices: Range<Int>
  let samples: Range<Int>
  /// How many outputs are kept of each sample.
  let outputs: Int
  /// Which of a tally's counters are fractions.
  let fractions: [Int]
  /// How many of them there are, and of counts, those of verdicts behind them.
  let (counters, counts): (Int, Int)
  /// How many numbers a verdict has.
  let recordSize: Int

  private let ranks: Int

  init(
    _ objective: Objective, slices: Range<Int>, of plan: SlicePlan, ranks: Int, hasVerdicts: Bool, hasOutputs: Bool
  ) {
    (self.slices, self.ranks) = (slices, ranks)
    samples = plan.range(of: slices.lowerBound).lowerBound..<plan.range(of: slices.upperBound - 1).upperBound
    outputs = hasOutputs ? objective.output.count : 0
    fractions = objective.areWhole.indices.filter { !objective.areWhole[$0] }
    counters = objective.emptyTally.counters.count
    let form = objective.verdictForm
    counts = counters + (hasVerdicts ? form.counterCount : 0)
    recordSize = hasVerdicts ? form.recordSize : 0
  }

  /// How many numbers there are.
  var count: Int { outputsStart + samples.count * outputs }

  /// How many numbers a slice has.
  private var sliceSize: Int { 1 + fractions.count }
  private var countsStart: Int { slices.count * sliceSize }
  private var wishesStart: Int { countsStart + ranks * counts }
  private var recordsStart: Int { wishesStart + ranks }
  private var outputsStart: Int { recordsStart + samples.count * recordSize }

  /// Where slice `slice` has its loss, and its fractions behind it.
  func place(of slice: Int) -> Int { (slice - slices.lowerBound) * sliceSize }

  /// Where rank `rank` counts.
  func counts(of rank: Int) -> Range<Int> {
    countsStart + rank * counts..<countsStart + (rank + 1) * counts
  }

  /// Where rank `rank` says that it wishes to stop.
  func wish(of rank: Int) -> Int { wishesStart + rank }

  /// Where the verdicts on some samples are.
  func records(of samples: Range<Int>) -> Range<Int> {
    recordsStart + (samples.lowerBound - self.samples.lowerBound) * recordSize..<recordsStart
      + (samples.upperBound - self.samples.lowerBound) * recordSize
  }

  /// Where the outputs for some samples are.
  func outputs(of samples: Range<Int>) -> Range<Int> {
    outputsStart + (samples.lowerBound - self.samples.lowerBound) * outputs..<outputsStart
      + (samples.upperBound - self.samples.lowerBound) * outputs
  }

  /// Whether some rank wished to stop.
  func isStopped(_ numbers: [Double]) -> Bool { numbers[wishesStart..<recordsStart].contains(1) }

  /// Adds the losses and counts of all ranks to a tally, and returns what verdicts have counted.
  func add(_ numbers: [Double], to tally: inout Tally) -> ArraySlice<Double> {
    var all = [Double](repeating: 0, count: counts)
    for rank in 0..<ranks {
      for (index, number) in numbers[counts(of: rank)].enumerated() { all[index] += number }
    }
    for counter in 0..<counters where !fractions.contains(counter) { tally.counters[counter] += all[counter] }
    for slice in slices {
      tally.loss += numbers[place(of: slice)]
      for (index, counter) in fractions.enumerated() {
        tally.counters[counter] += numbers[place(of: slice) + 1 + index]
      }
    }
    return all[counters...]
  }
}
