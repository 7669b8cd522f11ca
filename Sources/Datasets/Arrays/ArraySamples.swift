import Files
import Tensors

/// Samples of any shape in an array of NumPy's, with their targets in another.
struct ArraySamples: Dataset {
  private let samples: NumPyArray
  private let answers: ArrayTargets
  private let scale: ArrayScale
  /// The shape of one sample; an image without channels has one where the network takes one.
  let sampleShape: Shape

  /// Pairs two arrays.
  ///
  /// - Parameters:
  ///   - other: what is trained on, which they must go with; nil where it is these.
  ///   - keepsMissing: whether floats that are none may be there, to be looked at.
  /// - Throws: `FileError`, malformed, for a float that is none, a target that is none, or what does not go with `other`; and
  ///   what `shapes` throws.
  init(
    _ arrays: ArrayFiles.Pair, _ scale: ArrayScale?, _ shapes: (Shape) throws -> Arrays.Shapes?,
    like other: ArraySamples? = nil, areClasses: Bool? = nil, keepsMissing: Bool
  ) throws {
    samples = arrays.samples
    self.scale = scale ?? (samples.header.element == .uint8 ? .bytes : .none)
    let sample = samples.sample
    let network = try shapes(Shape(sample))
    // Without a network of its own, a run has one of those for images.
    let lacksChannels = network.map { $0.input.dimensions == sample + [1] } ?? (sample.count == 2)
    sampleShape = Shape(lacksChannels ? sample + [1] : sample)
    if let other, other.sampleShape != sampleShape {
      throw FileError(
        .malformed, samples.path,
        "holds samples of \(sampleShape), but those to train on are of \(other.sampleShape)")
    }
    answers = try ArrayTargets(arrays.targets, output: network?.output, like: other?.targets, areClasses: areClasses)
    if !keepsMissing { try samples.refuseNotFinite() }
    try check()
  }

  /// `arrays`.
  var name: String { "arrays" }
  /// Classes, or values.
  var targets: TargetKind { answers.kind }
  /// `0`, `1`, …; none where targets are values.
  var classNames: [String] {
    if case .classes(let count, _) = targets { (0..<count).map(String.init) } else { [] }
  }
  /// 256 for bytes; nil for any numbers.
  var levels: Int? { scale == .bytes && samples.header.element == .uint8 ? 1 << 8 : nil }
  /// The extent of the arrays' first axis.
  var count: Int { samples.count }
  /// Of both arrays, and of what is made of them.
  var digest: String {
    "\(samples.digest)\(answers.array.digest):\(scale.rawValue):\(sampleShape):\(targets)"
  }

  /// Looks whether the files are as they were.
  func check() throws(FileError) {
    try samples.check()
    try answers.array.check()
  }

  /// The class of each sample, for a share of each to be held back; 0 for all where a sample has no class of its own.
  var labels: [Int] {
    guard case .classes(_, let positions) = targets, positions.rank == 0 else {
      return [Int](repeating: 0, count: count)
    }
    return (0..<count).map(label)
  }

  /// The sample's class, or that of its first position.
  func label(of sample: Int) -> Int { answers.label(of: sample) }

  /// The class of each position.
  func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    answers.loadClasses(of: sample, into: classes)
  }

  /// The target's numbers.
  func loadValues(of sample: Int, into values: MutableFloatBuffer) { answers.array.load(sample, into: values) }

  /// The sample's numbers, scaled.
  func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    samples.load(sample, into: pixels)
    if scale == .bytes { for place in pixels.indices { pixels[place] /= 255 } }
  }
}

/// What becomes of the numbers of samples in arrays.
public enum ArrayScale: String, Codable, Sendable, CaseIterable {
  /// They are taken as they are.
  case none
  /// They are divided by 255.
  case bytes
}
