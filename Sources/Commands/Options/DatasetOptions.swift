import Datasets
import Reports
import Runs

/// The options that say what to train or to judge on.
enum DatasetOptions {
  /// Every name that `--dataset` takes, the default first.
  static let names =
    ["cifar10", "cifar100"] + MNISTKind.allCases.map(\.rawValue)
    + ["arrays", "series", "folder", "volumes", "audio", "listing", "synthetic"]

  /// What `--missing` may fill with.
  private static let fillings: [SeriesOptions.MissingValues] = [.zero, .mean]

  /// What `--normalize` may take.
  private static let normalizations = NormalizationKind.allCases.filter { $0 != .none }

  /// The options, where the data set is `standard` unless one is named.
  static func options(standard: String = names[0]) -> [Option] {
    [Option("--dataset", "D", choices: names, "\(names.alternatives) (default \(standard))")] + DataPlace.options + [
      Option(
        "--scale", "HOW", choices: ArrayScale.allCases.map(\.rawValue),
        "none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)"
      ),
      Option(
        "--validation-split", "SHARE",
        "hold this share of each class back to validate with, where the data set does not say, as 0.1"),
      Option(
        "--input-shape", "SHAPE",
        "make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC "
          + "(default: the shape that they share)"),
      Option(
        "--target", "COLUMN",
        "the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a "
          + "listing several of numbers, as age,size"
      ),
      Option(
        "--group", "COLUMN",
        "the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as "
          + "those of a patient"),
      Option("--drop", "COLUMNS", "columns of a table of series to pass over, by name, with commas between"),
      Option(
        "--missing", "WHAT", choices: fillings.map(\.rawValue),
        "fill missing values of a table with zero, or with the mean of their place"),
      Option("--window", "LOW,HIGH", "the intensities of volumes that become 0 and 1 (default: each volume's own)"),
      Option("--seconds", "S", "cut or pad all sounds to S seconds"),
      Option("--rate", "HZ", "resample all sounds to HZ frames a second"),
    ]
  }

  /// What the help says of data sets.
  static let notes = """
    `--dataset folder --data DIR` takes PNG, JPEG, GIF, BMP and WebP files from DIR/train/CLASS, DIR/validation/CLASS (or val,
    valid, dev) and DIR/test/CLASS, upright and over white where they are transparent. Where there is neither of the last two,
    every 10th image of each class is for validation, and without DIR/train the classes are in DIR. `volumes` (NIfTI) and
    `audio` (WAV, FLAC) are folders alike. `--dataset listing --data FILE.csv` names such files in a table of path, label and perhaps part.
    `--dataset arrays --data PATH` takes NumPy arrays x_train, y_train and x_val, y_val (or x_test, y_test), MedMNIST's
    train_images, train_labels, …, or X, y with --validation-split, from .npy files in a folder or from an .npz file. Their
    first axis counts samples.
    `--dataset series --data PATH` takes tables, a series a row: CSV and TSV, the label first or named by --target, and .ts.
    `cnn-dist data` shows what a data set holds.
    """

  // MARK: - Reading them

  /// Replaces what the command line says of the data set. What was said of another is forgotten.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    if let dataset = try arguments.choice("--dataset", of: names), dataset != experiment.dataset {
      experiment.dataset = dataset
      (experiment.inputShape, experiment.validationSplit, experiment.window) = (nil, nil, nil)
      (experiment.target, experiment.group, experiment.drop, experiment.missing) = (nil, nil, nil, nil)
      (experiment.seconds, experiment.rate) = (nil, nil)
    }
    if let shape = try inputShape(arguments) { experiment.inputShape = shape }
    if let scale = try arguments.choice("--scale", of: ArrayScale.allCases) {
      experiment.scale = scale
    }
    if let split = try validationSplit(arguments) { experiment.validationSplit = split }
    if let target = arguments.string("--target") { experiment.target = target }
    if let group = arguments.string("--group") { experiment.group = group }
    if let dropped = arguments.string("--drop") { experiment.drop = dropped.split(separator: ",").map(String.init) }
    if let missing = try arguments.choice("--missing", of: fillings) { experiment.missing = missing }
    if let window = try window(arguments) { experiment.window = window }
    if let seconds = try arguments.float("--seconds", in: Experiment.seconds) { experiment.seconds = Double(seconds) }
    if let rate = try arguments.integer("--rate", in: Experiment.frameRates) { experiment.rate = rate }
  }

  /// `--normalize`, with what it does in a command.
  static func normalize(_ help: String) -> Option {
    Option(
      "--normalize", "KIND", standard: NormalizationKind.channel.rawValue, choices: normalizations.map(\.rawValue), help
    )
  }

  /// Reads `--normalize`; nil where it is not given.
  static func normalize(_ arguments: Arguments) throws(UsageError) -> NormalizationKind? {
    try arguments.choice("--normalize", of: normalizations)
  }

  private static func validationSplit(_ arguments: Arguments) throws(UsageError) -> ValidationSplit? {
    guard let text = arguments.string("--validation-split") else { return nil }
    guard let share = Double(text), ValidationSplit.isShare(share) else {
      throw UsageError("\(arguments.name("--validation-split")) takes a share above 0 and below 1, as 0.1, got \(text)")
    }
    return ValidationSplit(share: share)
  }

  private static func inputShape(_ arguments: Arguments) throws(UsageError) -> [Int]? {
    guard let text = arguments.string("--input-shape") else { return nil }
    guard let shape = text.extents, Experiment.isInputShape(shape) else {
      throw UsageError(
        "--input-shape takes HxWxC of images, with sides of \(Experiment.sides.lowerBound) to "
          + "\(Experiment.sides.upperBound) and 1 or 3 channels, DxHxWxC of volumes, or LxC of series, got \(text)")
    }
    return shape
  }

  private static func window(_ arguments: Arguments) throws(UsageError) -> [Float]? {
    guard let text = arguments.string("--window") else { return nil }
    let bounds = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Float($0) }
    guard text.count(where: { $0 == "," }) == 1, Experiment.isWindow(bounds) else {
      throw UsageError(
        "\(arguments.name("--window")) takes LOW,HIGH, two numbers of which the second is larger, as -1000,400, got \(text)"
      )
    }
    return bounds
  }
}
