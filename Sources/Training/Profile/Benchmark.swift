import Collectives
import Datasets
import KerasFiles
import Kernels
import Models
import Runs
import Tensors

/// How fast training steps of a network are, and where their time goes. Noise takes the place of data: speed does not
/// depend on what the samples show.
public struct Benchmark: Codable, Equatable, Sendable {
  /// A part of a layer's work, the mean over this rank's workers.
  public struct LayerPart: Codable, Equatable, Sendable {
    /// The layer's name.
    public let layer: String
    /// Which part.
    public let part: LayerTimes.Part
    /// What it takes for one image on one worker.
    public let microseconds: Double
    /// Its rate in direct convolution's and dense layers' operations; nil where it has none.
    public let gflops: Double?
  }

  /// Images a second of all ranks, over windows of about a second, in order.
  public let windows: [Double]
  /// The median over steps, in milliseconds: loading samples.
  public let data: Double
  /// Forward, loss and backward.
  public let compute: Double
  /// Waiting for slower workers and ranks.
  public let wait: Double
  /// What of the exchange was not hidden behind computation.
  public let exposedExchange: Double
  /// Penalties, clipping and the optimiser.
  public let update: Double
  /// Every layer's parts that take time, in the order of the layers.
  public let layers: [LayerPart]
  /// The operations of a training step for one image: those of forward, and as many again for each gradient.
  public let flopsPerImage: Int
  /// The best rate of a product on one thread of this process, in GFLOP/s.
  public let productRate: Double
  /// All threads of all ranks.
  public let threads: Int

  /// The median window.
  public var imagesPerSecond: Double { windows.sorted()[windows.count / 2] }
  /// The step's operations over its time, for one thread, in GFLOP/s.
  public var effectiveRate: Double { imagesPerSecond * Double(flopsPerImage) / Double(threads) / 1e9 }

  /// All of it, and the median and the effective rate, as one JSON object.
  public func json() throws -> String {
    var object = try JSON.decode([String: JSONValue].self, try JSON.line(self))
    object["images_per_second"] = .number(imagesPerSecond)
    object["effective_rate"] = .number(effectiveRate)
    return try JSON.line(object)
  }

  /// What a batch may count: more would take hours a step on any machine.
  public static let batchSizes = 1...1 << 20

  /// How many samples of noise an epoch of the measurement has.
  public static func samples(of experiment: Experiment) -> Int { experiment.batchSize * 100 }

  /// Steps before the measurement, if nothing else is said: memory is touched, and OpenBLAS shows how it multiplies.
  public static let warmUp = 3

  /// Trains `model` for about `seconds` seconds. All ranks call it and get the same but for `layers`, which are their own.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - experiment: batch, slices, optimiser and reduction; its data are not looked at.
  ///   - communicator: this rank's.
  ///   - threads: the compute threads of this rank.
  ///   - waves: as `MemoryNeed` has planned them.
  ///   - seconds: about how long it takes.
  ///   - steps: how many are measured at least; as many, but no more than `warmUp`, come before.
  /// - Throws: what `Trainer.run` throws.
  public init(
    _ model: Model, experiment: Experiment, communicator: any Communicator, threads: Int, waves: Waves? = nil,
    seconds: Double, steps: Int = warmUp
  ) throws {
    productRate = ProductRate.measure() / 1e9
    // Noise teaches nothing: where values stay as they are, no network diverges while it is measured.
    var experiment = experiment
    experiment.learningRate = 0
    let noise = NoiseImages(Self.samples(of: experiment), shape: model.input, targets: Head.targets(suiting: model))
    var schedule = Schedule()
    (schedule.steps, schedule.validateEvery) = (.max, 0)
    let arena = Trainer.arena(for: model, experiment: experiment)
    model.initialize(arena.values.buffer, seed: experiment.seed)
    let clock = StepClock(warmUp: min(steps, Self.warmUp), least: steps, seconds: seconds)
    let trainer = try Trainer(
      experiment: experiment, schedule: schedule, data: TrainingData(training: noise, validation: noise), model: model,
      arena: arena, state: TrainingState(), communicator: communicator, threads: threads, waves: waves,
      isProfiling: true, recorder: nil, observers: [clock], shouldStop: { clock.isOver || communicator.stop.isMade })
    clock.begin = { trainer.layerTimes.forEach { $0.reset() } }
    do {
      try trainer.run()
    } catch is Stopped {
      if !clock.isOver { throw Stopped() }
    }

    let profile = try trainer.profile()
    windows = clock.windows(images: experiment.batchSize)
    data = profile.median(\.data)
    compute = profile.median(\.compute)
    wait = profile.median(\.wait)
    exposedExchange = profile.median(\.exposedExchange)
    update = profile.median(\.update)
    self.threads = try communicator.allGather("\(threads)").reduce(0) { $0 + (Int($1) ?? 0) }
    let own = Double(clock.steps * experiment.batchSize) / Double(communicator.size)
    layers = Self.parts(of: model, trainer.layerTimes, images: own)
    flopsPerImage = Self.flopsPerImage(of: model)
  }

  /// The operations of a training step of `model` for one image.
  package static func flopsPerImage(of model: Model) -> Int {
    model.stages.indices.reduce(0) { sum, index in
      LayerTimes.Part.allCases.reduce(sum) { $0 + flops($1, of: model.stages[index], isFirst: index == 0) }
    }
  }

  private static func parts(of model: Model, _ times: [LayerTimes], images: Double) -> [LayerPart] {
    model.stages.indices.flatMap { index in
      LayerTimes.Part.allCases.compactMap { part in
        let seconds = times.reduce(0) { $0 + $1.seconds(part, ofLayer: index) }
        guard seconds > 0 else { return nil }
        let flops = flops(part, of: model.stages[index], isFirst: index == 0)
        return LayerPart(
          layer: model.stages[index].name, part: part, microseconds: seconds / images * 1e6,
          gflops: flops > 0 ? Double(flops) * images / seconds / 1e9 : nil)
      }
    }
  }

  /// Each gradient takes the operations of forward; the first layer's input needs none.
  private static func flops(_ part: LayerTimes.Part, of stage: Model.Stage, isFirst: Bool) -> Int {
    part == .inputGradient && isFirst ? 0 : stage.operation.forwardFLOPs(for: stage.inputShapes)
  }
}

/// Notes when steps end.
private final class StepClock: TrainingObserver {
  /// Called when the warm-up is over.
  var begin: () -> Void = {}

  private let warmUp: Int
  private let least: Int
  private let seconds: Double
  private var ends: [ContinuousClock.Instant] = []

  init(warmUp: Int, least: Int, seconds: Double) {
    (self.warmUp, self.least) = (warmUp, least)
    self.seconds = seconds
  }

  /// How many steps were measured.
  var steps: Int { max(0, ends.count - 1) }

  /// Whether it has been long enough.
  var isOver: Bool { steps >= least && (ends.first?.secondsUntilNow ?? 0) >= seconds }

  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
    guard step.step >= warmUp else { return }
    if step.step == warmUp { begin() }
    ends.append(.now)
  }

  /// Images a second over whole steps that take a second together, or more where one does.
  func windows(images: Int) -> [Double] {
    var windows: [Double] = []
    var (start, count) = (0, 0)
    for index in ends.indices.dropFirst() {
      count += 1
      let time = ends[start].duration(to: ends[index]) / .seconds(1)
      guard time >= 1 || (windows.isEmpty && index == ends.count - 1) else { continue }
      windows.append(Double(count * images) / time)
      (start, count) = (index, 0)
    }
    return windows
  }
}
