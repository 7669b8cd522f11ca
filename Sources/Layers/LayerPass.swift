import Tensors

/// What a layer is handed for one pass over some samples, besides its input and output.
public struct LayerPass {
  /// The arena's values.
  let values: FloatBuffer
  /// What is worked out of them once for all passes of a model that judges; its ranges begin where those of the values end.
  let constants: FloatBuffer?
  /// The slice's gradients, laid out as the values are; only `parameterGradients` has them.
  let gradients: MutableFloatBuffer?
  /// Whether parameter gradients are added to what is there: what the slice's earlier samples gave, or a sum over slices.
  let accumulates: Bool
  /// Which of the layer's gradient blocks `parameterGradients` is to compute.
  let block: Int
  /// Where the layer's parameters lie in both, in the order of its specifications.
  let ranges: [Range<Int>]
  /// Memory to lend for the length of the call; its contents mean nothing.
  let scratch: MutableFloatBuffer
  /// The layer's `keptCount` floats for each sample, or slice, of this pass: as forward left them, in backward.
  let kept: MutableFloatBuffer
  /// How many of the slice's samples came before those of this pass.
  let before: Int
  /// The samples of the slice; nil for those of this pass.
  let sliceSamples: Int?
  /// The slice's samples over those of the global batch; only `parameterGradients` has them.
  let share: Float
  /// One over the samples of the global batch; only the backward passes have it.
  let sampleWeight: Float
  /// Whether the input is what a ReLU gave.
  let inputIsRectified: Bool
  /// Whether the layer behind has left 0 in the output's gradient wherever the output is not positive.
  let gradientIsRectified: Bool
  /// Whether training changes the layer's parameters.
  let isTrainable: Bool
  /// The layer's place in the network, part of its random keys.
  let layer: Int
  /// The samples of each slice, where a pass gets whole slices.
  let slices: [Range<Int>]
  /// What the random draws depend on; nil outside training, where nothing is random.
  let draw: Draw?

  /// The identity of some samples' random draws.
  public struct Draw {
    let seed: UInt64
    let epoch: Int
    let samples: UnsafeBufferPointer<Int32>

    /// Draws for samples that are each known by their index in the data set.
    public init(seed: UInt64, epoch: Int, samples: UnsafeBufferPointer<Int32>) {
      self.seed = seed
      self.epoch = epoch
      self.samples = samples
    }

    /// The draws of some of the samples.
    public func part(_ range: Range<Int>) -> Draw {
      Draw(seed: seed, epoch: epoch, samples: UnsafeBufferPointer(rebasing: samples[range]))
    }
  }

  /// Puts together what one layer needs.
  public init(
    values: FloatBuffer, constants: FloatBuffer? = nil, gradients: MutableFloatBuffer? = nil, accumulates: Bool = false,
    block: Int = 0,
    ranges: [Range<Int>], scratch: MutableFloatBuffer, kept: MutableFloatBuffer, before: Int = 0,
    sliceSamples: Int? = nil, share: Float = 1,
    sampleWeight: Float = 1,
    inputIsRectified: Bool = false, gradientIsRectified: Bool = false, isTrainable: Bool = true, layer: Int,
    slices: [Range<Int>], draw: Draw?
  ) {
    self.values = values
    self.constants = constants
    self.gradients = gradients
    self.accumulates = accumulates
    self.block = block
    self.ranges = ranges
    self.scratch = scratch
    self.kept = kept
    self.before = before
    self.sliceSamples = sliceSamples
    self.share = share
    self.sampleWeight = sampleWeight
    self.inputIsRectified = inputIsRectified
    self.gradientIsRectified = gradientIsRectified
    self.isTrainable = isTrainable
    self.layer = layer
    self.slices = slices
    self.draw = draw
  }

  /// Whether this is training, where random layers draw and batch normalisation measures its slice.
  var isTraining: Bool { draw != nil }

  /// The samples of the slice of which `x` is a part.
  func sliceCount(_ x: TensorView) -> Int { sliceSamples ?? x.samples }

  /// Whether `x` has the slice's last samples.
  func isLastPart(_ x: TensorView) -> Bool { before + x.samples == sliceCount(x) }

  /// The layer's `index`-th parameter.
  func parameter(_ index: Int) -> FloatBuffer {
    let range = ranges[index]
    guard let constants, range.lowerBound >= values.count else { return values.part(range) }
    return constants.part(range.lowerBound - values.count..<range.upperBound - values.count)
  }

  /// Where the gradient of the layer's `index`-th parameter goes.
  func gradient(_ index: Int) -> MutableFloatBuffer {
    guard let gradients else { preconditionFailure("only parameterGradients has a place for gradients") }
    return gradients.part(ranges[index])
  }

  /// The key of the slice's `index`-th sample for this layer's dropout; nil outside training.
  func dropoutKey(sample index: Int) -> RandomKey? {
    draw.map {
      RandomKey(seed: $0.seed, purpose: .dropout(layer: layer), epoch: $0.epoch, sample: Int($0.samples[index]))
    }
  }
}
