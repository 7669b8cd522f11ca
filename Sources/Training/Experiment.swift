import Datasets
import FoundationEssentials
import Optimizers

/// Everything that a run's numbers depend on, and nothing else. Ranks, threads and hosts are no part of it; neither is
/// how long to train, so a run can be prolonged.
public struct Experiment: Codable, Equatable, Sendable {
  /// The data set's name.
  public var dataset = "cifar10"
  /// The data set's digest, filled in when the data have been read.
  public var datasetDigest = ""
  /// How many training samples to take, from the first; nil for all.
  public var limit: Int?
  /// (height, width, channels) that a folder of images is resized to; nil for the images' own.
  public var inputShape: [Int]?
  /// The random changes to training samples.
  public var augmentation = Augmentation()
  /// Whether samples are normalised, channel by channel, with the statistics of the training samples.
  public var normalize = false
  /// These statistics, filled in when the data have been read: a network that has learned from normalised samples is
  /// worth nothing without them.
  public var normalization: Normalization?
  /// The network's name.
  public var model = "keras-cnn"
  /// The digest of the weights that the run started from, where they came from a file.
  public var initialWeights: String?
  /// The samples of one step over all ranks.
  public var batchSize = 512
  /// The samples of one slice.
  public var slice = 64
  /// SGD's learning rate at step 0.
  public var learningRate: Float = 0.01
  /// SGD's momentum.
  public var momentum: Float = 0.5
  /// How fast the learning rate falls: rate / (1 + decay · step).
  public var decay: Float = 4e-4
  /// What all randomness comes from.
  public var seed: UInt64 = 1
  /// Whether each epoch visits the samples in an order of its own.
  public var shuffle = true
  /// Who adds the gradients.
  public var reduction = ReductionKind.tree

  /// The recipe of the Keras tutorial.
  public init() {}

  /// The optimiser that the numbers describe.
  public var optimizer: SGD {
    SGD(schedule: TimeDecay(initial: learningRate, decay: decay), momentum: momentum)
  }

  /// What becomes of samples before the network sees them.
  public var preparation: SamplePreparation {
    SamplePreparation(augmentation: augmentation, normalization: normalization)
  }

  /// What differs between two experiments, as `field: ours, not theirs`.
  public func differences(from other: Experiment) -> [String] {
    let (ours, theirs) = (fields, other.fields)
    return Set(ours.keys).union(theirs.keys).sorted().compactMap { key in
      let (mine, yours) = (ours[key] ?? "none", theirs[key] ?? "none")
      return mine == yours ? nil : "\(key): \(mine), not \(yours)"
    }
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
    limit = try fields.decodeIfPresent(Int.self, forKey: .limit)
    inputShape = try fields.decodeIfPresent([Int].self, forKey: .inputShape)
    try read(.augmentation, into: &augmentation)
    try read(.normalize, into: &normalize)
    normalization = try fields.decodeIfPresent(Normalization.self, forKey: .normalization)
    try read(.model, into: &model)
    initialWeights = try fields.decodeIfPresent(String.self, forKey: .initialWeights)
    try read(.batchSize, into: &batchSize)
    try read(.slice, into: &slice)
    try read(.learningRate, into: &learningRate)
    try read(.momentum, into: &momentum)
    try read(.decay, into: &decay)
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

/// How long a run goes on and what it leaves behind. None of it changes a weight.
public struct Schedule: Codable, Equatable, Sendable {
  /// Train until that many epochs are done.
  public var epochs = 25
  /// Train until that many steps are done, counted from the run's first; wins over `epochs`.
  public var steps: Int?
  /// Measure the validation set after every so many epochs; 0 for never.
  public var validateEvery = 1
  /// Write a checkpoint every so many steps, besides those at each epoch's end; 0 for none.
  public var checkpointEvery = 0
  /// Keep a journal: hashes of every step's gradients and values.
  public var journal = false

  /// 25 epochs, each followed by a validation.
  public init() {}
}
