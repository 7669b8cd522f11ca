import Models
import Training

/// `cnn-dist summary`: a network's layers, shapes and parameters.
struct SummaryCommand: Command {
  static let name = "summary"
  static let summary = "Shows a network's layers, output shapes and parameter counts."
  static let options = [
    Option("--model", "NAME", "\(BuiltInModels.names.joined(separator: " or ")) (default \(BuiltInModels.names[0]))")
  ]

  private let model: String

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    model = try arguments.choice("--model", of: BuiltInModels.names) ?? BuiltInModels.names[0]
  }

  func run(_ environment: [String: String]) throws {
    guard let model = try BuiltInModels.model(named: model, input: [32, 32, 3], classes: 10) else { return }
    Output.line("model: \(model.name), input \(model.input)\n")
    Output.line("layer".padded(to: 20) + "output shape".padded(to: 20) + "parameters")
    for stage in model.stages {
      Output.line(stage.name.padded(to: 20) + "\(stage.output)".padded(to: 20) + stage.extent.count.grouped)
    }
    Output.line("\ntotal parameters: \(model.parameterCount.grouped)")
  }
}
