import Collectives
import Datasets
import Files
import Reports
import Runs
import Tensors
import Training

/// The options that say what to train or to judge on.
enum DatasetOptions {
  /// Every name that `--dataset` takes, the default first.
  static let names = ["cifar10", "cifar100"] + MNISTKind.allCases.map(\.rawValue) + ["arrays", "folder", "synthetic"]

  /// The options, where the data set is `standard` unless one is named.
  static func options(standard: String = names[0]) -> [Option] {
    [
      Option("--dataset", "D", "\(names.alternatives) (default \(standard))"),
      Option("--data", "DIR", "where its files are (default $CNN_DIST_DATA, then the XDG cache)"),
      Option(
        "--scale", "HOW",
        "none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less)"
      ),
      Option(
        "--input-shape", "HxWxC", "resize the images of a folder; C is 1 or 3 (default: the size that they share)"),
    ]
  }

  /// What the help says of data sets.
  static let notes = """
    `--dataset folder --data DIR` takes PNG, JPEG, GIF, BMP and WebP files from DIR/train/CLASS and DIR/validation/CLASS (or
    val, or test), upright and over white where they are transparent.
    Without these two, every 10th image of each class is for validation, and without DIR/train the classes are in DIR.
    `--dataset arrays --data PATH` takes NumPy arrays x_train, y_train and x_val, y_val (or x_test, y_test) from .npy files in
    a folder or from an .npz file. Their first axis counts samples.
    """

  /// Reads `--scale`; nil where it is not given.
  static func scale(_ arguments: Arguments) throws(UsageError) -> ArrayScale? {
    try arguments.choice("--scale", of: ArrayScale.allCases.map(\.rawValue)).flatMap(ArrayScale.init)
  }

  /// Reads `--input-shape`; nil where it is not given.
  static func inputShape(_ arguments: Arguments) throws(UsageError) -> [Int]? {
    guard let text = arguments.string("--input-shape") else { return nil }
    let extents = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let shape = extents.compactMap(\.self)
    guard shape.count == extents.count, Experiment.isInputShape(shape) else {
      throw UsageError(
        "--input-shape takes HxWxC, with sides of \(Experiment.sides.lowerBound) to \(Experiment.sides.upperBound) and 1 or "
          + "3 channels, got \(text)")
    }
    return shape
  }

  /// Opens the data set called `name`. Where that takes long, `threads` threads work on it, and the speaker of all ranks shows
  /// on a terminal how far they are.
  ///
  /// - Throws: `FileError` when its files are missing or broken, `UsageError` for an input shape where it has no meaning.
  static func open(
    _ experiment: Experiment, folder: String?, threads: Int, environment: [String: String]
  ) throws -> TrainingData {
    let (name, inputShape) = (experiment.dataset, experiment.inputShape)
    guard inputShape == nil || name == "folder" else {
      throw UsageError(
        "--input-shape resizes the images of --dataset folder; those of \(name) have a shape of their own")
    }
    let places = DataFolder(option: folder, environment: environment)
    if let kind = MNISTKind(rawValue: name) { return try MNIST.open(kind, folder: places.find(kind)) }
    switch name {
    case "arrays":
      return try ArraySamples.open(arrays(folder), scale: experiment.effectiveScale, shapes: experiment.shapes)
    case "synthetic": return Synthetic.open()
    case "cifar10": return try CIFAR10.open(folder: places.find(.cifar10))
    case "cifar100": return try CIFAR100.open(folder: places.find(.cifar100))
    case "folder":
      let folder = try named(folder)
      var telling = Telling(environment)
      defer { telling.clear() }
      return try ImageFolder.open(
        folder: folder, shape: inputShape.map { Shape($0) }, threads: threads, progress: { telling.show($0, of: $1) },
        notice: telling.say)
    default: throw UsageError("there is no data set \(name)")
    }
  }

  /// Opens what `experiment`'s network is to be judged by: the validation samples of its data set, or what a folder of images
  /// holds for that.
  ///
  /// - Parameters:
  ///   - channels: how many channels the network takes, where that is known.
  ///   - isTrainingWanted: whether the training samples of the data set are needed, too.
  /// - Throws: as `open`.
  static func openToJudge(
    _ experiment: Experiment, folder: String?, channels: Int?, isTrainingWanted: Bool, threads: Int,
    environment: [String: String]
  ) throws -> JudgedData {
    if experiment.dataset == "arrays" {
      return try ArraySamples.openToJudge(arrays(folder), scale: experiment.effectiveScale, shapes: experiment.shapes)
    }
    guard experiment.dataset == "folder" else {
      let data = try open(
        experiment, folder: folder, threads: threads, environment: environment)
      return JudgedData(samples: data.validation, training: data.training)
    }
    let folder = try named(folder)
    var telling = Telling(environment)
    defer { telling.clear() }
    return try ImageFolder.openToJudge(
      folder: folder, shape: experiment.inputShape.map { Shape($0) }, channels: channels,
      trainedOn: experiment.datasetDigest, isTrainingWanted: isTrainingWanted, threads: threads,
      progress: { telling.show($0, of: $1) }, notice: telling.say)
  }

  private static func arrays(_ path: String?) throws(UsageError) -> String {
    guard let path else {
      throw UsageError("--dataset arrays needs --data PATH, a folder of .npy files or an .npz file")
    }
    return path
  }

  private static func named(_ folder: String?) throws(UsageError) -> String {
    guard let folder else { throw UsageError("--dataset folder needs --data DIR, the folder of the images") }
    return folder
  }

  /// What the speaker of all ranks says while images are read.
  private struct Telling {
    private let isSpeaker: Bool
    private var line: ProgressLine

    init(_ environment: [String: String]) {
      isSpeaker = MPICommunicator.isFirst(environment: environment)
      line = ProgressLine(isShown: isSpeaker && ProgressLine.hasTerminal(environment))
    }

    mutating func show(_ done: Int, of total: Int) { line.show { "images: \(done) of \(total)" } }

    func say(_ sentence: String) {
      line.clear()
      if isSpeaker { Output.error("cnn-dist: \(sentence)\n") }
    }

    func clear() { line.clear() }
  }
}
