import Tensors

/// Samples with labels, in memory that is mapped or drawn on demand. Reading is thread-safe.
public protocol Dataset: Sendable {
  /// What a user calls it: `cifar10`, `synthetic`.
  var name: String { get }
  /// The shape of one sample: (height, width, channels).
  var sampleShape: Shape { get }
  /// What each label stands for, in the order of the labels.
  var classNames: [String] { get }
  /// How many values a pixel can have, evenly from 0 to 1.
  var levels: Int { get }
  /// How many samples there are, at least 1.
  var count: Int { get }
  /// A cheap identity, in hexadecimal: equal digests mean the same samples in the same order, for checkpoints and for
  /// ranks that compare what they read. Each type says which bytes it covers.
  var digest: String { get }

  /// The class of sample `sample`, an index into `classNames`.
  func label(of sample: Int) -> Int

  /// Writes the pixels of sample `sample`, each in 0...1, into `pixels`, which holds `sampleShape.count` floats.
  func load(_ sample: Int, into pixels: MutableFloatBuffer)
}

extension Dataset {
  /// 256: pixels are bytes.
  public var levels: Int { 1 << 8 }
}
