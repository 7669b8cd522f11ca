/// What a random draw is for. Each purpose has its own part of the counter space, so that no two draws ever share bits.
public enum RandomPurpose: Sendable {
  /// The initial value of a parameter, by its place in the model.
  case initialization(parameter: Int)
  /// The order of the training samples.
  case shuffling
  /// A dropout layer, by its place in the model.
  case dropout(layer: Int)
  /// The drawing of the embedded data set.
  case synthesis
  /// The numbers on which OpenBLAS shows how it multiplies.
  case productExperiment
  /// How a training sample is cropped, flipped and cut.
  case augmentation
  /// What a search tries.
  case search

  /// The purpose as the highest counter word: kind in the upper byte, place in the lower three.
  var word: UInt32 {
    switch self {
    case .initialization(let parameter): Self.word(kind: 1, index: parameter)
    case .shuffling: Self.word(kind: 2, index: 0)
    case .dropout(let layer): Self.word(kind: 3, index: layer)
    case .synthesis: Self.word(kind: 4, index: 0)
    case .productExperiment: Self.word(kind: 5, index: 0)
    case .augmentation: Self.word(kind: 6, index: 0)
    case .search: Self.word(kind: 7, index: 0)
    }
  }

  private static func word(kind: UInt32, index: Int) -> UInt32 {
    precondition(0..<(1 << 24) ~= index, "a model has at most 2^24 places")
    return kind << 24 | UInt32(index)
  }
}

/// Names one sequence of random words: by seed, purpose, epoch and sample, and by nothing else.
public struct RandomKey: Sendable {
  /// Philox's key, from the seed.
  public let key: SIMD2<UInt32>
  /// Philox's counter without its lowest word, which counts blocks: (sample, epoch, purpose).
  public let counter: SIMD3<UInt32>

  /// The sequence for `purpose` at `epoch` (0 where there is none) and `sample`, the index in the data set.
  public init(seed: UInt64, purpose: RandomPurpose, epoch: Int = 0, sample: Int = 0) {
    precondition(UInt32(exactly: epoch) != nil && UInt32(exactly: sample) != nil, "epoch and sample fit 32 bits")
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD3(UInt32(sample), UInt32(epoch), purpose.word)
  }

  /// Block `index` of the sequence: four words.
  public func block(_ index: UInt32) -> SIMD4<UInt32> {
    Philox.block(counter: SIMD4(index, counter.x, counter.y, counter.z), key: key)
  }

  /// Blocks `index` to `index + 15`; lane i of the k-th vector is word k of block `index + i`.
  public func lanes(_ index: UInt32) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
    Philox.lanes(from: SIMD4(index, counter.x, counter.y, counter.z), key: key)
  }
}

/// Reads the words of one key in order.
public struct RandomSequence: RandomNumberGenerator {
  private let key: RandomKey
  private var block: UInt32 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// Starts at the key's first word.
  public init(_ key: RandomKey) {
    self.key = key
  }

  /// The next word.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = key.block(block)
      block += 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next two words as one.
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// A float in [0, 1) of 24 random bits: every value a multiple of 2^-24, so exact on every machine.
  public mutating func uniform() -> Float {
    Float(nextWord() >> 8) * 0x1p-24
  }

  /// An integer in 0..<bound without bias, by Lemire's method ("Fast random integer generation in an interval", 2019).
  public mutating func below(_ bound: UInt32) -> UInt32 {
    precondition(bound > 0, "nothing lies below 0")
    var product = nextWord().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = nextWord().multipliedFullWidth(by: bound) }
    }
    return product.high
  }
}
