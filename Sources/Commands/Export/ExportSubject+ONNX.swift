import Kernels
import Models
import ONNXFiles
import Objectives
import Runs
import Tensors

extension ExportSubject {
  /// Writes the network as an ONNX model that gives probabilities where it tells classes apart.
  ///
  /// - Throws: `UsageError` for a layer that ONNX has no form for; `FileError`.
  func writeONNX(to path: String) throws {
    let givesProbabilities = head.map { $0.objective.form != .values } ?? false
    let onnx: ONNXModel
    do {
      onnx = try ONNXModel(
        model, values: values.buffer.reading, ending: head?.ending ?? .linear,
        outputName: givesProbabilities ? "probabilities" : nil)
    } catch {
      throw UsageError("cannot be exported: \(error)")
    }
    try withExtendedLifetime(values) {
      try onnx.write(to: path, producerVersion: Program.version, metadata: try metadata())
    }
  }

  /// What is said of the network in words.
  private func metadata() throws -> [(key: String, value: String)] {
    var entries: [(key: String, value: String)] = [("model", experiment.model)]
    if !classNames.isEmpty { entries.append(("classes", try JSON.line(classNames))) }
    if let outputNames = experiment.outputNames, state != nil, model.outputs.count == 1,
      outputNames.count == model.output.count
    {
      entries.append(("outputs", try JSON.line(outputNames)))
    }
    if let state {
      entries += [("step", String(state.step)), ("epoch", String(state.epoch)), ("dataset", experiment.dataset)]
    }
    return entries
  }
}
