import KerasFiles
import Models
import Runs

extension ExportSubject {
  /// Writes the network as Keras loads it, compiled where it is known how.
  ///
  /// - Throws: `UsageError` for a layer that Keras does not have; `FileError`.
  func writeKeras(to path: String, _ format: ExportFormat) throws {
    var compilation: KerasExport.Compilation?
    if let head, let state {
      let (compiled, notices) = experiment.kerasCompilation(of: model, head: head, states: optimizerStates, at: state)
      compilation = compiled
      if !path.hasSuffix(Self.weightsEnding) { for notice in notices { Program.complain(UsageError(notice)) } }
    }
    let export: KerasExport
    do {
      export = try KerasExport(model, values: values.buffer.reading, compilation: compilation)
    } catch {
      throw UsageError("cannot be exported: \(error)")
    }
    try withExtendedLifetime((values, optimizerStates)) {
      if format == .keras {
        try export.writeArchive(to: path)
      } else if path.hasSuffix(Self.weightsEnding) {
        try export.writeWeights(to: path)
        // The layers of a nested model have its name in front of theirs.
        if let nested = model.stages.first(where: { $0.name.contains("/") }) {
          Program.complain(
            UsageError(
              "\(path) goes with \(experiment.model) as it is here, with nested models laid open, such as that of \(nested.name): "
                + "where yours has them, load a .keras file and give your model its get_weights()"))
        }
      } else {
        try export.writeWhole(to: path)
      }
    }
  }

  private static let weightsEnding = ".weights.h5"
}
