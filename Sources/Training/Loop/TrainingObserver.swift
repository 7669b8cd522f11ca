import Objectives
import Runs
import Tensors

/// Hears how a run goes. Rank 0 alone has some that speak.
public protocol TrainingObserver: AnyObject {
  /// Training begins where `state` stands, or goes on there: what an observer has of steps or epochs behind it, they will be
  /// told of again.
  func willTrain(from state: TrainingState, of stepsPerEpoch: Int)
  /// A step is done; `stepsPerEpoch` and `lastStep` (where it is known) tell how far that is.
  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int)
  /// An epoch is done, and `end` is how things stand then.
  func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd)
}

extension TrainingObserver {
  /// Does nothing.
  public func willTrain(from state: TrainingState, of stepsPerEpoch: Int) {}
  /// Does nothing.
  public func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) {}
}

/// How things stand when an epoch is done.
public struct EpochEnd {
  /// What the network said of each validation sample; nil where none were judged, or nobody asked for it.
  public let verdicts: Verdicts?
  /// The values that a validation judges: the weights, or their running mean. They are this until the call returns.
  public let values: FloatBuffer
  /// Where the run stands.
  public let state: TrainingState
  /// Where the time of this rank's first steps went; nil where it was not noted.
  public var profile: StepProfile? { makeProfile() }

  let makeProfile: () -> StepProfile?
}
