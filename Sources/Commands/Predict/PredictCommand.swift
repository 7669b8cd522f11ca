import Datasets
import Files
import Reports
import Runs
import Tensors
import Training

/// `cnn-dist predict`: has a trained network answer for files.
struct PredictCommand: Command {
  static let name = "predict"
  static let summary = "Says what a trained network makes of files: classes with probabilities, numbers, maps."
  static let positionals = "(--run DIR | --checkpoint FILE | --weights FILE | --model FILE) FILE…"
  static let options =
    NetworkSource.options + [
      Option("--top", "N", "how many classes are named for each sample (default 5)"),
      Option("--json", nil, "a JSON object for each sample, a line each"),
      Option("--csv", nil, "a table with commas between: a row for each sample, with the probability of every class"),
      Option(
        "--output", "DIR",
        "write class maps there as PNG files, and what is no picture as .npy, for networks that answer at every position"
      ),
    ] + ReadyNetwork.options
  static let alternatives = [["--run", "--checkpoint", "--weights"], ["--json", "--csv"]]
  static let positionalCompletion = Completion.files(and: [])
  static let examples = [
    Example("cnn-dist predict --run runs/first cat.png dog.jpg", "the likeliest classes of two pictures"),
    Example("cnn-dist predict --run runs/first --top 1 holidays", "of all pictures below a folder"),
    Example("cnn-dist predict --run runs/first --json - < cat.png", "of a picture on the standard input, in JSON"),
  ]
  static let notes = """
    FILE is what the network was trained on: a picture of any size (PNG, JPEG, GIF, BMP, WebP), a NIfTI volume, a sound, a table
    of series whose targets may be missing; an array of one sample or of many (.npy, .npz); a folder, for all such files below it
    in the order of their paths; - for a picture or an array on the standard input. Samples are resized, scaled and normalised as
    those of the run were. Its data set is not needed.
    A file that cannot be read is named on the standard error, and the others go on; the exit code is 65 then, or 66 for a file
    that is not there.
    """

  private let choice: ReadyNetwork.Choice
  private let files: [String]
  private let top: Int
  private let form: PredictionLines.Form
  private let folder: String?

  init(_ arguments: Arguments) throws(UsageError) {
    choice = try ReadyNetwork.Choice(arguments, "the network")
    files = arguments.positionals
    guard !files.isEmpty else {
      throw UsageError("name the files to answer for, a folder of them, or - for the standard input")
    }
    guard files.count(where: { $0 == "-" }) < 2 else {
      throw UsageError("- is given twice: there is one standard input")
    }
    top = try arguments.integer("--top", in: 1...1_000_000) ?? 5
    guard !(arguments.has("--json") && arguments.has("--csv")) else {
      throw UsageError("--json and --csv exclude one another")
    }
    form = arguments.has("--json") ? .json : arguments.has("--csv") ? .csv : .text
    folder = arguments.string("--output")
  }

  func run(in world: World) throws {
    let network = try ReadyNetwork(choice, top: top, environment: world.environment)
    if folder != nil && !MaskFile.suits(network.predictor.answers) {
      throw UsageError("--output writes maps and rows of numbers, but \(network.name) gives one answer for a sample")
    }
    var masks = try folder.map { folder in try MaskFile(network.words, in: folder) }
    var failure: FileError?
    func complain(_ error: FileError) {
      failure = failure ?? error
      Program.complain(error)
    }
    func notice(_ sentence: String) { Output.error("cnn-dist: \(sentence)\n") }
    let inputs = PredictionInput.list(files, network.reader, complain: complain, notice: notice)
    try masks?.refuseNamesakes(inputs)
    let lines = PredictionLines(form, network.words, inputs)
    Output.text(lines.heading)
    let size = network.batchSize
    var batch = PredictionBatch<PredictionInput>()
    var lost = 0
    func flush() throws {
      var text = ""
      try batch.run(network.predictor) { sample, result in
        switch result {
        case .success(let outputs):
          if outputs.contains(where: \.isNaN) { lost += 1 }
          text += try lines.line(sample, outputs)
          try masks?.write(outputs, of: sample)
        case .failure(let error): complain(error)
        }
      }
      Output.text(text)
      batch = .init()
    }
    for input in inputs {
      guard let samples = open(input, network.reader, notice, complain) else { continue }
      for index in 0..<samples.count {
        batch.append(.init(input, index, of: samples))
        if batch.samples.count == size { try flush() }
      }
    }
    try flush()
    if lost > 0 { notice(AnswerWords.lost(lost)) }
    if let failure { throw FilesFailed(code: ExitCode(for: failure)) }
  }

  /// Looks into a file; nil where there are no samples in it, which is said.
  private func open(
    _ input: PredictionInput, _ reader: SampleReader, _ notice: (String) -> Void, _ complain: (FileError) -> Void
  ) -> UnlabelledSamples? {
    do throws(FileError) {
      guard input.path == "-" else { return try reader.open(input.path, notice: notice) }
      return try reader.open(PredictionInput.standardInput(), name: "standard input", notice: notice)
    } catch {
      complain(error)
      return nil
    }
  }
}

/// Ends a command that has said of some files why nothing came of them.
struct FilesFailed: Error {
  let code: ExitCode
}
