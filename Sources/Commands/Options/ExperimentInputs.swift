import Datasets
import Files
import Models
import Runs
import Training

extension Experiment {
  /// Opens the data that the experiment trains on, in `folder` where its files are elsewhere than usual, and makes its
  /// network.
  ///
  /// - Throws: `FileError` when files are missing or broken, `UsageError` for what cannot be done to such samples, and what
  ///   `makeModel` throws.
  func open(folder: String?, environment: [String: String]) throws -> (data: TrainingData, model: Sequential) {
    let all = try DatasetOptions.open(dataset, folder: folder, inputShape: inputShape, environment: environment)
    let data = limit.map { all.limited(to: $0) } ?? all
    let shape = data.training.sampleShape
    if let flaw = augmentation.flaw(for: shape) ?? normalization?.flaw(for: shape) { throw UsageError(flaw) }
    return (data, try makeModel(for: data.training))
  }

  /// Makes sure that `data` are those that a run was started with; an experiment that is yet to begin takes any.
  ///
  /// - Throws: `FileError` when they are others.
  func check(_ data: TrainingData) throws(FileError) {
    guard datasetDigest.isEmpty || datasetDigest == data.digest || datasetDigest == data.earlierDigest else {
      throw FileError(.malformed, data.training.name, "its samples are not those that the run was started with")
    }
  }
}
