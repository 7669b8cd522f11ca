import Tensors

/// What a layer is handed for one pass over one slice, besides its input and output.
public struct LayerPass {
  /// The arena's values.
  let values: FloatBuffer
  /// The slice's gradients, laid out as the values are; nil in a pass that only goes forward.
  let gradients: MutableFloatBuffer?
  /// Where the layer's parameters lie in both, in the order of its specifications.
  let ranges: [Range<Int>]
  /// Memory to lend for the length of the call; its contents mean nothing.
  public let scratch: MutableFloatBuffer
  /// The layer's place in the network, part of its random keys.
  let layer: Int
  /// What the random draws depend on; nil outside training, where nothing is random.
  let draw: Draw?

  /// The identity of a slice's random draws.
  public struct Draw {
    let seed: UInt64
    let epoch: Int
    let samples: UnsafeBufferPointer<Int32>

    /// Draws for the samples of a slice, each known by its index in the data set.
    public init(seed: UInt64, epoch: Int, samples: UnsafeBufferPointer<Int32>) {
      self.seed = seed
      self.epoch = epoch
      self.samples = samples
    }
  }

  /// Puts together what one layer needs.
  public init(
    values: FloatBuffer, gradients: MutableFloatBuffer?, ranges: [Range<Int>], scratch: MutableFloatBuffer, layer: Int,
    draw: Draw?
  ) {
    self.values = values
    self.gradients = gradients
    self.ranges = ranges
    self.scratch = scratch
    self.layer = layer
    self.draw = draw
  }

  /// The layer's `index`-th parameter.
  func parameter(_ index: Int) -> FloatBuffer { values.part(ranges[index]) }

  /// Where the gradient of the layer's `index`-th parameter goes.
  func gradient(_ index: Int) -> MutableFloatBuffer {
    guard let gradients else { preconditionFailure("a pass without gradients goes forward only") }
    return gradients.part(ranges[index])
  }

  /// The key of the slice's `index`-th sample for this layer's dropout; nil outside training.
  func dropoutKey(sample index: Int) -> RandomKey? {
    draw.map {
      RandomKey(seed: $0.seed, purpose: .dropout(layer: layer), epoch: $0.epoch, sample: Int($0.samples[index]))
    }
  }
}
