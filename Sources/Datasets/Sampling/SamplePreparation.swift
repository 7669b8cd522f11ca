import Tensors

/// What becomes of a sample between the data set and the network.
public struct SamplePreparation: Sendable {
  /// The random changes, for training alone.
  public let augmentation: Augmentation
  /// The scales of samples, nil for pixels in 0...1.
  public let normalization: Normalization?

  /// Prepares nothing unless it is told to.
  public init(augmentation: Augmentation = Augmentation(), normalization: Normalization? = nil) {
    self.augmentation = augmentation
    self.normalization = normalization
  }

  /// Prepares a sample of `shape` that is in `pixels`, without random changes.
  package func prepare(_ pixels: MutableFloatBuffer, shape: Shape) { normalization?.apply(to: pixels, shape: shape) }

  /// Loads a sample into `pixels`, which holds `dataset.sampleShape.count` floats: crop and flip, normalisation, cutout.
  ///
  /// A crop's border of zeros is therefore black as zeros in the file are, and the cutout's square the mean colour where
  /// there is a normalisation, as in the authors' own programs.
  ///
  /// - Parameters:
  ///   - sample: its index in the data set.
  ///   - dataset: the data set.
  ///   - pixels: where it is to be.
  ///   - draw: what the random changes depend on besides the sample; nil for none, as validation has it.
  public func load(
    _ sample: Int, of dataset: any Dataset, into pixels: MutableFloatBuffer, draw: (seed: UInt64, epoch: Int)?
  ) {
    dataset.load(sample, into: pixels)
    guard let draw, !augmentation.isNone else {
      normalization?.apply(to: pixels, shape: dataset.sampleShape)
      return
    }
    let shape = dataset.sampleShape
    let image = AugmentedImage(pixels, shape: shape)
    let chosen = augmentation.draw(seed: draw.seed, epoch: draw.epoch, sample: sample, shape: shape)
    image.shift(rows: chosen.shift.rows, columns: chosen.shift.columns, border: augmentation.border)
    if chosen.isFlipped { image.flip() }
    normalization?.apply(to: pixels, shape: shape)
    if augmentation.cutout > 0 { image.cut(centre: chosen.centre, side: augmentation.cutout) }
  }

  /// Loads a view of a sample into `pixels`, without random changes: the view, then normalisation.
  ///
  /// - Parameters:
  ///   - sample: its index in the data set.
  ///   - dataset: the data set; of images, where the view is not the whole.
  ///   - pixels: where it is to be.
  ///   - view: how it is seen.
  public func load(
    _ sample: Int, of dataset: any Dataset, into pixels: MutableFloatBuffer, view: TestTimeAugmentation.View
  ) {
    dataset.load(sample, into: pixels)
    if view != .whole {
      let image = AugmentedImage(pixels, shape: dataset.sampleShape)
      image.shift(rows: view.shift, columns: view.shift, border: .reflect)
      if view.isMirrored { image.flip() }
    }
    normalization?.apply(to: pixels, shape: dataset.sampleShape)
  }
}
