import Reports
import Runs
import Training

/// `cnn-dist inspect`: what a checkpoint, or any safetensors file of 32-bit floats, holds.
struct InspectCommand: Command {
  static let name = "inspect"
  static let summary = "Shows the tensors, step, config and hash of a checkpoint."
  static let positionals = "FILE"
  static let positionalCompletion = Completion.files(and: [])
  static let options: [Option] = []

  private let path: String

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1 else { throw UsageError("inspect takes one file: cnn-dist inspect FILE") }
    path = arguments.positionals[0]
  }

  func run(in world: World) throws {
    let file = try SafetensorsFile(path)
    let width = (file.entries.map(\.name.count).max() ?? 0) + 2
    for entry in file.entries {
      let extents = entry.shape.map(String.init).joined(separator: ", ") + (entry.shape.count == 1 ? "," : "")
      Output.line("\(entry.name.padded(to: width))(\(extents))")
    }
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) { Output.line("\(key): \(value)") }
    Output.line("weights sha256: \(try ModelWeights.digest(file))")
  }
}
