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
  /// The floats of the arena's values, and behind them of those that are folded.
  private let count: Int

  /// A layer and the normalisation behind it.
  fileprivate struct Fold {
    /// The layer's kernel and bias, and the normalisation's parameters, in the arena.
    let kernel: Range<Int>
    let bias: Range<Int>?
    let normalization: BatchNormalization
    let parameters: [Range<Int>]
    /// Where the new kernel and bias lie.
    let foldedKernel, foldedBias: Range<Int>
  }

  /// Folds what can be folded in `model`, which may be fused.
  public init(_ model: Model) {
    let flow = Dataflow(model, isKeeping: false)
    let given = Set(model.outputs.map { flow.roots[$0] })
    var (folded, folds, count) = (model, [Fold](), model.parameterCount)
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
        kernel: kernel, bias: bias, normalization: normalization, parameters: stage.ranges,
        foldedKernel: count..<count + kernel.count,
        foldedBias: count + kernel.count..<count + kernel.count + channels)
      count = fold.foldedBias.upperBound
      var biased: any AffineLayer = layer.biased
      biased.activation = normalization.activation
      folded = Model(
        folded, running: .layer(biased), ranges: ranges + [fold.foldedKernel, fold.foldedBias], at: giver)
      folded = Model(folded, running: .layer(Identity()), at: index)
      folds.append(fold)
    }
    (self.model, self.folds, self.count) = (folded, folds, count)
  }

  /// How many floats `values` gives; 0 where nothing is folded.
  public var valueCount: Int { folds.isEmpty ? 0 : count }

  /// The values that the model judges by.
  ///
  /// - Parameter values: the arena's.
  /// - Returns: a copy with the folded ones; nil where nothing is folded, and the arena's own do.
  public func values(_ values: FloatBuffer) -> FloatStorage? {
    guard !folds.isEmpty else { return nil }
    let own = FloatStorage(count: count)
    copy(values, to: own.buffer.part(0..<values.count))
    for fold in folds { fold.write(values, into: own.buffer) }
    return own
  }
}

extension FoldedModel.Fold {
  fileprivate func write(_ values: FloatBuffer, into own: MutableFloatBuffer) {
    let (kernel, folded) = (values.part(self.kernel), own.part(foldedKernel))
    let (bias, shift) = (bias.map(values.part), own.part(foldedBias))
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
