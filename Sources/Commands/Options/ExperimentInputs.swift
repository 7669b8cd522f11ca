import Collectives
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
    guard datasetDigest.isEmpty || datasetDigest == data.training.digest + data.validation.digest else {
      throw FileError(.malformed, data.training.name, "its samples are not those that the run was started with")
    }
  }
}

extension Communicator {
  /// Makes sure that all ranks read the same samples; `kind` is what they are called. All ranks call it.
  ///
  /// - Throws: `SharedFailure` that names a rank with others, and what is different about them.
  func compare(_ data: any Dataset, _ kind: String) throws {
    let found = try allGather(
      try JSON.line(["\(data.count) \(kind) of \(data.sampleShape) and \(data.classNames.count) classes", data.digest])
    ).map { try JSON.decode([String].self, $0) }
    guard let (rank, other) = Dissent.first(in: found) else { return }
    let isAlike = found[rank][0] == found[other][0]
    func says(_ rank: Int) -> String {
      "rank \(rank) on \(hosts[rank]) has \(found[rank][0])\(isAlike ? " with the digest \(found[rank][1].prefix(16))" : "")"
    }
    throw SharedFailure(
      exitCode: .badData,
      description: "\(data.name): \(says(rank)), but \(says(other)): the same data must be on all hosts")
  }
}
