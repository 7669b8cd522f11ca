import Datasets

/// What to do about a step whose loss or gradient is NaN or infinite.
public enum NonFinitePolicy: String, Codable, Sendable, CaseIterable {
  /// End the run.
  case stop
  /// Leave the step out, and go on with the next.
  case skip
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
  /// Write a checkpoint when the last is so many seconds old, besides the others; 0 for none.
  public var checkpointSeconds = 600
  /// Keep a copy of the state in the memory of each host every so many steps; 0 for none.
  public var shadowEvery = 0
  /// Compute a slice of a batch on all threads of all ranks every so many steps, and compare; 0 for never.
  public var verifyEvery = 0
  /// Keep a journal: hashes of every step's gradients and values.
  public var journal = false
  /// Tell TensorBoard how the run goes, in files in its folder.
  public var tensorboard = true
  /// What to do about a step whose numbers are not finite. A run that stops there and one that leaves the step out have
  /// the same weights as far as both go.
  public var onNan = NonFinitePolicy.stop

  /// 25 epochs, each followed by a validation.
  public init() {}

  /// Reads what a file says; what could not be chosen when it was written is the default.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    epochs = try fields.decode(Int.self, forKey: .epochs)
    steps = try fields.decodeIfPresent(Int.self, forKey: .steps)
    validateEvery = try fields.decode(Int.self, forKey: .validateEvery)
    checkpointEvery = try fields.decode(Int.self, forKey: .checkpointEvery)
    checkpointSeconds = try fields.decodeIfPresent(Int.self, forKey: .checkpointSeconds) ?? checkpointSeconds
    shadowEvery = try fields.decodeIfPresent(Int.self, forKey: .shadowEvery) ?? 0
    verifyEvery = try fields.decodeIfPresent(Int.self, forKey: .verifyEvery) ?? 0
    journal = try fields.decode(Bool.self, forKey: .journal)
    tensorboard = try fields.decodeIfPresent(Bool.self, forKey: .tensorboard) ?? true
    onNan = try fields.decodeIfPresent(NonFinitePolicy.self, forKey: .onNan) ?? .stop
  }

  /// How many steps are done at the end.
  public func lastStep(of batches: BatchPlan) -> Int { steps ?? epochs * batches.stepsPerEpoch }
}
