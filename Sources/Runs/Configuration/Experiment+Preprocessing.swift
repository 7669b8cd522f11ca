import Datasets
import Kernels
import Layers
import Models
import Tensors

extension Experiment {
  /// The network with all that becomes of a sample before it as layers of its own, so that it takes samples as the data set has
  /// them: pixels from 0 to 255 where they are bytes. It has the parameters of `model` where those lie.
  ///
  /// - Throws: `ShapeError` where the experiment's normalisation is not one for such samples.
  public func preprocessing(_ model: Model) throws(ShapeError) -> Model {
    if let flaw = normalization?.flaw(for: model.input) { throw ShapeError(flaw) }
    return try model.preceded(by: scaling + (normalization?.layers(for: model.input) ?? []))
  }

  /// What brings pixels to 0 … 1.
  private var scaling: [any Layer] {
    guard effectiveScale != ArrayScale.none, largestPixel != 1 else { return [] }
    return [Rescaling(scale: 1 / largestPixel)]
  }

  /// What a pixel of 1 is in the data set's own numbers.
  private var largestPixel: Float {
    if let levels { return Float(levels - 1) }
    // What is said of arrays' numbers is in the digest of the data; what older runs do not say, for pictures goes without saying.
    if dataset == "arrays" { return datasetDigest.contains(":\(ArrayScale.bytes.rawValue):") ? 255 : 1 }
    return Self.pictures.contains(dataset) ? 255 : 1
  }

  private static let pictures = ["cifar10", "cifar100", "folder", "synthetic"] + MNISTKind.allCases.map(\.rawValue)
}

extension Datasets.Normalization {
  /// The layers of the network's that do the same to samples of `shape`.
  fileprivate func layers(for shape: Shape) -> [any Layer] {
    switch kind {
    case .none: return []
    case .channel, .feature:
      let layer = Layers.Normalization(
        given: .init(mean: mean, variance: deviation.map { $0 * $0 }))
      // A number for each place goes by a single axis.
      guard kind == .feature, shape.rank > 1 else { return [layer] }
      return [Flatten(), layer, Reshape(shape.dimensions)]
    case .sample:
      // Without a variance there is nothing to divide by; what is the same everywhere becomes 0.
      let least: Float = 1e-12
      return shape.rank > 1
        ? [GroupNormalization(groups: nil, epsilon: least, center: false, scale: false)]
        : [LayerNormalization(epsilon: least, center: false, scale: false)]
    }
  }
}

extension Model {
  /// The same network behind `layers` without parameters, which its one input goes through first.
  ///
  /// - Throws: `ShapeError` where they do not leave the samples' shape as it is.
  fileprivate func preceded(by layers: [any Layer]) throws(ShapeError) -> Model {
    guard !layers.isEmpty else { return self }
    guard inputs.count == 1 else { throw ShapeError("\(name) has \(inputs.count) inputs, a sample is one") }
    let taken = Set(stages.map(\.name) + inputs.map(\.name))
    var placed: [PlacedLayer] = []
    for (index, layer) in layers.enumerated() {
      let stem = "input_\(type(of: layer).stem)"
      let layerName = taken.contains(stem) ? "\(stem)_\(name)" : stem
      placed.append(PlacedLayer(name: layerName, .layer(layer), inputs: [index]))
    }
    // The network's tensors are counted anew: its input is what the last of the layers gives.
    let moved = { (tensor: Int) in tensor + layers.count }
    for stage in stages {
      placed.append(
        PlacedLayer(
          name: stage.name, stage.written, inputs: stage.inputs.map(moved), isTrainable: stage.isTrainable,
          first: stage.first.map { $0 + layers.count }))
    }
    return try Model(name: name, inputs: inputs, layers: placed, outputs: outputs.map(moved))
  }
}
