/// What a network is judged by.
public struct JudgedData: Sendable {
  /// The samples that loss and accuracy are measured on.
  public let samples: any Dataset
  /// The training samples that belong to them, where there are some and they were asked for.
  public let training: (any Dataset)?

  /// Takes what was opened.
  public init(samples: any Dataset, training: (any Dataset)?) {
    self.samples = samples
    self.training = training
  }
}
