import Layers
import Models
import Tensors
import Testing

/// A network whose layers are timed is the same network: what a layer says of itself decides how it is run.
@Suite struct TimedLayerTests {
  @Test func timedLayersSayOfThemselvesWhatTheyAre() throws {
    let model = try Sequential(input: [32, 32, 16]) {
      Conv2D(16, kernel: 3, activation: .relu)
      MaxPooling2D(2)
      Dropout(0.2)
      AveragePooling2D(3)
      BatchNormalization()
      ReLU()
      Flatten()
      Dense(1_100, activation: .gelu)
      Dense(300)
    }
    let timed = model.timed(by: LayerTimes(layers: model.stages.count))
    for (plain, timed) in zip(model.stages, timed.stages) {
      #expect(description(timed) == description(plain), "\(plain.name)")
    }
    // None of them is what a layer is that says nothing.
    let features = Set(model.stages.flatMap(description))
    for feature in [
      "reshapes", "identity", "many", "slice", "granule 2", "rectifies", "reads no input", "reads no output",
      "2 blocks",
    ] { #expect(features.contains(feature), "\(feature)") }
  }

  private func description(_ stage: Model.Stage) -> [String] {
    let (layer, input) = (stage.layer, stage.input)
    return [
      layer.isReshaping ? "reshapes" : "", layer.isIdentityInInference ? "identity" : "", "\(layer.grain)",
      "granule \(layer.granule(for: input))", layer.rectifiesGradient ? "rectifies" : "",
      layer.backwardReadsInput ? "" : "reads no input", layer.backwardReadsOutput ? "" : "reads no output",
      "\(layer.gradientBlocks(for: input).count) blocks", "scratch \(layer.scratchCount(for: input))",
      "kept \(layer.keptCount(for: input))", "FLOPs \(layer.forwardFLOPs(for: input))",
    ]
  }
}
