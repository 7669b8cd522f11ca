import Runs

/// Hears how a run goes. Rank 0 alone has one that speaks.
public protocol TrainingObserver: AnyObject {
  /// A step is done; `stepsPerEpoch` and `lastStep` (where it is known) tell how far that is.
  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int)
  /// An epoch is done.
  func didFinish(_ epoch: EpochMetrics)
}
