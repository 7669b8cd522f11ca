import Datasets
import Models
import Runs
import Tensors
import Training

extension CompiledModel {
  /// Trains on the training samples of `data` and measures those to validate with, where there are some; else as for samples
  /// that stand by themselves.
  ///
  /// - Throws: `UsageError` where there is nothing to train on; what `fit` throws.
  @discardableResult
  public func fit(
    _ data: DataSplits, epochs: Int = 1, batchSize: Int = 512, slice: Int = 64, run: String? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> [EpochMetrics] {
    guard let training = data[.training] else { throw UsageError("the data set has no samples to train on") }
    return try fit(
      training, validation: data[.validation], epochs: epochs, batchSize: batchSize, slice: slice, run: run,
      observer: observer)
  }
}

extension Arrays {
  /// Opens NumPy arrays in a folder or an `.npz` file, as samples and targets of `model`'s shapes.
  ///
  /// - Throws: as `Arrays.open`.
  public static func open(
    _ path: String, for model: Model, scale: ArrayScale? = nil, split: ValidationSplit? = nil,
    parts: Set<DataSplits.Part> = Set(DataSplits.Part.allCases)
  ) throws -> DataSplits {
    try open(path, scale: scale, split: split, parts: parts) { _ in (model.input, model.output) }
  }
}
