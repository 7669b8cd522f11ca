import Collectives
import Datasets
import Files
import Runs
import Tensors
import Training

/// The options that say what to train or to judge on.
enum DatasetOptions {
  /// Every name that `--dataset` takes, the default first.
  static let names = ["cifar10", "cifar100"] + MNISTKind.allCases.map(\.rawValue) + ["arrays", "folder", "synthetic"]

  /// The options, where the data set is `standard` unless one is named.
  static func options(standard: String = names[0]) -> [Option] {
    [Option("--dataset", "D", "\(names.alternatives) (default \(standard))")] + DataPlace.options + [
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

  /// Opens some parts of the experiment's data set, those that it has. Where that takes long, all ranks of a host share the
  /// work, and the speaker of all ranks shows on a terminal how far they are.
  ///
  /// - Throws: `FileError` when its files are missing or broken, `UsageError` for an option where it has no meaning.
  static func open(
    _ experiment: Experiment, _ parts: [DataSplits.Part], _ place: DataPlace, _ readers: DataReaders
  ) throws -> DataSplits {
    let name = experiment.dataset
    if let files = try files(experiment, place, channels: nil) {
      return try reading(place, readers) { try files.open(parts, $0) }
    }
    guard experiment.inputShape == nil else {
      throw UsageError(
        "--input-shape resizes the images of --dataset folder; those of \(name) have a shape of their own")
    }
    let data = try embedded(experiment, place, readers)
    return DataSplits([.training: data.training, .validation: data.validation].filter { parts.contains($0.key) })
  }

  /// Opens what `experiment`'s network is to be judged by: the named part of its data set, or else the one that is kept for
  /// that.
  ///
  /// - Parameters:
  ///   - channels: how many channels the network takes, where that is known.
  ///   - isTrainingWanted: whether the training samples of the data set are needed, too.
  /// - Throws: as `open`.
  static func openToJudge(
    _ experiment: Experiment, _ place: DataPlace, channels: Int?, isTrainingWanted: Bool, _ readers: DataReaders
  ) throws -> JudgedData {
    if experiment.dataset == "arrays" {
      return try ArraySamples.openToJudge(
        arrays(place.path), scale: experiment.effectiveScale, shapes: experiment.shapes)
    }
    if let files = try files(experiment, place, channels: channels) {
      return try reading(place, readers) {
        try files.openToJudge(
          nil, trainedOn: experiment.datasetDigest, isTrainingWanted: isTrainingWanted, $0)
      }
    }
    let data = try embedded(experiment, place, readers)
    return JudgedData(samples: data.validation, training: data.training)
  }

  /// The experiment's data set where its samples are in files of their own.
  private static func files(_ experiment: Experiment, _ place: DataPlace, channels: Int?) throws -> SampleFiles? {
    guard experiment.dataset == "folder" else { return nil }
    return SampleFiles(
      "folder", try named(place.path), .images(shape: experiment.inputShape.map { Shape($0) }, channels: channels))
  }

  /// The experiment's data set where it is in a few files that are known by their names.
  private static func embedded(
    _ experiment: Experiment, _ place: DataPlace, _ readers: DataReaders
  ) throws -> TrainingData {
    let places = DataFolder(option: place.path, environment: readers.environment)
    let name = experiment.dataset
    if let kind = MNISTKind(rawValue: name) { return try MNIST.open(kind, folder: places.find(kind)) }
    switch name {
    case "arrays":
      return try ArraySamples.open(arrays(place.path), scale: experiment.effectiveScale, shapes: experiment.shapes)
    case "synthetic": return Synthetic.open()
    case "cifar10": return try CIFAR10.open(folder: places.find(.cifar10))
    case "cifar100": return try CIFAR100.open(folder: places.find(.cifar100))
    default: throw UsageError("there is no data set \(name)")
    }
  }

  /// Has `body` read files, and shows how far it is.
  private static func reading<Result>(
    _ place: DataPlace, _ readers: DataReaders, _ body: (SampleReading) throws -> Result
  ) throws -> Result {
    let telling = Telling(readers.environment)
    defer { telling.clear() }
    var reading = SampleReading(team: readers.team)
    reading.threads = readers.threads
    reading.cache = place.cache
    reading.environment = readers.environment
    reading.progress = { telling.show($0, of: $1) }
    reading.notice = telling.say
    return try body(reading)
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

  /// What the speaker of all ranks says while files are read.
  private final class Telling {
    private let isSpeaker: Bool
    private var line: ProgressLine

    init(_ environment: [String: String]) {
      isSpeaker = MPICommunicator.isFirst(environment: environment)
      line = ProgressLine(isShown: isSpeaker && ProgressLine.hasTerminal(environment))
    }

    func show(_ done: Int, of total: Int) { line.show { "reading: \(done) of \(total)" } }

    func say(_ sentence: String) {
      line.clear()
      if isSpeaker { Output.error("cnn-dist: \(sentence)\n") }
    }

    func clear() { line.clear() }
  }
}
