import Datasets
import Files
import Training

/// The options that say what to train or to judge on.
enum DatasetOptions {
  /// Every name that `--dataset` takes, the default first.
  static let names = ["cifar10", "synthetic"]

  /// The options, where the data set is `standard` unless one is named.
  static func options(standard: String = names[0]) -> [Option] {
    [
      Option("--dataset", "D", "\(names.joined(separator: " or ")) (default \(standard))"),
      Option("--data", "DIR", "where its files are (default $CNN_DIST_DATA, then the XDG cache)"),
    ]
  }

  /// Opens the data set called `name`.
  ///
  /// - Throws: `FileError` when its files are missing or broken.
  static func open(_ name: String, folder: String?, environment: [String: String]) throws -> TrainingData {
    switch name {
    case "synthetic": return Synthetic.open()
    case "cifar10": return try CIFAR10.open(folder: DataFolder(option: folder, environment: environment).findCIFAR10())
    default: throw UsageError("there is no data set \(name)")
    }
  }
}
