import Tensors

/// Samples with labels, in memory that is mapped or drawn on demand. Reading is thread-safe.
public protocol Dataset: Sendable {
  /// What a user calls it: `cifar10`, `synthetic`.
  var name: String { get }
  /// The shape of one sample: (height, width, channels).
  var sampleShape: Shape { get }
  /// What each label stands for, in the order of the labels.
  var classNames: [String] { get }
  /// How many values a pixel can have, evenly from 0 to 1; nil for any numbers.
  var levels: Int? { get }
  /// How many samples there are, at least 1.
  var count: Int { get }
  /// What tells these samples from any others: equal digests mean the same samples in the same order, to the last pixel,
  /// for checkpoints and for ranks that compare what they read.
  var digest: String { get }
  /// What older versions, which looked at less, took for the digest, worked out when it is asked for; nil where it was the
  /// same. Their runs are gone on with by it.
  var earlierDigest: String? { get }

  /// What a sample's target is.
  var targets: TargetKind { get }

  /// What each value of a target stands for, in their order, where targets are values that have names: labels, or a table's
  /// columns. Nil where they have none.
  var outputNames: [String]? { get }

  /// The class of sample `sample`, an index into `classNames`, where targets are one class a sample.
  func label(of sample: Int) -> Int

  /// Writes the class of each position of sample `sample`, where targets are classes.
  func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>)

  /// Writes the target of each output for sample `sample`, where targets are values.
  func loadValues(of sample: Int, into values: MutableFloatBuffer)

  /// Writes the pixels of sample `sample`, each in 0...1 where they have levels, into `pixels`, which holds `sampleShape.count` floats.
  func load(_ sample: Int, into pixels: MutableFloatBuffer)

  /// Hears that these samples are going to be loaded next, in about this order: what is not in memory can be brought there
  /// meanwhile. Nothing but time depends on it.
  ///
  /// - Parameter samples: is asked for them where that is of use.
  func expect(_ samples: () -> [Int])

  /// Where sample `sample` comes from, for people: its file. Nil where it is one of many in a file.
  func origin(of sample: Int) -> String?

  /// Makes sure that all samples loaded so far were what the data set's files held when it was opened. Whoever loads
  /// samples asks before they have an effect.
  ///
  /// - Throws: `FileError` that names a file that was cut off, has changed or cannot be read any more.
  func check() throws
}

extension Dataset {
  /// One class a sample.
  public var targets: TargetKind { .classes(classNames.count, positions: []) }
  /// The sample's label.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    classes[0] = Int32(label(of: sample))
  }
  /// Classes are no values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    preconditionFailure("\(name) has classes for targets")
  }
}

extension Dataset {
  /// What answers are called, in the order of the outputs: the classes or, where targets are values, what each of them stands
  /// for; empty where nothing has a name.
  public var answerNames: [String] { classNames.isEmpty ? outputNames ?? [] : classNames }
}

extension Dataset {
  public var earlierDigest: String? { nil }
  /// Numbers have no names.
  public var outputNames: [String]? { nil }
  /// Samples are there.
  public func expect(_ samples: () -> [Int]) {}
  /// Samples have no files of their own.
  public func origin(of sample: Int) -> String? { nil }
  /// Samples in memory, or drawn, do not change.
  public func check() throws {}
}

extension Dataset {
  /// 256: pixels are bytes.
  public var levels: Int? { 1 << 8 }
}
