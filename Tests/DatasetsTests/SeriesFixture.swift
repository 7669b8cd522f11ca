import Datasets
import Tensors
import TestSupport
import Testing

/// Tables in a folder that goes with the object.
struct SeriesFixture {
  let folder: TemporaryFolder

  init(_ files: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, Array(text.utf8)) }
  }

  /// Opens a file, or the folder, for a network of `outputs` outputs, or for none yet.
  func open(
    _ name: String = "", _ options: SeriesOptions = SeriesOptions(), split: Double? = nil,
    parts: Set<DataSplits.Part> = [.training, .validation, .test], classes: [String]? = nil, outputs: Shape? = nil,
    isBinary: Bool = true, notice: (String) -> Void = { _ in }
  ) throws -> DataSplits {
    try SeriesTables.open(
      folder(name), options: options, split: split.map(ValidationSplit.init), parts: parts, classes: classes,
      notice: notice
    ) { _ in outputs.map { NetworkOutput($0, isBinary: isBinary) } }
  }

  /// Opens a single table to be judged whole.
  func judge(
    _ text: String, _ options: SeriesOptions = SeriesOptions(), name: String = "data.csv", outputs: Shape? = nil
  ) throws -> any Dataset {
    try folder.write(name, Array(text.utf8))
    return try #require(try open(name, options, parts: [.validation], outputs: outputs)[.validation])
  }
}

extension Dataset {
  /// The numbers of a sample.
  func numbers(_ sample: Int) -> [Float] {
    let storage = FloatStorage(count: sampleShape.count)
    load(sample, into: storage.buffer)
    return Array(storage.buffer)
  }

  /// The numbers of all samples.
  var numbers: [[Float]] { (0..<count).map { numbers($0) } }
  /// The class of each sample.
  var labels: [Int] { (0..<count).map(label) }
  /// The value of each sample.
  var values: [Float] {
    (0..<count).map { sample in
      let storage = FloatStorage(count: targets.count)
      loadValues(of: sample, into: storage.buffer)
      return storage.buffer[0]
    }
  }
}
