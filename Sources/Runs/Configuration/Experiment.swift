import Datasets
import FoundationEssentials
import KerasFiles
import Models
import Objectives
import Optimizers

/// Everything that a run's numbers depend on, and nothing else. Ranks, threads and hosts are no part of it; neither is
/// how long to train, so a run can be prolonged.
public struct Experiment: Codable, Equatable, Sendable {
  /// The data set's name.
  public var dataset = "cifar10"
  /// The data set's digest, filled in when the data have been read.
  public var datasetDigest = ""
  /// The names of the data set's classes, in the order of their labels, filled in when the data have been read. Runs of
  /// before this was kept have none.
  public var classNames: [String]?
  /// How many values a pixel of the data set can have, evenly from 0 to 1, filled in when the data have been read; nil where
  /// samples are any numbers. Runs of before this was kept have none.
  public var levels: Int?
  /// How many training samples to take, from the first; nil for all.
  public var limit: Int?
  /// What samples are made alike: (height, width, channels) of images, (depth, height, width, channels) of volumes, (length,
  /// channels) of series; nil for their own.
  public var inputShape: [Int]?
  /// The column of labels in a table; nil for the one that its layout says.
  public var target: String?
  /// The column that says which rows of a table make one series; nil where each is one.
  public var group: String?
  /// What becomes of missing values in tables; nil where they are refused.
  public var missing: SeriesOptions.MissingValues?
  /// The intensities of volumes that become 0 and 1; nil for each volume's own.
  public var window: [Float]?
  /// How long all sounds are made; nil for their own length.
  public var seconds: Double?
  /// How many frames a second all sounds have; nil for their own.
  public var rate: Int?
  /// What is held back to validate with, where the data set does not say; nil for the data set's own way.
  public var validationSplit: ValidationSplit?
  /// What becomes of the numbers of samples in arrays; nil for what goes with their type.
  public var scale: ArrayScale?
  /// The random changes to training samples.
  public var augmentation = Augmentation()
  /// Over what samples are normalised.
  public var normalize = NormalizationKind.none
  /// The statistics of the training samples for that, filled in when the data have been read: a network that has learned from normalised samples is
  /// worth nothing without them.
  public var normalization: Normalization?
  /// The network's name.
  public var model = "keras-cnn"
  /// The whole network, as Keras 3 describes it; filled in when the data's shape is known. Runs of before this was kept
  /// have none: theirs is the built-in network called `model`.
  public var network: JSONValue?
  /// The digest of the weights that the run started from, where they came from a file.
  public var initialWeights: String?
  /// The samples of one step over all ranks.
  public var batchSize = 512
  /// The samples of one slice.
  public var slice = 64
  /// The rule that turns gradients into steps.
  public var optimizer = OptimizerKind.sgd
  /// The learning rate: of step 0, or of the schedule's peak.
  public var learningRate: Float = 0.01
  /// SGD's momentum.
  public var momentum: Float = 0.5
  /// Whether SGD's momentum is Nesterov's.
  public var nesterov = false
  /// Adam's decay of the gradient's running mean.
  public var beta1: Float = 0.9
  /// Adam's decay of its square's running mean.
  public var beta2: Float = 0.999
  /// What Adam adds to the root of that mean.
  public var epsilon: Float = 1e-7
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public var weightDecay: Float = 0
  /// The norm to which the whole gradient is cut down where it is longer; nil for none.
  public var clipNorm: Float?
  /// What training makes small; nil for the loss that goes with the network's end and the data's targets.
  public var loss: Loss?
  /// What is measured besides.
  public var metrics: [Metric] = [.accuracy]
  /// How much each class counts, in the order of the labels; nil for all alike.
  public var classWeights: [Float]?
  /// How much of each target goes to all classes alike.
  public var labelSmoothing: Float = 0
  /// How the learning rate changes.
  public var schedule = ScheduleKind.time
  /// How many steps rise linearly to the learning rate before the schedule begins.
  public var warmUp = 0
  /// The schedule's length in steps, where it has one; filled in from the length of the run when it starts, so that a run
  /// that is prolonged keeps its rates, unless it is given another.
  public var scheduleSteps: Int?
  /// How fast the learning rate falls with `time`: rate / (1 + decay · step).
  public var decay: Float = 4e-4
  /// How many steps lie between two drops.
  public var dropEvery: Int?
  /// What the learning rate is multiplied by at each drop.
  public var dropFactor: Float = 0.1
  /// How much of the squares' running mean RMSprop keeps in a step.
  public var rho: Float = 0.9
  /// Whether RMSprop takes the square of the gradient's mean off.
  public var centered: Bool = false
  /// Whether the largest of the squares' means so far counts in Adam.
  public var amsgrad: Bool = false
  /// Where Adagrad's sums of squares begin.
  public var initialAccumulator: Float = 0.1
  /// The rate at the end of a polynomial schedule.
  public var endRate: Float = 1e-4
  /// The power of a polynomial schedule.
  public var power: Float = 1
  /// Whether a run that was to stop early ends with the weights of its best validation.
  public var restoresBest: Bool = true
  /// What a validation must be better by to count as better.
  public var minDelta: Float = 0
  /// The share of the learning rate below which a plateau does not bring it.
  public var minRateShare: Float = 0
  /// The rates of a schedule that names them; nil for none.
  public var ratePoints: [LearningRateSchedule.Point]?
  /// What each gradient is cut off at; nil for nothing.
  public var clipValue: Float?
  /// The norm to which each tensor's gradient is cut down where it is longer; nil for none.
  public var clipTensorNorm: Float?
  /// How much of the running mean of the weights stays in a step; nil for no such mean.
  public var ema: Float?
  /// What tells which epoch is best: `val_loss`, `accuracy`, …; nil for the validation's accuracy, or its loss.
  public var monitor: String?
  /// After how many epochs without a better one a run stops; nil for never.
  public var earlyStopping: Int?
  /// What the learning rate is multiplied by after some epochs without a better one; nil for nothing.
  public var plateauFactor: Float?
  /// After how many epochs that is; nil for 10.
  public var plateauPatience: Int?
  /// What all randomness comes from.
  public var seed: UInt64 = 1
  /// Whether each epoch visits the samples in an order of its own.
  public var shuffle = true
  /// Who adds the gradients.
  public var reduction = ReductionKind.tree

  /// The recipe of the Keras tutorial.
  public init() {}

  /// What becomes of samples before the network sees them.
  public var preparation: SamplePreparation {
    SamplePreparation(augmentation: augmentation, normalization: normalization)
  }

  /// Whether samples are to be normalised, and by what is yet to be measured.
  public var lacksNormalization: Bool { normalize != .none && normalization == nil }

  /// What differs between two experiments, as `field: ours, not theirs`.
  public func differences(from other: Experiment) -> [String] {
    let (ours, theirs) = (fields, other.fields)
    return Set(ours.keys).union(theirs.keys).sorted().compactMap { key in
      // Of two networks, the first place where they differ.
      if key == "network", let network, let theirs = other.network {
        return network.difference(from: theirs).map { "\(key): \($0)" }
      }
      // What a run of before does not say is no difference.
      if key == "classNames", classNames == nil || other.classNames == nil { return nil }
      if key == "levels", levels == nil || other.levels == nil { return nil }
      let (mine, yours) = (ours[key] ?? "none", theirs[key] ?? "none")
      return mine == yours ? nil : "\(key): \(mine), not \(yours)"
    }
  }

  /// Whether both are of one run, whose learning-rate schedule may have been given another end on the way.
  public func isOfOneRun(with other: Experiment) -> Bool {
    var same = self
    same.scheduleSteps = other.scheduleSteps
    return same == other
  }

  private var fields: [String: String] {
    Dictionary(
      uniqueKeysWithValues: Mirror(reflecting: self).children.compactMap { child in
        // A field that may be nil says so without Swift's `Optional(…)` around its value.
        let value = (child.value as? any OptionalField)?.text ?? "\(child.value)"
        return child.label.map { ($0, value) }
      })
  }
}

extension Experiment {
  /// Reads what a file says; what it does not speak of, because it was written before that could be chosen, is as it
  /// always was: the default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
      if let found = try fields.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    try read(.dataset, into: &dataset)
    try read(.datasetDigest, into: &datasetDigest)
    try read(.classNames, into: &classNames)
    try read(.levels, into: &levels)
    try read(.limit, into: &limit)
    try read(.inputShape, into: &inputShape)
    try read(.target, into: &target)
    try read(.group, into: &group)
    try read(.missing, into: &missing)
    try read(.window, into: &window)
    try read(.seconds, into: &seconds)
    try read(.rate, into: &rate)
    try read(.validationSplit, into: &validationSplit)
    try read(.scale, into: &scale)
    try read(.augmentation, into: &augmentation)
    try read(.normalize, into: &normalize)
    try read(.normalization, into: &normalization)
    try read(.model, into: &model)
    try read(.network, into: &network)
    try read(.initialWeights, into: &initialWeights)
    try read(.batchSize, into: &batchSize)
    try read(.slice, into: &slice)
    try read(.optimizer, into: &optimizer)
    try read(.learningRate, into: &learningRate)
    try read(.momentum, into: &momentum)
    try read(.nesterov, into: &nesterov)
    try read(.beta1, into: &beta1)
    try read(.beta2, into: &beta2)
    try read(.epsilon, into: &epsilon)
    try read(.weightDecay, into: &weightDecay)
    try read(.clipNorm, into: &clipNorm)
    try read(.loss, into: &loss)
    try read(.metrics, into: &metrics)
    try read(.classWeights, into: &classWeights)
    try read(.labelSmoothing, into: &labelSmoothing)
    try read(.schedule, into: &schedule)
    try read(.warmUp, into: &warmUp)
    try read(.scheduleSteps, into: &scheduleSteps)
    try read(.decay, into: &decay)
    try read(.dropEvery, into: &dropEvery)
    try read(.dropFactor, into: &dropFactor)
    try read(.rho, into: &rho)
    try read(.centered, into: &centered)
    try read(.amsgrad, into: &amsgrad)
    try read(.initialAccumulator, into: &initialAccumulator)
    try read(.endRate, into: &endRate)
    try read(.power, into: &power)
    try read(.restoresBest, into: &restoresBest)
    try read(.minDelta, into: &minDelta)
    try read(.minRateShare, into: &minRateShare)
    try read(.ratePoints, into: &ratePoints)
    try read(.clipValue, into: &clipValue)
    try read(.clipTensorNorm, into: &clipTensorNorm)
    try read(.ema, into: &ema)
    try read(.monitor, into: &monitor)
    try read(.earlyStopping, into: &earlyStopping)
    try read(.plateauFactor, into: &plateauFactor)
    try read(.plateauPatience, into: &plateauPatience)
    try read(.seed, into: &seed)
    try read(.shuffle, into: &shuffle)
    try read(.reduction, into: &reduction)
  }
}

private protocol OptionalField {
  var text: String { get }
}

extension Optional: OptionalField {
  fileprivate var text: String { map { "\($0)" } ?? "none" }
}

/// Who adds the gradients of all ranks.
public enum ReductionKind: String, Codable, Sendable, CaseIterable {
  /// We do, in the slice tree's order: the same bits on any number of ranks.
  case tree
  /// MPI does, in an order of its own, for comparison.
  case mpi
}
