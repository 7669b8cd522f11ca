import Files
import FoundationEssentials
import KerasFiles
import Kernels
import Layers
import Models
import Tensors
import Testing

/// Weights in Keras's own files. `Tests/Goldens/keras_graphs.py` made the samples and filled their tensors.
@Suite struct WeightsTests {
  private static let kinds = [
    "graph3.keras", "graph3.h5", "graph3.weights.h5", "packed3.weights.h5", "graph2.keras", "graph2.h5",
    "graph2-weights.h5",
  ]

  /// The values of `model` after `load`, NaN where nothing was written.
  private func values(_ model: Model, _ load: (MutableFloatBuffer) throws -> Void) rethrows -> [Float] {
    let storage = FloatStorage(count: model.layout.count)
    for index in storage.buffer.indices { storage.buffer[index] = .nan }
    try load(storage.buffer)
    return Array(storage.buffer)
  }

  /// The k-th tensor by name is k, k + 1/256, …
  private func check(_ values: [Float], _ model: Model) {
    for (k, entry) in model.layout.entries.sorted(by: { $0.name < $1.name }).enumerated() {
      let expected = (0..<entry.shape.count).map { Float(k) + Float($0) / 256 }
      #expect(Array(values[entry.range]) == expected, "\(entry.name)")
    }
  }

  @Test(arguments: kinds) func weightsOfEveryKindOfFileAreRead(_ file: String) throws {
    let network = try ModelFile(GraphTests.golden(file.contains("3") ? "graph-keras3.json" : "graph-keras2.json"))
    let model = try network.model()
    let weights = try KerasWeights(GraphTests.golden(file))
    check(try values(model) { try weights.load(into: $0, of: model, as: network.architecture) }, model)
  }

  /// Weights go by place and order where Keras's do, whatever the version that wrote the network.
  @Test(arguments: kinds) func weightsFitTheNetworkOfTheOtherVersion(_ file: String) throws {
    let network = try ModelFile(GraphTests.golden(file.contains("3") ? "graph-keras2.json" : "graph-keras3.json"))
    let model = try network.model()
    let weights = try KerasWeights(GraphTests.golden(file))
    check(try values(model) { try weights.load(into: $0, of: model, as: network.architecture) }, model)
  }

  /// A run's own network has the nested models laid open; a whole model's file says itself where it has them.
  @Test(arguments: ["graph3.keras", "graph3.h5"]) func aWholeModelKnowsItsLayers(_ file: String) throws {
    let model = try Model(Architecture(keras: try ModelFile(GraphTests.golden("graph-keras3.json")).document()))
    check(try values(model) { try KerasWeights(GraphTests.golden(file)).load(into: $0, of: model) }, model)
  }

  /// Weights alone do not.
  @Test func nestedModelsAreNotFoundByNamesThatAreUsedTwice() throws {
    let file = "graph3.weights.h5"
    let document = try ModelFile(GraphTests.golden("graph-keras3.json")).document()
    let model = try Model(Architecture(keras: document))
    let weights = try KerasWeights(GraphTests.golden(file))
    let error = #expect(throws: FileError.self) {
      try values(model) { try weights.load(into: $0, of: model) }
    }
    // Two layers are called shared there.
    #expect(error?.description.contains("lacks the tensor inner_shared/kernel") == true, "\(error?.description ?? "")")
  }

  private func refusal(_ file: String, _ model: Model) throws -> String {
    let weights = try KerasWeights(GraphTests.golden(file))
    let error = #expect(throws: FileError.self) { try values(model) { try weights.load(into: $0, of: model) } }
    return error?.description ?? ""
  }

  @Test(arguments: kinds) func weightsOfAnotherModelAreRefused(_ file: String) throws {
    let other = try Sequential(input: [8, 8, 3]) {
      Conv2D(3, kernel: 5)
      Flatten()
      Dense(10)
    }
    let message = try refusal(file, other)
    let expected = [
      "lacks the layer conv2d: is it of another model?",
      "for conv2d/kernel, has shape [3, 3, 3, 3], the model takes [5, 5, 3, 3]",
    ]
    #expect(expected.contains { message.hasSuffix($0) }, "\(message)")
  }

  @Test func whatIsNoKerasFileIsRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "keras-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = [UInt8](try Data(contentsOf: URL(filePath: GraphTests.golden("graph3.keras"))))
    let weights = [UInt8](try Data(contentsOf: URL(filePath: GraphTests.golden("graph3.weights.h5"))))
    for (name, bytes) in [
      ("cut.keras", Array(whole[..<(whole.count / 2)])), ("signature.keras", Array(whole[..<4])),
      ("cut.h5", Array(weights[..<(weights.count / 2)])), ("signature.h5", Array(weights[..<8])),
      ("empty.keras", []), ("text.h5", Array("weights".utf8)),
    ] {
      let path = folder.appending(path: name).path
      try Data(bytes).write(to: URL(filePath: path))
      let error = #expect(throws: FileError.self, "\(name)") { try ModelFile(path) }
      #expect(error?.path == path && error?.kind == .malformed, "\(name): \(error?.description ?? "")")
    }
    #expect(throws: FileError.self) { try ModelFile(folder.appending(path: "none.keras").path) }
    let alone = #expect(throws: FileError.self) { try ModelFile(GraphTests.golden("graph3.weights.h5")) }
    #expect(alone?.description.contains("holds weights alone") == true)
    let json = #expect(throws: FileError.self) { try KerasWeights(GraphTests.golden("graph-keras3.json")) }
    #expect(json?.description.contains("holds no weights") == true)
  }

  /// A smaller model than the file's.
  @Test(arguments: ["graph3.weights.h5", "graph2-weights.h5"]) func whatIsLeftOverIsRefused(_ file: String) throws {
    let model = try Sequential(
      name: "part", input: [8, 8, 3],
      named: [
        NamedLayer(name: "shared", layer: Conv2D(3, kernel: 3)), NamedLayer(layer: Flatten()),
      ])
    let message = try refusal(file, model)
    #expect(message.contains("has a tensor") && message.hasSuffix("which the model lacks: other model?"), "\(message)")
  }

  /// Bytes changed anywhere, and a part that is missing, end in an error or in other numbers, never in a trap.
  @Test(arguments: ["graph3.keras", "graph3.h5", "graph3.weights.h5", "packed3.weights.h5", "graph2-weights.h5"])
  func damagedFilesAreRefused(_ file: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "keras-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let network = try ModelFile(GraphTests.golden("graph-keras3.json"))
    let model = try network.model()
    let whole = [UInt8](try Data(contentsOf: URL(filePath: GraphTests.golden(file))))
    var state: UInt64 = 1
    for trial in 0..<50 {
      var bytes = whole
      for _ in 0..<1 + trial % 7 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 25)
      }
      if trial % 5 == 0 { bytes.removeLast(bytes.count * (trial + 1) / 60) }
      let path = folder.appending(path: "damaged\(trial)").path
      try Data(bytes).write(to: URL(filePath: path))
      do {
        _ = try? ModelFile(path)
        let weights = try KerasWeights(path)
        _ = try values(model) { try weights.load(into: $0, of: model, as: network.architecture) }
      } catch is FileError {}
    }
  }
}
