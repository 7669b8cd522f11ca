import Files
import Reports
import Runs
import Training

/// `cnn-dist export`: a trained network as a file of other programs.
struct ExportCommand: Command {
  static let name = "export"
  static let summary = "Writes a trained network for ONNX Runtime or Keras, or its weights."
  static let positionals = ExportSource.positionals
  static let positionalCompletion = Completion.folders
  static let alternatives = ExportSource.alternatives
  static let options =
    ExportSource.options + [
      Option("-o", "FILE", "the file to write; what was there is replaced once it is whole"),
      Option(
        "--format", "FORMAT", choices: ExportFormat.allCases.map(\.rawValue),
        "\(ExportFormat.allCases.map(\.rawValue).alternatives) (default: what FILE ends in)"),
      Option("--no-preprocessing", nil, "leave out the scaling of samples that the run was trained with"),
      Option(
        "--dtype", "TYPE", choices: SafetensorsElement.allCases.map(\.rawValue),
        "the numbers of a safetensors file: \(SafetensorsElement.allCases.map(\.rawValue).alternatives) (default float32)"
      ),
    ]
  static let examples = [
    Example("cnn-dist export runs/first -o first.onnx", "a run's newest checkpoint, for ONNX Runtime"),
    Example("cnn-dist export runs/first --which best -o first.keras", "for keras.models.load_model, evaluate and fit"),
    Example("cnn-dist export runs/first -o small.safetensors --dtype bfloat16", "its values in half the bytes"),
  ]
  static let notes = """
    Models take samples as the data set has them, of pictures pixels from 0 to 255, channels last: the run's scaling and
    normalisation are their first layers. ONNX models give probabilities, with the names of the classes under `classes`.
    Keras's are compiled as the run was, and `fit` goes on with the optimizer's states. A FILE that ends in .weights.h5 has the
    weights alone, and so has safetensors, under Keras's names.
    """

  private let source: ExportSource
  private let path: String
  private let format: ExportFormat
  private let isPreprocessing: Bool
  private let element: SafetensorsElement

  init(_ arguments: Arguments) throws(UsageError) {
    source = try ExportSource(arguments)
    guard let path = arguments.string("-o") else { throw UsageError("export needs a file to write: -o FILE") }
    self.path = path
    format = try ExportFormat(arguments, path: path)
    isPreprocessing = !arguments.has("--no-preprocessing")
    let element = try arguments.choice("--dtype", of: SafetensorsElement.allCases.map(\.rawValue))
      .flatMap(SafetensorsElement.init)
    guard element == nil || element == .float32 || format == .safetensors else {
      throw UsageError("--dtype goes with safetensors: \(format.rawValue) has its numbers in float32")
    }
    self.element = element ?? .float32
  }

  func run(in world: World) throws {
    try ResultFile.check(path)
    let subject = try ExportSubject(
      source, isPreprocessing: isPreprocessing, isTraining: format == .keras || format == .h5)
    try ResultFile.write(path) { path in
      switch format {
      case .onnx: try subject.writeONNX(to: path)
      case .keras, .h5: try subject.writeKeras(to: path, format)
      case .safetensors: try subject.writeValues(to: path, as: element)
      }
    }
    let step = subject.state.map { " of step \($0.step)" } ?? ""
    Output.line("wrote \(path): \(subject.model.name)\(step), \(subject.model.parameterCount) parameters")
  }
}
