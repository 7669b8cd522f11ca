import Files
import FoundationEssentials
import KerasFiles
import Layers
import Models
import Tensors
import Testing

/// Functional models, as Keras 2 and 3 spell them. `Tests/Goldens/keras_graphs.py` made the samples.
@Suite struct GraphTests {
  static func golden(_ name: String) -> String {
    URL(filePath: #filePath).appending(path: "../../Goldens/\(name)").standardized.path
  }

  /// Each stage as `name(what feeds it)`, a layer's further calls with an apostrophe, and one that does not learn with a star.
  private func rows(_ model: Model) -> [String] {
    let names =
      model.inputs.map(\.name)
      + model.stages.map { $0.name + ($0.first == nil ? "" : "'") + ($0.isTrainable ? "" : "*") }
    return model.stages.enumerated().map { index, stage in
      let sources = stage.inputs.map { names[$0] }.joined(separator: ", ")
      return "\(names[model.inputs.count + index])(\(sources))"
    }
  }

  /// What stands in the samples, where arithmetic without a layer has names of its own.
  private func expected(add: String, relu: String, multiply: String) -> [String] {
    [
      "shared(image)", "bent(shared)", "shared'(bent)", "sum(shared', image)", "\(add)(sum, shared')",
      "\(relu)(\(add))",
      "inner_shared*(\(relu))", "norm*(inner_shared*)", "curved(norm*)", "left(norm*)", "left'(curved)", "right(norm*)",
      "right'(curved)", "\(multiply)(right, left')", "beside(left, \(multiply), right')", "mean(beside)",
      "all(mean, extra)", "classes(all)", "score(all)",
    ]
  }

  @Test(arguments: ["graph-keras3.json", "graph3.keras", "graph3.h5"]) func graphsOfKeras3AreRead(_ file: String) throws
  {
    try check(file, expected(add: "add", relu: "relu", multiply: "multiply"))
  }

  @Test(arguments: ["graph-keras2.json", "graph2.keras", "graph2.h5"]) func graphsOfKeras2AreRead(_ file: String) throws
  {
    try check(
      file, expected(add: "tf.__operators__.add", relu: "tf.nn.relu", multiply: "tf.math.multiply"))
  }

  private func check(_ file: String, _ expected: [String]) throws {
    let model = try ModelFile(Self.golden(file)).model()
    #expect(rows(model) == expected)
    #expect(model.inputs == [Model.Input(name: "image", shape: [8, 8, 3]), Model.Input(name: "extra", shape: [4])])
    #expect(model.outputs.map { model.stages[$0 - 2].name } == ["classes", "score"])
    #expect(model.parameterCount == 84 + 112 + 16 + 20 + 55 + 11)
    // What is written of it is read as the same, and written as the same again.
    let document = try model.kerasDocument()
    let again = try Model(Architecture(keras: document))
    #expect(rows(again) == expected)
    #expect(again.layout == model.layout)
    #expect(again.inputs == model.inputs && again.outputs == model.outputs)
    #expect(try again.kerasDocument() == document)
  }

  /// Whatever stands in a document, it ends in a model or in an error.
  @Test(arguments: ["graph-keras3.json", "graph-keras2.json"]) func damagedGraphsAreRefused(_ file: String) throws {
    let document = try JSONValue(json: Data(contentsOf: URL(filePath: Self.golden(file))))
    var damage = Damage(state: 1)
    var refused = 0
    for trial in 0..<300 {
      let changed = damage.change(document, odds: trial % 2 == 0 ? 60 : 600)
      do { _ = try Model(Architecture(keras: changed)) } catch { refused += 1 }
    }
    #expect(refused > 100)
  }

  /// Replaces values of a document by others, at random.
  private struct Damage {
    var state: UInt64

    private mutating func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }

    mutating func change(_ value: JSONValue, odds: Int) -> JSONValue {
      if draw(odds) == 0 {
        let others: [JSONValue] = [
          nil, true, false, 0, -1, 1, 2, 7, 1e300, -1e300, 0.5, 9_007_199_254_740_992, "", "shared", "image", "two", [],
          [:],
          [1, 2], ["image", 0, 0], ["two", 1, 1], ["inner", -1, 0],
        ]
        return others[draw(others.count)]
      }
      switch value {
      case .array(let values): return .array(values.map { change($0, odds: odds) })
      case .object(let fields):
        return .object(
          Dictionary(
            uniqueKeysWithValues: fields.sorted { $0.key < $1.key }.map { ($0.key, change($0.value, odds: odds)) }))
      default: return value
      }
    }
  }
}
