import FoundationEssentials
import KerasFiles
import Kernels
import Layers
import Models
import ONNXFiles
import Tensors
import TestSupport
import Testing

/// Whole networks: ONNX Runtime gives what we give.
@Suite struct NetworkTests {
  private static let isPossible = Counterparts.python != nil

  /// Graphs with every way to merge, nested, shared and frozen layers, a class a pixel, series and volumes.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func networksGiveWhatWeGive() throws {
    try withTemporaryFolder { path in
      let folder = RuntimeFolder(path)
      for network in try goldenNetworks() { try folder.add(network.name, network.model) }
      try folder.expectAllAgree()
    }
  }

  /// The networks that the speed suite measures, with their softmax, and with the logits that it would hide much of.
  /// `$CNN_DIST_EXPORT_SAMPLES` says how many samples of each; then VGG16 is among them, which takes minutes.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func theSuitesNetworksGiveWhatWeGive() throws {
    let wished = ProcessInfo.processInfo.environment["CNN_DIST_EXPORT_SAMPLES"].flatMap { Int($0) }
    let names =
      ["tutorial", "deep", "fcn", "ct", "stem", "vgg96", "wide", "airbench", "resnet18", "resnet20", "mobilenetv2"]
      + (wished == nil ? [] : ["vgg16"])
    let script = URL(filePath: #filePath).appending(path: "../../../launch/peers/networks.py").standardized.path
    try withTemporaryFolder { path in
      try Shell.run([try #require(Counterparts.python), script, path] + names)
      for name in names {
        let json = String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name).json")), as: UTF8.self)
        // One at a time: together they take gigabytes.
        try withTemporaryFolder { path in
          let folder = RuntimeFolder(path)
          for text in [json, json.replacing("\"softmax\"", with: "\"linear\"")] {
            try folder.add(name, Model(Architecture(keras: JSONValue(json: text.utf8))), samples: wished ?? 2)
          }
          try folder.expectAllAgree()
        }
      }
    }
  }

  /// Values of different ranks and layouts in one layer, both ways round.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func mergingBringsLayoutsTogether() throws {
    let merging: [any MergingLayer] = [Add(), Multiply(), Average(), Maximum(), Minimum(), Subtract()]
    try withTemporaryFolder { path in
      let folder = RuntimeFolder(path)
      for layer in merging {
        for isTurned in [false, true] {
          let image = SymbolicTensor(input: [5, 4, 3])
          let first = Conv2D(3, kernel: 3, padding: .same)(image)
          let pairs: [[SymbolicTensor]] = [
            [image, first], [first, GlobalAveragePooling2D(keepDimensions: true)(first)],
            [first, Dense(3)(GlobalMaxPooling2D()(image))],
          ]
          for (index, pair) in pairs.enumerated() {
            let merged = layer(isTurned ? pair.reversed() : pair)
            let model = try Model(inputs: image, outputs: Dense(2, activation: .softmax)(Flatten()(merged)))
            try folder.add("\(layer), pair \(index), turned \(isTurned)", model)
          }
        }
      }
      for axis in [-1, 0, 1, 2, -3] {
        let image = SymbolicTensor(input: [4, 4, 4])
        let parts = [image, MaxPooling2D(1)(image), Conv2D(4, kernel: 1)(image)]
        let model = try Model(inputs: image, outputs: Concatenate(axis: axis)(parts))
        try folder.add("Concatenate along \(axis)", model)
      }
      try folder.expectAllAgree()
    }
  }

  /// Inputs that are outputs, layers that are used again, several of both ends, and what is made of logits.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func endsMayBeAnything() throws {
    try withTemporaryFolder { path in
      let folder = RuntimeFolder(path)
      let (left, right) = (SymbolicTensor(input: [4, 4, 2]), SymbolicTensor(input: [3], name: "right"))
      let first = Conv2D(3, kernel: 2, activation: .relu)(left)
      let sum = Add()(GlobalAveragePooling2D()(first), right)
      try folder.add("two of both", Model(inputs: [left, right], outputs: [sum, first, Flatten()(first)]))
      try folder.add("nothing but dropout", Model(name: "m", input: [3, 2]) { Dropout(0.5) })
      try folder.add("nothing but a shape", Model(name: "m", input: [3, 2]) { Reshape([2, 3]) })
      let twice = LayerInstance(Dense(3, activation: .tanh), name: "twice")
      try folder.add("shared", Model(inputs: right, outputs: twice(twice(right))))
      let scale = LayerInstance(Rescaling(scale: [1, 2, 3]), name: "scale")
      try folder.add(
        "shared at two ranks", Model(inputs: [left], outputs: [scale(first), scale(Dense(3)(Flatten()(first)))]))
      for ending in [Activation.softmax, .sigmoid] {
        let model = try Model(name: "logits", input: [5]) { Dense(4) }
        let (values, x) = (lively(model), LayerGolden.numbers(3 * 5, seed: 1))
        var y = forward(model, values, [x])[0]
        y.withUnsafeMutableBufferPointer { ending.apply(FloatBuffer($0), into: $0, channels: 4) }
        try folder.add("\(ending) of logits", model, values, inputs: [x], expected: [y], ending: ending)
      }
      try folder.expectAllAgree()
    }
  }

  @Test func layersWithoutAFormAreNamed() throws {
    struct Strange: Layer {
      static let stem = "strange"
      func outputShape(for input: Shape) -> Shape { input }
      func forward(x: TensorView, y: TensorView, in pass: LayerPass) {}
      func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {}
    }
    let model = try Model(name: "m", input: [3]) { Strange() }
    let values = FloatStorage(count: 0)
    let error = #expect(throws: ONNXError.self) { try ONNXModel(model, values: values.buffer.reading) }
    #expect(error?.description == "layer strange is a Strange, which we cannot write in ONNX's operations")
  }
}
