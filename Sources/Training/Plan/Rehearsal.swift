import Collectives
import Datasets
import Kernels
import Models
import Runs

/// How fast a network is trained on this machine, by a measurement of a few seconds: what a plan for other numbers of ranks
/// is worked out from.
///
/// A thread takes a wave of n samples through the network in `waveSeconds + n * sampleSeconds`: the first part is what a wave
/// costs however small it is, as reading a wide layer's kernel.
public struct Rehearsal: Codable, Sendable, Equatable {
  /// The part of a wave's time that does not depend on its samples, of a thread alone.
  public let waveSeconds: Double
  /// What each sample adds.
  public let sampleSeconds: Double
  /// The update of all parameters by one thread.
  public let updateSeconds: Double
  /// How many times longer a thread takes when all cores are busy than when it is alone.
  public let crowding: Double
  /// How many cores were busy then.
  public let cores: Int
  /// For each stage of the network, the share of a wave's time that backward takes below it.
  package let backwardBelow: [Double]
  /// The best rate of a product on one thread, in operations a second.
  public let productRate: Double
  /// Whether steps were measured. Where a single sample takes a minute, its operations at half of the product's rate stand in.
  public let isMeasured: Bool

  /// What a measurement gave.
  package init(
    waveSeconds: Double, sampleSeconds: Double, updateSeconds: Double, crowding: Double, cores: Int,
    backwardBelow: [Double], productRate: Double, isMeasured: Bool = true
  ) {
    (self.waveSeconds, self.sampleSeconds, self.updateSeconds) = (waveSeconds, sampleSeconds, updateSeconds)
    (self.crowding, self.cores, self.backwardBelow) = (crowding, cores, backwardBelow)
    (self.productRate, self.isMeasured) = (productRate, isMeasured)
  }

  /// How long one of its measurements goes on, in seconds; a step that takes longer is taken once, after one to warm up.
  private static let seconds = 1.0
  /// The longest step that is worth waiting for. Where a wave takes longer, a smaller one is measured.
  private static let longestStep = 8.0
  /// The longest sample that is.
  private static let longestSample = 30.0
  /// How much of a product's rate a network reaches, for a first guess.
  private static let guess = 0.5

  /// Trains `model` on noise: one thread alone on rank 0, with the largest and the smallest of `waves`; then as many threads
  /// as there are cores on all ranks at once. All ranks call it.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - experiment: its batches and its optimizer.
  ///   - waves: the samples of the waves that are planned, the smallest and the largest.
  ///   - communicator: this rank's.
  ///   - threads: the threads of this rank that make its host's cores busy.
  ///   - cores: the cores of this rank's host, and how many threads of all its ranks share them.
  ///   - budget: the memory that each rank may take.
  /// - Returns: the same on all ranks; nil where the network does not fit into the budget.
  public static func measure(
    _ model: Model, experiment: Experiment, waves: ClosedRange<Int>, communicator: any Communicator, threads: Int,
    cores: (count: Int, threads: Int), budget: MemoryBudget
  ) throws -> Rehearsal? {
    let stage = Stage(model: model, experiment: experiment, budget: budget, stop: communicator.stop)
    let alone = try communicator.together {
      try communicator.aside(untilStop: true) {
        communicator.rank == 0 ? try stage.measureAlone(waves) : nil
      }
    }
    let shared = try communicator.share(communicator.rank == 0 ? alone.map { [$0] } ?? [] : nil)
    guard let alone = shared.first else { return nil }
    guard alone.isMeasured, cores.threads > 1 else { return alone.rehearsal(crowding: 1, cores: cores.count) }
    let crowded = try communicator.together {
      try communicator.aside(untilStop: true) {
        try stage.waveSeconds(alone.samples, threads: threads)?.benchmark.compute
      }
    }
    let slowest = try communicator.allGather("\(crowded ?? 0)").compactMap { Double($0) }.max() ?? 0
    // Threads that share cores take turns; that is counted elsewhere.
    let turns = max(1, Double(cores.threads) / Double(cores.count))
    return alone.rehearsal(crowding: max(1, slowest / 1e3 / alone.computeSeconds / turns), cores: cores.count)
  }

  /// What rank 0 found out by itself.
  private struct Alone: Codable {
    /// The samples of the largest wave that was measured, and how long they are computed, without what a step costs besides.
    let samples: Int
    let computeSeconds: Double
    let waveSeconds: Double
    let sampleSeconds: Double
    let updateSeconds: Double
    let backwardBelow: [Double]
    let productRate: Double
    let isMeasured: Bool

    func rehearsal(crowding: Double, cores: Int) -> Rehearsal {
      Rehearsal(
        waveSeconds: waveSeconds, sampleSeconds: sampleSeconds, updateSeconds: updateSeconds, crowding: crowding,
        cores: cores, backwardBelow: backwardBelow, productRate: productRate, isMeasured: isMeasured)
    }
  }

  /// What is measured, and within which limits.
  private struct Stage {
    let model: Model
    let experiment: Experiment
    let budget: MemoryBudget
    let stop: StopRequest

    /// The seconds of a step of a wave of `samples` on each of `threads` threads, but for the update, and what else was measured;
    /// nil where it does not fit.
    func waveSeconds(_ samples: Int, threads: Int) throws -> (step: Double, benchmark: Benchmark)? {
      var experiment = experiment
      // As they will be: a wave of several slices, where a slice is smaller.
      experiment.slice = min(experiment.slice, samples)
      experiment.batchSize = samples * threads
      let need = MemoryNeed(
        training: model, experiment: experiment, samples: Benchmark.samples(of: experiment), judged: 0, rank: 0,
        ranks: 1, threads: threads, budget: budget)
      guard need.bytes <= budget.bytes else { return nil }
      let benchmark = try Benchmark(
        model, experiment: experiment, communicator: SoloCommunicator(stop: stop), threads: threads, waves: need.waves,
        seconds: Rehearsal.seconds, steps: expectedSeconds(samples) > Rehearsal.seconds / 6 ? 1 : Benchmark.warmUp)
      // The slowest thread is what a step waits for.
      let step = Double(samples * threads) / benchmark.imagesPerSecond
      return (max(1e-9, step - benchmark.update / 1e3), benchmark)
    }

    /// What a wave of `samples` should take, by its operations.
    private func expectedSeconds(_ samples: Int) -> Double {
      Double(samples) * Double(Benchmark.flopsPerImage(of: model)) / (Rehearsal.rate * Rehearsal.guess)
    }

    func measureAlone(_ waves: ClosedRange<Int>) throws -> Alone? {
      func fitting(_ samples: Int) -> Int {
        max(1, min(samples, Int(Rehearsal.longestStep / max(1e-9, expectedSeconds(1)))))
      }
      guard expectedSeconds(1) < Rehearsal.longestSample else {
        return Alone(
          samples: 1, computeSeconds: expectedSeconds(1), waveSeconds: 0,
          sampleSeconds: expectedSeconds(1),
          updateSeconds: Double(3 * 4 * model.parameterCount) / 4e9,
          backwardBelow: model.stages.indices.map { 0.67 * Double($0) / Double(model.stages.count) },
          productRate: Rehearsal.rate, isMeasured: false)
      }
      let most = fitting(waves.upperBound)
      // Where the waves of the plan are out of reach, two smaller ones show how they grow.
      let least = most < waves.upperBound ? min(waves.lowerBound, max(1, most / 4)) : waves.lowerBound
      guard let large = try waveSeconds(most, threads: 1) else { return nil }
      var (fixed, each) = (0.0, large.step / Double(most))
      if least < most, let small = try waveSeconds(least, threads: 1) {
        each = max(0, large.step - small.step) / Double(most - least)
        fixed = max(0, large.step - each * Double(most))
      }
      return Alone(
        samples: most, computeSeconds: large.benchmark.compute / 1e3, waveSeconds: fixed,
        sampleSeconds: each,
        updateSeconds: large.benchmark.update / 1e3, backwardBelow: backwardBelow(large.benchmark),
        productRate: large.benchmark.productRate * 1e9, isMeasured: true)
    }

    private func backwardBelow(_ benchmark: Benchmark) -> [Double] {
      let all = benchmark.layers.reduce(0) { $0 + $1.microseconds }
      var below = 0.0
      var seen: Set<String> = []
      return model.stages.map { stage in
        defer {
          if seen.insert(stage.name).inserted {
            below += benchmark.layers.reduce(0) {
              $0 + ($1.layer == stage.name && $1.part != .forward ? $1.microseconds : 0)
            }
          }
        }
        return all > 0 ? below / all : 0
      }
    }
  }

  /// Measured once.
  private static let rate = ProductRate.measure()
}
