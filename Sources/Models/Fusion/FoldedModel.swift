import Kernels
import Layers
import Tensors

/// A model as it judges, where every average of batch normalisation is a constant: what is normalised right behind a
/// convolution or a dense layer costs nothing, because the layer's kernel and bias have the scale and the shift in them
/// (Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018,
/// section 3.2).
///
///     y = γ·(x ∗ k + b - μ)·s + β = x ∗ (k·γ·s) + ((b - μ)·γ·s + β),  s = 1 / √(v + ε)
///
/// Kernels that Winograd's convolution transforms are transformed once, not for each group of samples.
public struct FoldedModel: Sendable {
  /// The model with the stages that compute less. It reads the arena's values, and those of `constants`, whose ranges begin
  /// where the arena ends.
  public let model: Model
  private let folds: [Fold]
  private let preparations: [Preparation]
  /// Where the arena's values end.
  private let base: Int
  /// How many floats `constants` gives.
  public let constantCount: Int

  /// A convolution whose kernel is laid out.
  private struct Preparation {
    let layer: PreparedConvolution
    /// Where the kernel lies, among the arena's values or the constants.
    let kernel: Range<Int>
    let prepared: Range<Int>
  }

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
    var preparations: [Preparation] = []
    for (index, stage) in folded.stages.enumerated() {
      guard flow.works[index], let layer = stage.layer as? any ConvolutionLayer,
        let prepared = PreparedConvolution(layer, for: stage.input)
      else { continue }
      // The matrices begin with a cache line.
      let start = (count + 15) / 16 * 16
      count = start + prepared.kernelCount
      preparations.append(Preparation(layer: prepared, kernel: stage.ranges[0], prepared: start..<count))
      folded = Model(
        folded, running: .layer(prepared), ranges: [start..<count] + stage.ranges.dropFirst(), at: index)
    }
    (self.model, self.folds, self.preparations) = (folded, folds, preparations)
    (base, constantCount) = (model.parameterCount, count - model.parameterCount)
  }

  /// What the model judges by besides the arena's values.
  ///
  /// - Parameter values: the arena's.
  /// - Returns: nil where there is nothing.
  public func constants(_ values: FloatBuffer) -> FloatStorage? {
    guard constantCount > 0 else { return nil }
    let constants = FloatStorage(count: constantCount)
    func place(_ range: Range<Int>) -> MutableFloatBuffer {
      constants.buffer.part(range.lowerBound - base..<range.upperBound - base)
    }
    for fold in folds { fold.write(values, kernel: place(fold.foldedKernel), bias: place(fold.foldedBias)) }
    for preparation in preparations {
      let range = preparation.kernel
      preparation.layer.prepare(
        range.lowerBound < base ? values.part(range) : place(range).reading, into: place(preparation.prepared))
    }
    return constants
  }
}

extension FoldedModel.Fold {
  fileprivate func write(_ values: FloatBuffer, kernel folded: MutableFloatBuffer, bias shift: MutableFloatBuffer) {
    let (kernel, bias) = (values.part(self.kernel), bias.map(values.part))
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
