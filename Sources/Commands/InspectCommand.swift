import Reports
import Runs
import Training

/// `cnn-dist inspect`: what a checkpoint, or any safetensors file of 32-bit floats, holds.
struct InspectCommand: Command {
  static let name = "inspect"
  static let summary = "Shows the tensors, step, config and hash of a checkpoint."
  static let positionals = "FILE"
  static let positionalCompletion = Completion.files(and: [])
  static let options = [Option("--json", nil, "one JSON object instead of text")]
  static let examples = [
    Example("cnn-dist inspect runs/first/checkpoints/latest", "a run's newest checkpoint"),
    Example("cnn-dist inspect --json net.safetensors", "for programs"),
  ]

  private let path: String
  private let isJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1 else { throw UsageError("inspect takes one file: cnn-dist inspect FILE") }
    path = arguments.positionals[0]
    isJSON = arguments.has("--json")
  }

  func run(in world: World) throws {
    let file = try SafetensorsFile(path)
    let digest = try ModelWeights.digest(file)
    if isJSON {
      let tensors = file.entries.map { Document.Tensor(name: $0.name, type: $0.element.rawValue, shape: $0.shape) }
      Output.line(try JSON.line(Document(tensors: tensors, metadata: file.metadata, weightsSha256: digest)))
      return
    }
    let width = (file.entries.map(\.name.count).max() ?? 0) + 2
    for entry in file.entries {
      let extents = entry.shape.map(String.init).joined(separator: ", ") + (entry.shape.count == 1 ? "," : "")
      Output.line("\(entry.name.padded(to: width))(\(extents))")
    }
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) { Output.line("\(key): \(value)") }
    Output.line("weights sha256: \(digest)")
  }

  /// What `--json` prints.
  private struct Document: Encodable {
    struct Tensor: Encodable {
      let name: String
      let type: String
      let shape: [Int]
    }

    let tensors: [Tensor]
    let metadata: [String: String]
    let weightsSha256: String
  }
}
