import FoundationEssentials
import Kernels
import Models
import ONNXFiles
import Tensors
import TestSupport
import Testing

/// ONNX models for ONNX Runtime to run, in one process.
struct RuntimeFolder {
  private let cases: CounterpartCases

  init(_ path: String) { cases = CounterpartCases(path, ending: "onnx") }

  /// Adds `model` with its values.
  ///
  /// - Parameters:
  ///   - inputs: of all samples, for each of the model's inputs.
  ///   - expected: the outputs; nil for what we ourselves give.
  func add(
    _ title: String, _ model: Model, _ values: FloatStorage, inputs: [[Float]], expected: [[Float]]? = nil,
    ending: Activation = .linear
  ) throws {
    try withExtendedLifetime(values) {
      try cases.add(title, inputs: inputs, outputs: expected ?? forward(model, values, inputs)) { path in
        try ONNXModel(model, values: values.buffer.reading, ending: ending).write(to: path, producerVersion: "test")
      }
    }
  }

  /// Adds `model` with values of ours.
  func add(_ title: String, _ model: Model, samples: Int = 3) throws {
    let inputs = model.inputs.enumerated().map { index, input in
      LayerGolden.numbers(samples * input.shape.count, seed: 1 + index).map { $0 / 4 }
    }
    try add(title, model, lively(model), inputs: inputs)
  }

  /// Expects each to pass onnx's checker, and to give what is expected.
  func expectAllAgree(tolerance: Double = 1e-5) throws {
    let verdicts = try cases.judge(
      by: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "run_onnx.py").path)
    for verdict in verdicts {
      #expect((verdict.deviation ?? .infinity) <= tolerance, "\(verdict.title): \(verdict.line)")
    }
    let worst = verdicts.compactMap(\.deviation).max() ?? 0
    print("\(verdicts.count) models, \(verdicts.first?.title ?? "") first, deviate by \(worst) at most")
  }
}
