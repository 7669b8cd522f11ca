import FoundationEssentials
import Models
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

  /// What differs between two experiments, as `field: ours, not theirs`.
  public func differences(from other: Experiment) -> [String] {
    let (ours, theirs) = (fields, other.fields)
    return Set(ours.keys).union(theirs.keys).sorted().compactMap { key in
      // Of two networks, the first place where they differ.
      if key == "network", let network, let theirs = other.network {
        return network.difference(from: theirs, path: key)
      }
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
