import FoundationEssentials
import KerasFiles
import Kernels
import Layers
import Models
import Tensors
import Testing

/// Layers read from the configurations that Keras writes, against what it computes: outputs, and gradients of the input and of
/// every weight. `Tests/Goldens/keras_configured_layers.py` wrote the goldens.
@Suite struct KerasConfiguredLayerTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  struct Document: Decodable {
    let samples: Int
    let cases: [Case]
  }

  struct Case: Decodable {
    let className: String
    let config: JSONValue
    let input: [Int]
    let output: [Int]
    let y: [Float]
    let dx: [Float]
    let gradients: [String: [Float]]
    let training: Bool?
  }

  static let folder = URL(filePath: #filePath).appending(path: "../../Goldens").standardized.path

  static let files: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.filter { $0.hasPrefix("configured-") && $0.hasSuffix(".json") }.sorted()
  }()

  @Test func thereAreGoldens() { #expect(Self.files.contains("configured-convolutions.json")) }

  @Test(arguments: files)
  func outputsAndGradientsAreKerass(_ file: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { keys in
      guard let last = keys.last, last.stringValue == "class_name" else { return keys[keys.count - 1] }
      return keys.count <= 3 ? AnyKey("className") : last
    }
    let document = try decoder.decode(Document.self, from: Data(contentsOf: URL(filePath: "\(Self.folder)/\(file)")))
    #expect(!document.cases.isEmpty)
    for test in document.cases {
      let name = "\(test.className) on \(test.input): \(test.config)"
      let layer = try read(test)
      // Written and read again it is the same.
      let again = Case(
        className: test.className, config: .object(layer.configuration), input: test.input, output: [], y: [], dx: [],
        gradients: [:], training: nil)
      #expect("\(try read(again))" == "\(layer)", "\(name)")
      let results = try run(layer, test, samples: document.samples)
      close(results.y, test.y, "y of \(name)")
      if !test.dx.isEmpty { close(results.dx, test.dx, "dx of \(name)") }
      for (weight, gradient) in test.gradients {
        close(results.gradients[weight] ?? [], gradient, "d\(weight) of \(name)")
      }
      #expect(Set(results.gradients.keys) == Set(test.gradients.keys), "\(name)")
    }
  }

  private func read(_ test: Case) throws -> any KerasFiles.KerasLayer {
    let type = try #require(KerasFiles.KerasLayers.named(test.className), "\(test.className) is not known")
    var reader = try ConfigurationReader(test.config, path: "config", inputRank: test.input.count)
    reader.ignore("name", "trainable", "dtype", "batch_input_shape", "batch_shape")
    let layer = try type.init(reading: &reader)
    try reader.finish()
    return layer
  }

  private func close(_ found: [Float], _ expected: [Float], _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    let scale = max(expected.reduce(0) { max($0, abs($1)) }, 1)
    let worst = zip(found, expected).enumerated().first { !(abs($1.0 - $1.1) <= 1e-5 * scale) }
    guard let (index, pair) = worst else { return }
    Issue.record("element \(index) of \(what) is \(pair.0), in Keras \(pair.1)")
  }

  private struct Results {
    let y, dx: [Float]
    var gradients: [String: [Float]] = [:]
  }

  private func run(_ layer: any Layer, _ test: Case, samples: Int) throws -> Results {
    let input = Shape(test.input)
    let output = try layer.outputShape(for: input)
    #expect(output == Shape(test.output), "\(test.className) on \(test.input)")
    var layout = ParameterLayout()
    let specifications = layer.parameters(for: input)
    let ranges = specifications.map { layout.append(name: $0.name, shape: $0.shape, isFixed: $0.role == .fixed) }
    let values = floats(
      specifications.enumerated().flatMap { index, specification in
        Self.numbers(specification.shape.count, seed: 2 + index).map {
          specification.name.contains("variance") ? abs($0) + 0.5 : $0
        }
      })
    let (x, dy) = (
      floats(Self.numbers(samples * input.count, seed: 1)), floats(Self.numbers(samples * output.count, seed: 20))
    )
    if layer.isReshaping { return Results(y: Array(x.buffer), dx: Array(dy.buffer)) }
    let (y, dx) = (floats(nan: dy.buffer.count), floats(nan: x.buffer.count))
    let gradients = floats(nan: layout.count)
    let scratch = floats(nan: layer.scratchCount(for: input))
    let kept = floats(nan: layer.keptCount(for: input) * samples)
    func view(_ storage: FloatStorage, _ shape: Shape) -> TensorView {
      TensorView(samples: samples, shape: shape, buffer: storage.buffer)
    }
    let drawn: [Int32] = (0..<Int32(samples)).map { 5 * $0 + 1 }
    drawn.withUnsafeBufferPointer { drawn in
      let pass = LayerPass(
        values: values.buffer.reading, gradients: gradients.buffer, ranges: ranges, scratch: scratch.buffer,
        kept: kept.buffer.part(0..<layer.keptCount(for: input) * (layer.grain == .slice ? 1 : samples)), layer: 0,
        slices: [0..<samples],
        draw: test.training == true ? LayerPass.Draw(seed: 1, epoch: 0, samples: drawn) : nil)
      layer.forward(x: view(x, input), y: view(y, output), in: pass)
      layer.backward(x: view(x, input), y: view(y, output), dy: view(dy, output), dx: view(dx, input), in: pass)
      layer.parameterGradients(x: view(x, input), dy: view(dy, output), in: pass)
    }
    withExtendedLifetime((scratch, kept, values)) {}
    var results = Results(y: Array(y.buffer), dx: Array(dx.buffer))
    for (specification, range) in zip(specifications, ranges) where specification.role == .weight {
      results.gradients[specification.name] = Array(gradients.buffer[range])
    }
    return results
  }

  private func floats(_ values: [Float]) -> FloatStorage {
    let storage = FloatStorage(count: values.count)
    _ = storage.buffer.update(fromContentsOf: values)
    return storage
  }

  private func floats(nan count: Int) -> FloatStorage { floats([Float](repeating: .nan, count: count)) }

  /// The script's `numbers`: multiples of 1/512 in -2 … 2, from cubes modulo a prime.
  private static func numbers(_ count: Int, seed: Int) -> [Float] {
    let prime = 2_039
    return (0..<count).map { i in
      let root = (i + 97 * seed) % prime
      return Float(root * root % prime * root % prime - prime / 2) / 512
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil
  init(_ text: String) { stringValue = text }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
