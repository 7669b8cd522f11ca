import FoundationEssentials
import Glibc
import KerasFiles
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What Keras makes of the models that we write.
@Suite struct ExportTests {
  private static let isPossible = Counterparts.python != nil

  /// Every layer, those of a golden side by side in one model: Keras gives what it gave for the layers that it made itself.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func layersComeBack() throws {
    try withTemporaryFolder { path in
      let cases = CounterpartCases(path, ending: "keras")
      for file in LayerGolden.files {
        let goldens = try LayerGolden.read(file).filter { golden in
          // TensorFlow has no such operation on CPUs, unless it compiles the model.
          guard golden.className.hasSuffix("Transpose"), case .object(let config) = golden.config else { return true }
          return [nil, 1, [1], [1, 1], [1, 1, 1]].contains(config["dilation_rate"])
        }
        let inputs = goldens.indices.map { SymbolicTensor(input: goldens[$0].input, name: "input_\($0)") }
        let outputs = try zip(goldens, inputs).enumerated().map { index, pair in
          LayerInstance(try pair.0.layer(), name: "layer_\(index)_\(pair.0.className.lowercased())")(pair.1)
        }
        let model = try Model(name: "layers", inputs: inputs, outputs: outputs)
        let values = FloatStorage(count: model.parameterCount)
        for stage in model.stages { LayerGolden.fill(stage, in: values) }
        try Self.add(file, model, values, inputs: goldens.map(\.x), outputs: goldens.map(\.y), to: cases)
      }
      try Self.expectAllAgree(cases)
    }
  }

  /// Graphs whose layers Keras has in another order than we do, in both kinds of files.
  @Test(
    .enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible },
    arguments: ["keras", "h5"])
  func networksComeBack(_ ending: String) throws {
    try withTemporaryFolder { path in
      let cases = CounterpartCases(path, ending: ending)
      for (name, model) in try goldenNetworks() {
        let values = lively(model)
        let inputs = model.inputs.enumerated().map { LayerGolden.numbers(3 * $1.shape.count, seed: 1 + $0) }
        try Self.add(name, model, values, inputs: inputs, outputs: forward(model, values, inputs), to: cases)
      }
      try Self.expectAllAgree(cases)
    }
  }

  /// What we write we read, with the same values.
  @Test(arguments: ["keras", "h5", "weights.h5"]) func weReadWhatWeWrite(_ ending: String) throws {
    try withTemporaryFolder { path in
      for (name, model) in try goldenNetworks() {
        let (values, file) = (lively(model), "\(path)/\(name).\(ending)")
        let export = try KerasExport(model, values: values.buffer.reading)
        switch ending {
        case "keras": try export.writeArchive(to: file)
        case "h5": try export.writeWhole(to: file)
        default: try export.writeWeights(to: file)
        }
        let read = FloatStorage(count: model.parameterCount)
        try KerasWeights(file).load(into: read.buffer, of: model)
        withExtendedLifetime(values) { #expect(Array(read.buffer) == Array(values.buffer), "\(name)") }
        guard ending != "weights.h5" else { continue }
        #expect(try ModelFile(file).model().parameterCount == model.parameterCount)
      }
    }
  }

  /// Equal models give equal files.
  @Test func filesDependOnNothingElse() throws {
    try withTemporaryFolder { path in
      let model = try Model(name: "m", input: [4]) { Dense(2) }
      let values = lively(model)
      try withExtendedLifetime(values) {
        for name in ["a.keras", "b.keras"] {
          // Two seconds later, so that no time that is noted is the same.
          if name == "b.keras" { sleep(2) }
          try KerasExport(model, values: values.buffer.reading).writeArchive(to: "\(path)/\(name)")
        }
      }
      let files = try ["a", "b"].map { try Data(contentsOf: URL(filePath: "\(path)/\($0).keras")) }
      #expect(files[0] == files[1])
    }
  }

  @Test func whatKerasLacksIsNamed() throws {
    let model = try Model(name: "m", input: [4]) { Dense(2, activation: .geluTanh) }
    let values = lively(model)
    #expect(throws: ModelFormatError("layer dense", "ends in gelu_tanh, which Keras has no name for")) {
      try KerasExport(model, values: values.buffer.reading)
    }
  }

  private static func add(
    _ title: String, _ model: Model, _ values: FloatStorage, inputs: [[Float]], outputs: [[Float]],
    to cases: CounterpartCases
  ) throws {
    try withExtendedLifetime(values) {
      try cases.add(title, inputs: inputs, outputs: outputs) { path in
        let export = try KerasExport(model, values: values.buffer.reading)
        if path.hasSuffix(".h5") { try export.writeWhole(to: path) } else { try export.writeArchive(to: path) }
      }
    }
  }

  private static func expectAllAgree(_ cases: CounterpartCases) throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "load_keras.py").path
    for verdict in try cases.judge(by: script) {
      #expect((verdict.deviation ?? .infinity) <= 1e-5, "\(verdict.title): \(verdict.line)")
    }
  }
}
