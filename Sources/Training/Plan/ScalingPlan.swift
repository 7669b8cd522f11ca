import Collectives
import Datasets
import Models
import Runs

/// What a training takes, and how fast it is going to be, on each of some numbers of ranks.
public struct ScalingPlan: Sendable {
  /// What is planned, and for what hosts.
  public struct Question: Sendable {
    /// The network.
    public let model: Model
    /// Batch, slices and optimiser.
    public var experiment: Experiment
    /// The training samples, and those that are judged now and then.
    public let samples: Int
    public let judged: Int
    /// The compute threads of each rank; nil for its share of its host's cores.
    public let threads: Int?
    /// How many ranks share a host; nil for all of them, be they ever so many.
    public let ranksPerHost: Int?
    /// The cores of a host.
    public let cores: Int
    /// The bytes that the ranks of a host may have together.
    public let hostMemory: Int
    /// The bytes that each rank may have; nil for its share of its host's.
    public let rankMemory: Int?

    /// As it is asked.
    public init(
      model: Model, experiment: Experiment, samples: Int, judged: Int, threads: Int?, ranksPerHost: Int?, cores: Int,
      hostMemory: Int, rankMemory: Int?
    ) {
      (self.model, self.experiment, self.samples, self.judged) = (model, experiment, samples, judged)
      (self.threads, self.ranksPerHost, self.cores) = (threads, ranksPerHost, cores)
      (self.hostMemory, self.rankMemory) = (hostMemory, rankMemory)
    }

    /// The samples of a step.
    public var batch: Int { min(experiment.batchSize, samples) }
    /// The slices of a step.
    public var slices: Int { SlicePlan(samples: batch, sliceSize: experiment.slice).count }
    /// The operations of a training step for one sample.
    public var operationsPerSample: Int { Benchmark.flopsPerImage(of: model) }
    /// Those of a step on all ranks.
    public var operationsPerStep: Double { Double(operationsPerSample) * Double(batch) }

    /// The same with a batch so many times as large.
    public func times(_ factor: Int) -> Question {
      var other = self
      other.experiment.batchSize = batch * factor
      return other
    }

    /// Who takes the steps on so many ranks.
    package func crew(_ ranks: Int) -> StepForecast.Crew {
      let perHost = min(ranks, ranksPerHost ?? ranks)
      return StepForecast.Crew(ranks: ranks, ranksPerHost: perHost, threads: threads ?? max(1, cores / perHost))
    }

    /// The memory of the rank that needs most. Ranks differ by a slice: some of them, from the first to the last, stand for all.
    package func need(_ crew: StepForecast.Crew) -> (need: MemoryNeed, budget: MemoryBudget) {
      let budget = MemoryBudget(asked: rankMemory, ranks: crew.ranksPerHost, shared: hostMemory, own: nil)
      let looked = Set((0..<min(crew.ranks, 8)).map { $0 * crew.ranks / min(crew.ranks, 8) } + [crew.ranks - 1])
      let needs = looked.sorted().map { rank in
        MemoryNeed(
          training: model, experiment: experiment, samples: samples, judged: judged, rank: rank, ranks: crew.ranks,
          threads: crew.threads, budget: budget)
      }
      return (needs.max { $0.bytes < $1.bytes } ?? needs[0], budget)
    }
  }

  /// The answer for one number of ranks.
  public struct Row: Codable, Sendable, Equatable {
    /// How many.
    public let ranks: Int
    /// The hosts that they are on.
    public let hosts: Int
    /// The compute threads of each.
    public let threads: Int
    /// The most slices that a thread has in a step.
    public let slicesPerThread: Int
    /// How many threads have none.
    public let idleThreads: Int
    /// How many ranks have none.
    public let idleRanks: Int
    /// The bytes of the rank that needs most.
    public let rankMemory: Int
    /// The bytes of all ranks of a host.
    public let hostMemory: Int
    /// The bytes that each rank may have.
    public let budget: Int
    /// Whether the budget is enough.
    public let fits: Bool
    /// The bytes that the rank sends in a step that sends most; it receives about as many.
    public let sentBytes: Int
    /// The bytes that all ranks send together in a step.
    public let allSentBytes: Int
    /// The seconds of a step, and of what; nil where nothing is known of the speed, or the network does not fit.
    public let stepSeconds: Double?
    public let computeSeconds: Double?
    public let exposedExchangeSeconds: Double?
    public let updateSeconds: Double?
    /// The samples a second.
    public let imagesPerSecond: Double?
    /// The share of what as many threads would do if each were as fast as those of one rank, and always at work.
    public let efficiency: Double?
  }

  /// What was asked.
  public let question: Question
  /// How fast this machine is; nil where the network does not fit here.
  public let rehearsal: Rehearsal?
  /// What joins the ranks.
  public let network: Network
  /// The speed of one thread of a single rank that is always at work, in samples a second.
  private let yardstick: Double?
  private let buckets: [Range<Int>]
  /// For each bucket, the share of a wave's time that is still to come when it is filled.
  private let below: [Double]

  /// Makes ready to answer.
  public init(_ question: Question, rehearsal: Rehearsal?, network: Network) {
    (self.question, self.rehearsal, self.network) = (question, rehearsal, network)
    let model = question.model
    let tail = GradientTail.count(output: model.output, metrics: question.experiment.metrics)
    buckets = Buckets.plan(layers: model.stages.map(\.extent), tail: tail)
    below = buckets.map { bucket in
      let stage = model.stages.lastIndex { !$0.extent.isEmpty && $0.extent.lowerBound <= bucket.lowerBound }
      return stage.flatMap { stage in rehearsal.map { $0.backwardBelow[stage] } } ?? 0
    }
    yardstick = rehearsal.map { rehearsal in
      let crew = question.crew(1)
      let wave = Double(question.need(crew).need.waves.samples)
      let load = HostLoad(cores: question.cores, crowding: rehearsal.crowding)
      return wave / (rehearsal.waveSeconds + wave * rehearsal.sampleSeconds) / load.stretch(busy: crew.threads)
    }
  }

  /// The waves that any of these numbers of ranks, on batches of one and more times the size, take: the smallest and the
  /// largest.
  public static func waves(_ question: Question, ranks: [Int], factors: [Int]) -> ClosedRange<Int> {
    let all = factors.flatMap { factor in
      let question = question.times(factor)
      return ([1] + ranks).map { question.need(question.crew($0)).need.waves.samples }
    }
    return (all.min() ?? 1)...(all.max() ?? 1)
  }

  /// The answer for `ranks` ranks and batches `factor` times as large.
  public func row(_ ranks: Int, factor: Int = 1) -> Row {
    let question = question.times(factor)
    let crew = question.crew(ranks)
    let (need, budget) = question.need(crew)
    let volume = volume(question, crew)
    let fits = need.bytes <= budget.bytes
    let forecast = fits ? forecast(question, crew, wave: need.waves.samples) : nil
    let speed = forecast.map { Double(question.batch) / $0.seconds }
    let threads = ranks * crew.threads
    let idle = IdleThreads(
      threads: [Int](repeating: crew.threads, count: ranks), batchSize: question.batch, slice: question.experiment.slice
    )
    return Row(
      ranks: ranks, hosts: crew.hosts.count, threads: crew.threads,
      slicesPerThread: ((question.slices - 1) / ranks) / crew.threads + 1,
      idleThreads: idle.count(batchSize: question.batch, slice: question.experiment.slice),
      idleRanks: max(0, ranks - question.slices), rankMemory: need.bytes,
      hostMemory: crew.ranksPerHost * (need.bytes - MemoryNeed.shared) + MemoryNeed.shared, budget: budget.bytes,
      fits: fits,
      sentBytes: volume.mostSent, allSentBytes: volume.sent, stepSeconds: forecast?.seconds,
      computeSeconds: forecast?.compute, exposedExchangeSeconds: forecast?.exposedExchange,
      updateSeconds: forecast?.update, imagesPerSecond: speed,
      efficiency: speed.flatMap { speed in yardstick.map { speed / Double(threads) / $0 } })
  }

  /// What would feed the threads of `ranks` ranks that have no slice; nil where all have one.
  public func idleness(_ ranks: Int) -> String? {
    let threads = [Int](repeating: question.crew(ranks).threads, count: ranks)
    return IdleThreads(threads: threads, batchSize: question.batch, slice: question.experiment.slice).complaint
  }

  /// What keeps `ranks` ranks from training at all, in the words of the refusal; nil for nothing.
  public func refusal(_ ranks: Int) -> String? {
    do {
      try question.need(question.crew(ranks)).need.check()
      return nil
    } catch { return error.description }
  }

  /// The largest number of ranks, up to `limit`, whose efficiency is at least `share`; nil where the speed is not known, or
  /// none has it.
  public func most(worth share: Double, upTo limit: Int, factor: Int = 1) -> Int? {
    // More threads than that have too few slices for it.
    let reach = max(1, min(limit, Int(Double(question.times(factor).slices) / share) + 1))
    // Every number up to 64, then 32 from each power of two to the next.
    let candidates =
      (1...reach).prefix(64) + (1..<32).flatMap { power in (32...64).map { $0 << power } }.filter { $0 <= reach }
    return (candidates + [reach]).last { (row($0, factor: factor).efficiency ?? 0) >= share }
  }

  private func volume(_ question: Question, _ crew: StepForecast.Crew) -> ExchangeVolume {
    ExchangeVolume(buckets, slices: question.slices, ranks: crew.ranks, ranksPerHost: crew.ranksPerHost)
  }

  private func forecast(_ question: Question, _ crew: StepForecast.Crew, wave: Int) -> StepForecast? {
    rehearsal.map {
      StepForecast(
        samples: question.batch, slice: question.experiment.slice, wave: wave, crew: crew,
        volume: volume(question, crew), below: below, rehearsal: $0, network: network, cores: question.cores)
    }
  }
}
