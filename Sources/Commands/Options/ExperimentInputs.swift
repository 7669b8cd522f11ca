import Collectives
import Datasets
import Files
import KerasFiles
import Models
import Runs
import Training

extension Experiment {
  /// Opens the data that the experiment trains on, and makes its network.
  ///
  /// - Throws: `FileError` when files are missing or broken, `UsageError` for what cannot be done to such samples, and what
  ///   `makeModel` throws.
  func open(_ place: DataPlace, _ readers: DataReaders) throws -> (data: TrainingData, model: Model) {
    let opening = DatasetOpening(experiment: self, place: place, readers: readers)
    let all = TrainingData(try opening.open([.training, .validation]))
    let scaled = isUnscaled(all.training) ? all.unscaled : all
    let data = limit.map { scaled.limited(to: $0) } ?? scaled
    let shape = data.training.sampleShape
    let targets = data.training.targets
    if let flaw = augmentation.flaw(for: shape, targets: targets) ?? normalization?.flaw(for: shape) {
      throw UsageError(flaw)
    }
    return (data, try makeModel(for: data.training))
  }

  /// Opens what the experiment's network is to be judged by, as `open` does, and makes the network. The samples have the
  /// labels that the run gives to classes of their names.
  ///
  /// - Parameter part: which part is judged; nil for the test, or what there is instead.
  /// - Throws: `FileError` when files are missing or broken, or a sample is of a class that the run was not trained on; and
  ///   what `open` throws.
  func openToJudge(
    _ part: DataSplits.Part?, _ place: DataPlace, _ readers: DataReaders
  ) throws -> (data: JudgedData, model: Model) {
    let needsTraining = lacksNormalization && normalize.isMeasured
    // A run's network knows its samples' shape; that of a file may leave it open.
    let input = try datasetDigest.isEmpty ? nil : network.map { try Model(Architecture(keras: $0)).input }
    var opening = DatasetOpening(experiment: self, place: place, readers: readers)
    opening.channels = input.map { $0[$0.rank - 1] }
    var data = try opening.openToJudge(part, isTrainingWanted: needsTraining)
    if isUnscaled(data.samples) {
      data = JudgedData(
        samples: UnscaledSamples(of: data.samples), training: data.training.map { UnscaledSamples(of: $0) })
    }
    if let classNames, !classNames.isEmpty, classNames != data.samples.classNames {
      guard case .classes(_, let positions) = data.samples.targets, positions.rank == 0 else {
        throw FileError(
          .malformed, data.samples.name, "has targets that are no classes, but the network was trained on classes")
      }
      data = JudgedData(
        samples: try RelabelledSamples(of: data.samples, classes: classNames), training: data.training)
    }
    if needsTraining && data.training == nil {
      throw UsageError("--normalize takes the scales of training samples, of which \(place.path ?? dataset) has none")
    }
    if let flaw = normalization?.flaw(for: data.samples.sampleShape) { throw UsageError(flaw) }
    return (data, try makeModel(for: data.samples))
  }

  /// Whether pixels are wanted as 0 to 255. Arrays see to that themselves, and what has no levels has no pixels.
  func isUnscaled(_ samples: any Dataset) -> Bool {
    dataset != "arrays" && samples.levels != nil && effectiveScale == ArrayScale.none
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
