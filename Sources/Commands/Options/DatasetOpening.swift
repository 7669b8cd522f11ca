import Collectives
import Datasets
import Reports
import Runs
import Tensors

/// Opens the data set that an experiment names.
struct DatasetOpening {
  let experiment: Experiment
  let place: DataPlace
  let readers: DataReaders
  /// How many channels the network takes, where that is known.
  var channels: Int?
  /// Whether nobody trains on the data: numbers may be missing, and so may samples to validate with.
  var isLooking = false

  /// Opens some parts of the data set, those that it has. Where that takes long, all ranks of a host share the work, and the
  /// speaker of all ranks shows on a terminal how far they are.
  ///
  /// - Throws: `FileError` when its files are missing or broken, `UsageError` for an option where it has no meaning.
  func open(_ parts: Set<DataSplits.Part>) throws -> DataSplits {
    try refuseStrayOptions()
    if let files = try files() { return try reading { try files.open(parts, $0) } }
    return try open(parts, split: experiment.validationSplit)
  }

  /// Opens what the experiment's network is to be judged by: the named part of its data set, or else the test, or what
  /// epochs are validated with where there is none.
  ///
  /// - Parameter isTrainingWanted: whether the training samples of the data set are needed, too.
  /// - Throws: as `open`.
  func openToJudge(_ part: DataSplits.Part?, isTrainingWanted: Bool) throws -> JudgedData {
    try refuseStrayOptions()
    if let files = try files() {
      return try reading {
        try files.openToJudge(
          part, trainedOn: experiment.datasetDigest, isTrainingWanted: isTrainingWanted, $0)
      }
    }
    let (data, words) = try judged(part, isTrainingWanted: isTrainingWanted)
    if let words { telling.say("judging the \(data.samples.count) \(words)") }
    return data
  }

  /// As `openToJudge`, where all samples are in a few files; with what to say of those that are judged, nil for nothing.
  private func judged(
    _ part: DataSplits.Part?, isTrainingWanted: Bool
  ) throws -> (data: JudgedData, words: String?) {
    let place = place.path ?? experiment.dataset
    func judged(_ split: ValidationSplit?) throws -> (data: JudgedData, words: String?) {
      // A table that is named is what is judged, whatever stands beside it.
      let isTable = part == nil && experiment.dataset == "series" && self.place.path != nil
      let named = isTable ? try SeriesTables.part(judgedBy: place, split: split) : nil
      var parts: Set<DataSplits.Part> = (part ?? named).map { [$0] } ?? [.validation, .test]
      if isTrainingWanted { parts.insert(.training) }
      let splits = try open(parts, split: split)
      let chosen = part ?? named ?? (splits[.test] != nil ? .test : .validation)
      guard let samples = splits[chosen] else { throw UsageError("\(place) has no samples for \(chosen.rawValue)") }
      let data = JudgedData(samples: samples, training: splits[.training])
      if named != nil { return (data, "\(chosen.rawValue) series of \(place)") }
      return (data, part == nil && chosen == .test ? "test samples of \(place)" : nil)
    }
    guard experiment.validationSplit != nil, part == nil, !experiment.datasetDigest.isEmpty else {
      return try judged(experiment.validationSplit)
    }
    // What is held back is judged where it is the run's own; of other data, which may be too few to share, all is.
    let own = Result { try judged(experiment.validationSplit) }
    if case .success(let found) = own, experiment.datasetDigest.hasSuffix(found.data.samples.digest) {
      return (found.data, found.words.map { "\($0) that training left out" })
    }
    // Which of them training left out is not known.
    let all = try judged(nil)
    return (all.data, all.words ?? "samples of \(place)")
  }

  // MARK: - Kinds of data sets

  /// The data set where its samples are in files of their own.
  private func files() throws -> SampleFiles? {
    let shape = experiment.inputShape.map { Shape($0) }
    let images = SampleFiles.Kind.images(shape: shape?.rank == 3 ? shape : nil, channels: channels)
    let volumes = SampleFiles.Kind.volumes(
      shape: shape?.rank == 4 ? shape : nil, window: experiment.window.map { $0[0]...$0[1] })
    let sounds = SampleFiles.Kind.sounds(
      seconds: experiment.seconds, rate: experiment.rate, channels: channels)
    let kind: SampleFiles.Kind
    switch experiment.dataset {
    case "folder": kind = images
    case "volumes": kind = volumes
    case "audio": kind = sounds
    case "listing": kind = .any(of: [images, volumes, sounds])
    default: return nil
    }
    return SampleFiles(
      experiment.dataset, try path("the folder of the files, or the table that lists them"), kind,
      target: experiment.target, group: experiment.group, split: experiment.validationSplit,
      outputNames: experiment.outputNames,
      classNames: experiment.classNames, output: experiment.output)
  }

  /// The data set where all samples are in a few files.
  private func open(_ parts: Set<DataSplits.Part>, split: ValidationSplit?) throws -> DataSplits {
    switch experiment.dataset {
    case "arrays":
      return try Arrays.open(
        path("a folder of .npy files or an .npz file"), scale: experiment.effectiveScale, split: split, parts: parts,
        isLooking: isLooking, areClasses: experiment.classNames.map { !$0.isEmpty }, team: readers.team,
        shapes: experiment.shapes)
    case "series":
      let options = SeriesOptions(
        target: experiment.target, group: experiment.group, dropped: experiment.drop ?? [],
        missing: experiment.missing ?? .refused,
        shape: experiment.inputShape)
      return try SeriesTables.open(
        path("a table of series, or the folder of several"), options: options, split: split, parts: parts,
        classes: experiment.classNames, isLooking: isLooking, notice: telling.say,
        output: experiment.output)
    default:
      let data = try known()
      return DataSplits([.training: data.training, .validation: data.validation].filter { parts.contains($0.key) })
    }
  }

  /// Where its files are: the file of all, or their folder; nil where it has none.
  var location: String? {
    get throws {
      let places = DataFolder(option: place.path, environment: readers.environment)
      if let kind = MNISTKind(rawValue: experiment.dataset) { return try places.find(kind) }
      switch experiment.dataset {
      case "synthetic": return nil
      case "cifar10": return try places.find(.cifar10)
      case "cifar100": return try places.find(.cifar100)
      default: return place.path
      }
    }
  }

  /// The data set where its files are known by their names.
  private func known() throws -> TrainingData {
    let places = DataFolder(option: place.path, environment: readers.environment)
    if let kind = MNISTKind(rawValue: experiment.dataset) {
      return try MNIST.open(kind, folder: places.find(kind))
    }
    switch experiment.dataset {
    case "synthetic": return Synthetic.open()
    case "cifar10": return try CIFAR10.open(folder: places.find(.cifar10))
    case "cifar100": return try CIFAR100.open(folder: places.find(.cifar100))
    default: throw UsageError("there is no data set \(experiment.dataset)")
    }
  }

  /// What `--data` names, which is `what`.
  private func path(_ what: String) throws(UsageError) -> String {
    guard let path = place.path else {
      throw UsageError("--dataset \(experiment.dataset) needs --data PATH, \(what)")
    }
    return path
  }

  /// Refuses options that say nothing of such a data set.
  private func refuseStrayOptions() throws(UsageError) {
    let files: Set = ["folder", "volumes", "audio", "listing"]
    let forms: [String: (words: String, ranks: [Int])] = [
      "series": ("LxC", [2]), "folder": ("HxWxC", [3]), "volumes": ("DxHxWxC", [4]),
      "listing": ("HxWxC or DxHxWxC", [3, 4]),
    ]
    let form = forms[experiment.dataset]
    if let shape = experiment.inputShape, !(form?.ranks ?? []).contains(shape.count) {
      let given = shape.map(String.init).joined(separator: "x")
      throw UsageError(
        form.map { "--input-shape takes \($0.words) for --dataset \(experiment.dataset), got \(given)" }
          ?? "--input-shape makes images, volumes and series alike; the samples of \(experiment.dataset) have a shape of their own"
      )
    }
    for (option, isGiven, sets) in [
      ("--target", experiment.target != nil, files.union(["series"])),
      ("--group", experiment.group != nil, ["series", "listing"]),
      ("--drop", experiment.drop != nil, ["series"]), ("--missing", experiment.missing != nil, ["series"]),
      ("--window", experiment.window != nil, ["volumes", "listing"]),
      ("--seconds", experiment.seconds != nil, ["audio", "listing"]),
      ("--rate", experiment.rate != nil, ["audio", "listing"]),
      ("--validation-split", experiment.validationSplit != nil, files.union(["series", "arrays"])),
    ] where isGiven && !sets.contains(experiment.dataset) {
      throw UsageError(
        "\(option) is for --dataset \(sets.sorted().alternatives), and says nothing of \(experiment.dataset)")
    }
  }

  // MARK: - Telling

  /// Has `body` read files, and shows how far it is.
  private func reading<Result>(_ body: (SampleReading) throws -> Result) throws -> Result {
    let telling = telling
    defer { telling.clear() }
    var reading = SampleReading(team: readers.team)
    reading.threads = readers.threads
    reading.cache = place.cache
    reading.environment = readers.environment
    reading.progress = { telling.show($0, of: $1) }
    reading.notice = telling.say
    return try body(reading)
  }

  private var telling: Telling { Telling(readers.environment) }

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
