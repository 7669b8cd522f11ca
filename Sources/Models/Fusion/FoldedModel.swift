import Kernels
import Layers
import Tensors

/// A model as it judges, where every average of batch normalisation is a constant: what is normalised right behind a
/// convolution or a dense layer costs nothing, because the layer's kernel and bias have the scale and the shift in them
/// (Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018,
/// section 3.2).
///
///     y = γ·(x ∗ k + b - μ)·s + β = x ∗ (k·γ·s) + ((b - μ)·γ·s + β),  s = 1 / √(v + ε)
public struct FoldedModel: Sendable {
  /// The model with the stages that compute less. Its parameters lie in what `values` gives.
  public let model: Model
  private let folds: [Fold]
  /// What stages still read of the arena's values, and where they find it; the rest is not copied.
  private let copies: [Range<Int>: Range<Int>]
  /// The floats of those, and of what is folded.
  private let count: Int

  /// A layer and the normalisation behind it.
  fileprivate struct Fold {
    /// The layer's kernel and bias, and the normalisation's parameters, in the arena.
    let kernel: Range<Int>
    let bias: Range<Int>?
    let normalization: BatchNormalization
    let parameters: [Range<Int>]
    /// The layer's stage, whose last two parameters are the new kernel and bias.
    let stage: Int
  }

  /// Folds what can be folded in `model`, which may be fused.
  public init(_ model: Model) {
    let flow = Dataflow(model, isKeeping: false)
    let given = Set(model.outputs.map { flow.roots[$0] })
    // Before it has its place, what is folded is known as something behind the arena.
    var (folded, folds, end) = (model, [Fold](), model.parameterCount)
    for (index, stage) in model.stages.enumerated() {
      guard flow.works[index], let normalization = stage.layer as? BatchNormalization else { continue }
      let root = flow.roots[stage.inputs[0]]
      guard let giver = model.stage(giving: root), flow.readers[root] == [index], !given.contains(root),
        let layer = model.stages[giver].layer as? any AffineLayer, layer.activation == .linear,
        let channels = model.stages[giver].output.dimensions.last, channels == stage.output.dimensions.last
      else { continue }
      var ranges = model.stages[giver].ranges
      let bias = layer.useBias ? ranges.removeLast() : nil
      let kernel = ranges.removeLast()
      let fold = Fold(
        kernel: kernel, bias: bias, normalization: normalization, parameters: stage.ranges, stage: giver)
      ranges += [end..<end + kernel.count, end + kernel.count..<end + kernel.count + channels]
      end += kernel.count + channels
      var biased: any AffineLayer = layer.biased
      biased.activation = normalization.activation
      folded = Model(folded, running: .layer(biased), ranges: ranges, at: giver)
      folded = Model(folded, running: .layer(Identity()), ranges: [], at: index)
      folds.append(fold)
    }
    guard !folds.isEmpty else {
      (self.model, self.folds, copies, count) = (model, [], [:], 0)
      return
    }
    var places: [Range<Int>: Range<Int>] = [:]
    end = 0
    let stages = folded.stages.map { stage in
      let ranges = stage.ranges.map { range in
        if let place = places[range] { return place }
        let place = end..<end + range.count
        (places[range], end) = (place, place.upperBound)
        return place
      }
      return stage.running(stage.operation, ranges: ranges)
    }
    self.model = Model(folded, stages: stages)
    (self.folds, count) = (folds, end)
    copies = places.filter { $0.key.upperBound <= model.parameterCount }
  }

  /// How many floats `values` gives; 0 where nothing is folded.
  public var valueCount: Int { count }

  /// The values that the model judges by.
  ///
  /// - Parameter values: the arena's.
  /// - Returns: what its stages read, with the folded ones; nil where nothing is folded, and the arena's own do.
  public func values(_ values: FloatBuffer) -> FloatStorage? {
    guard !folds.isEmpty else { return nil }
    let own = FloatStorage(count: count)
    for (range, place) in copies { copy(values.part(range), to: own.buffer.part(place)) }
    for fold in folds {
      let places = model.stages[fold.stage].ranges.suffix(2).map(own.buffer.part)
      fold.write(values, kernel: places[0], bias: places[1])
    }
    return own
  }
}

extension FoldedModel.Fold {
  /// Writes the new kernel and bias.
  fileprivate func write(_ values: FloatBuffer, kernel folded: MutableFloatBuffer, bias shift: MutableFloatBuffer) {
    let (kernel, bias) = (values.part(kernel), bias.map(values.part))
    let parameters = parameters.map(values.part)
    let scale = normalization.scale ? parameters[0] : nil
    let center = normalization.center ? parameters[parameters.count - 3] : nil
    let (mean, variance) = (parameters[parameters.count - 2], parameters[parameters.count - 1])
    for c in 0..<shift.count {
      let factor = (scale?[c] ?? 1) / (variance[c] + normalization.epsilon).squareRoot()
      shift[c] = ((bias?[c] ?? 0) - mean[c]) * factor + (center?[c] ?? 0)
      for i in stride(from: c, to: kernel.count, by: shift.count) { folded[i] = kernel[i] * factor }
    }
  }
}
