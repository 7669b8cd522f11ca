import KerasFiles
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Every layer on its own, in each of the configurations that Keras was asked about: ONNX Runtime gives what Keras gave.
@Suite struct LayerTests {
  private static let isPossible = Counterparts.python != nil

  /// Each layer is run as it is, and between layers that have channels first in ONNX and last in the network.
  @Test(.enabled("the counterparts' interpreter is there; the standard error says why not") { isPossible })
  func layersGiveWhatKerasGives() throws {
    try withTemporaryFolder { path in
      let folder = RuntimeFolder(path)
      var missing = Set(KerasLayers.all.map { $0.className })
      for golden in try LayerGolden.files.flatMap(LayerGolden.read) {
        missing.remove(golden.className)
        let layer = try golden.layer()
        let pooling: (any Layer)? =
          switch golden.input.rank {
          case 2: MaxPooling1D(1)
          case 3: MaxPooling2D(1)
          case 4: MaxPooling3D(1)
          default: nil
          }
        for before in pooling == nil ? [nil] : [nil, pooling] {
          let model = try Model(name: "layer", input: golden.input) {
            if let before { before }
            layer
            if before != nil { Flatten() }
          }
          let values = FloatStorage(count: model.parameterCount)
          LayerGolden.fill(model.stages[before == nil ? 0 : 1], in: values)
          try folder.add(
            golden.title + (before == nil ? "" : ", among others"), model, values, inputs: [golden.x],
            expected: [golden.y])
        }
      }
      // Those that draw do so in training alone, which is what the goldens have of them.
      missing = missing.filter { !$0.hasPrefix("Random") && !$0.contains("Dropout") && $0 != "GaussianNoise" }
      #expect(missing.isSubset(of: ["ActivityRegularization", "Identity"]), "\(missing)")
      try folder.expectAllAgree()
    }
  }
}
