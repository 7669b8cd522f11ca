/// What one run trains on, and what it is judged by.
public struct TrainingData: Sendable {
  /// The samples that steps are made of.
  public let training: any Dataset
  /// The samples that accuracy is measured on, never trained on.
  public let validation: any Dataset

  /// Pairs two data sets of the same sample shape and classes.
  public init(training: any Dataset, validation: any Dataset) {
    precondition(
      training.sampleShape == validation.sampleShape && training.classNames == validation.classNames,
      "training and validation samples differ in kind")
    self.training = training
    self.validation = validation
  }

  /// Takes the training and the validation samples of a data set that has both.
  public init(_ splits: DataSplits) {
    guard let training = splits[.training], let validation = splits[.validation] else {
      preconditionFailure("a data set to train on has samples for training and for validation")
    }
    self.init(training: training, validation: validation)
  }

  /// The digests of both halves.
  public var digest: String { training.digest + validation.digest }

  /// The digests of both halves as older versions took them.
  public var earlierDigest: String {
    (training.earlierDigest ?? training.digest) + (validation.earlierDigest ?? validation.digest)
  }

  /// The same data with only the first `count` training samples, all of them where there are fewer. Validation keeps
  /// every sample, so that accuracies stay comparable.
  public func limited(to count: Int) -> TrainingData {
    precondition(count > 0, "a run needs at least one sample")
    guard count < training.count else { return self }
    return TrainingData(training: FirstSamples(of: training, count: count), validation: validation)
  }
}
