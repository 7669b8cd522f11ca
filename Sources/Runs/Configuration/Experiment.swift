import Datasets
import FoundationEssentials
import KerasFiles
import Models
import Objectives
import Optimizers

/// Everything that a run's numbers depend on, and nothing else. Ranks, threads and hosts are no part of it; neither is
/// how long to train, so a run can be prolonged.
@dynamicMemberLookup
public struct Experiment: Codable, Equatable, Sendable {
  /// The data set's name.
  public var dataset = "cifar10"
  /// The data set's digest, filled in when the data have been read.
  public var datasetDigest = ""
  /// The names of the data set's classes, in the order of their labels, filled in when the data have been read. Runs of
  /// before this was kept have none.
  public var classNames: [String]?
  /// What each value of a target stands for, in the order of the outputs: labels, or a table's columns. Filled in when the data
  /// have been read; nil where they have no names. Runs of before this was kept have none.
  public var outputNames: [String]?
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
  /// Columns of tables of series that are passed over; nil for none.
  public var drop: [String]?
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
  /// How gradients turn into steps, where no rule says otherwise. Its fields can be had as if they were the experiment's own.
  public var update = UpdateRecipe()
  /// How those of some parameters do; nil for as all others.
  public var parameterRules: [ParameterRule]?
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
  /// Whether a run that was to stop early ends with the weights of its best validation.
  public var restoresBest: Bool = true
  /// What a validation must be better by to count as better.
  public var minDelta: Float = 0
  /// The share of the learning rate below which a plateau does not bring it.
  public var minRateShare: Float = 0
  /// What each gradient is cut off at; nil for nothing.
  public var clipValue: Float?
  /// The norm to which each tensor's gradient is cut down where it is longer; nil for none.
  public var clipTensorNorm: Float?
  /// How much of the running mean of the weights stays in a step; nil for no such mean.
  public var ema: Float?
  /// Slow weights that follow the others from a distance; nil for none.
  public var lookahead: Lookahead?
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

  /// A field of `update`.
  public subscript<Value>(dynamicMember path: WritableKeyPath<UpdateRecipe, Value>) -> Value {
    get { update[keyPath: path] }
    set { update[keyPath: path] = newValue }
  }

  /// What becomes of samples before the network sees them.
  public var preparation: SamplePreparation {
    SamplePreparation(augmentation: augmentation, normalization: normalization)
  }

  /// Whether samples are to be normalised, and by what is yet to be measured.
  public var lacksNormalization: Bool { normalize != .none && normalization == nil }

  /// What differs between two experiments, as `field: ours, not theirs`.
  public func differences(from other: Experiment) -> [String] {
    Self.fields.sorted { $0.name < $1.name }.compactMap { field in
      let key = field.name
      // Of two networks, the first place where they differ.
      if key == "network", let network, let theirs = other.network {
        return network.difference(from: theirs).map { "\(key): \($0)" }
      }
      // What a run of before does not say is no difference.
      if key == "classNames", classNames == nil || other.classNames == nil { return nil }
      if key == "outputNames", outputNames == nil || other.outputNames == nil { return nil }
      if key == "levels", levels == nil || other.levels == nil { return nil }
      let (mine, yours) = (field.text(self), field.text(other))
      return mine == yours ? nil : "\(key): \(mine), not \(yours)"
    }
  }

  /// Whether both are of one run, whose learning-rate schedule may have been given another end on the way.
  public func isOfOneRun(with other: Experiment) -> Bool {
    var same = self
    same.scheduleSteps = other.scheduleSteps
    return same == other
  }
}

/// Who adds the gradients of all ranks.
public enum ReductionKind: String, Codable, Sendable, CaseIterable {
  /// We do, in the slice tree's order: the same bits on any number of ranks.
  case tree
  /// MPI does, in an order of its own, for comparison.
  case mpi
}
