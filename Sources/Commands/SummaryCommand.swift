import KerasFiles
import Models
import Runs
import Tensors
import Training

/// `cnn-dist summary`: a network's layers, shapes and parameters.
struct SummaryCommand: Command {
  static let name = "summary"
  static let summary = "Shows a network's layers, output shapes, parameters and operations."
  static let options = [ModelOption.option(), ModelOption.shapeOption]
  static let examples = [
    Example("cnn-dist summary --model net.keras", "a network of Keras's")
  ]

  private let model: ModelOption
  private let shape: Shape?

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    model = try ModelOption(arguments) ?? .builtIn(BuiltInModels.names[0])
    shape = try ModelOption.shape(arguments)
    if shape != nil, case .builtIn(let name) = model { throw ModelOption.surplus("\(name) is none") }
  }

  func run(in world: World) throws {
    switch model {
    case .builtIn(let name):
      if let model = try BuiltInModels.standard(named: name) {
        Output.line(model.summary)
      }
    case .file(let path):
      Output.line(try ModelOption.network(of: ModelFile(path), for: shape).summary)
    }
  }
}
