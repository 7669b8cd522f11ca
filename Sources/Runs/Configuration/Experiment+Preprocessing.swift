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
    return try model.preceded(by: scaling + (normalization?.steps(for: model.input) ?? []))
  }

  /// What brings pixels to 0 … 1.
  private var scaling: [PreparationStep] {
    guard bringsPixelsToOne else { return [] }
    return [.layer(Rescaling(scale: 1 / largestPixel))]
  }

  /// Whether samples are pixels that are brought to 0 … 1 before the network sees them.
  var bringsPixelsToOne: Bool { effectiveScale != ArrayScale.none && largestPixel != 1 }

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
  fileprivate func steps(for shape: Shape) -> [PreparationStep] {
    switch kind {
    case .none: return []
    case .channel, .feature:
      let layer = Layers.Normalization(
        given: .init(mean: mean, variance: deviation.map { $0 * $0 }))
      // A number for each place goes by a single axis.
      guard kind == .feature, shape.rank > 1 else { return [.layer(layer)] }
      return [.layer(Flatten()), .layer(layer), .layer(Reshape(shape.dimensions))]
    case .sample:
      // What is the same everywhere becomes 0: exactly, since its largest number is taken from all of its numbers first, whose
      // mean is 0 then, and not what is left of rounding it.
      let own = PreparationStep.layer(GroupNormalization(groups: nil, epsilon: 1e-30, center: false, scale: false))
      switch shape.rank {
      case 4: return [.lessLargest(GlobalMaxPooling3D(keepDimensions: true)), own]
      case 3: return [.lessLargest(GlobalMaxPooling2D(keepDimensions: true)), own]
      case 2: return [.lessLargest(GlobalMaxPooling1D(keepDimensions: true)), own]
      default:  // a row of numbers is a series of one channel
        let pooling = GlobalMaxPooling1D(keepDimensions: true)
        return [.layer(Reshape([shape.count, 1])), .lessLargest(pooling), own, .layer(Flatten())]
      }
    }
  }
}

extension Model {
  /// The same network behind `steps` without parameters, which its one input goes through first.
  ///
  /// - Throws: `ShapeError` where they do not leave the samples' shape as it is.
  fileprivate func preceded(by steps: [PreparationStep]) throws(ShapeError) -> Model {
    guard !steps.isEmpty else { return self }
    guard inputs.count == 1 else { throw ShapeError("\(name) has \(inputs.count) inputs, a sample is one") }
    let taken = Set(stages.map(\.name) + inputs.map(\.name))
    var placed: [PlacedLayer] = []
    func place(_ operation: Operation, _ stem: String, on tensors: [Int]) -> Int {
      let stem = "input_\(stem)"
      let layerName = taken.contains(stem) ? "\(stem)_\(name)" : stem
      placed.append(PlacedLayer(name: layerName, operation, inputs: tensors))
      return placed.count
    }
    var tensor = 0
    for step in steps {
      switch step {
      case .layer(let layer): tensor = place(.layer(layer), type(of: layer).stem, on: [tensor])
      case .lessLargest(let pooling):
        let largest = place(.layer(pooling), type(of: pooling).stem, on: [tensor])
        tensor = place(.merging(Subtract()), Subtract.stem, on: [tensor, largest])
      }
    }
    // The network's tensors are counted anew: its input is what the last of the layers gives.
    let ahead = placed.count
    let moved = { (tensor: Int) in tensor + ahead }
    for stage in stages {
      placed.append(
        PlacedLayer(
          name: stage.name, stage.written, inputs: stage.inputs.map(moved), isTrainable: stage.isTrainable,
          first: stage.first.map { $0 + ahead }))
    }
    return try Model(name: name, inputs: inputs, layers: placed, outputs: outputs.map(moved))
  }
}

/// A step of what becomes of a sample before the network.
private enum PreparationStep {
  case layer(any Layer)
  /// From each number the largest of its channel is taken, which a pooling gives.
  case lessLargest(any GlobalPoolingLayer)
}
