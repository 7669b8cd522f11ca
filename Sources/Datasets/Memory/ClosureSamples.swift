import Files
import Synchronization
import Tensors

/// Samples that a program reads or computes when it is asked for them.
///
/// Its closures are called from several threads at once, any number of times and in any order, and give the same numbers for a
/// sample each time. What one of them throws ends the training before anything comes of the sample.
public struct ClosureSamples: Dataset {
  /// Writes the numbers of a sample, which are all 0 before.
  public typealias Load = @Sendable (_ sample: Int, _ numbers: MutableFloatBuffer) throws -> Void

  /// What a user calls them.
  public let name: String
  /// The shape of one sample, channels last.
  public let sampleShape: Shape
  /// Classes, or values.
  public let targets: TargetKind
  /// What the classes are called; none where targets are values.
  public let classNames: [String]
  /// How many there are.
  public let count: Int
  /// What tells them from others.
  public private(set) var digest = ""
  /// Any numbers.
  public var levels: Int? { nil }

  private let loadNumbers: Load
  private let answers: Answers
  private let failure = Failure()

  private enum Answers: Sendable {
    case label(@Sendable (_ sample: Int) throws -> Int)
    case classes(@Sendable (_ sample: Int, _ classes: UnsafeMutableBufferPointer<Int32>) throws -> Void)
    case values(Load)
  }

  /// The first thing that went wrong.
  private final class Failure: Sendable {
    let first = Mutex<(any Error)?>(nil)

    func note(_ error: any Error) { first.withLock { $0 = $0 ?? error } }
  }

  /// Samples of a class each.
  ///
  /// - Parameters:
  ///   - name: what the data set is called.
  ///   - shape: that of one sample, channels last.
  ///   - count: how many samples there are.
  ///   - classNames: the names of the classes.
  ///   - digest: what tells these samples from any others, for ranks that compare what they train on, and for runs that
  ///     are gone on with: another word where a number changes. Where it is nil, each sample is asked for once,
  ///     and XXH3 is taken over all.
  ///   - load: writes the numbers of a sample.
  ///   - label: gives its class, an index into `classNames`.
  /// - Throws: what the closures throw; `FileError`, malformed, for a label that is none. With a digest they are not called yet.
  public init(
    name: String, shape: Shape, count: Int, classNames: [String], digest: String? = nil, load: @escaping Load,
    label: @escaping @Sendable (_ sample: Int) throws -> Int
  ) throws {
    try self.init(
      name, shape, count, .classes(classNames.count, positions: []), classNames, digest, load, .label(label))
  }

  /// Samples with a class at each of some positions, of `classes` classes.
  ///
  /// - Throws: as for one class a sample.
  public init(
    name: String, shape: Shape, count: Int, classes: Int, positions: Shape, digest: String? = nil,
    load: @escaping Load,
    loadClasses: @escaping @Sendable (_ sample: Int, _ classes: UnsafeMutableBufferPointer<Int32>) throws -> Void
  ) throws {
    try self.init(
      name, shape, count, .classes(classes, positions: positions), (0..<classes).map(String.init), digest, load,
      .classes(loadClasses))
  }

  /// Samples with values of shape `targets` each.
  ///
  /// - Throws: as for one class a sample.
  public init(
    name: String, shape: Shape, count: Int, targets: Shape, digest: String? = nil, load: @escaping Load,
    loadValues: @escaping Load
  ) throws {
    try self.init(name, shape, count, .values(targets), [], digest, load, .values(loadValues))
  }

  private init(
    _ name: String, _ shape: Shape, _ count: Int, _ targets: TargetKind, _ classNames: [String], _ digest: String?,
    _ load: @escaping Load, _ answers: Answers
  ) throws {
    precondition(count > 0, "\(count) samples are none")
    (self.name, sampleShape, self.count, self.targets, self.classNames) = (name, shape, count, targets, classNames)
    (loadNumbers, self.answers) = (load, answers)
    self.digest = try digest ?? ownDigest()
  }

  private func ownDigest() throws -> String {
    var digest = Digest(.xxh3)
    Array("\(classNames) \(sampleShape) \(targets) \(count)".utf8).withUnsafeBytes { digest.update($0) }
    let (numbers, values) = (FloatStorage(count: sampleShape.count), FloatStorage(count: targets.count))
    var classes = [Int32](repeating: 0, count: targets.count)
    for sample in 0..<count {
      load(sample, into: numbers.buffer)
      digest.update(UnsafeRawBufferPointer(numbers.buffer))
      if case .values = targets {
        loadValues(of: sample, into: values.buffer)
        digest.update(UnsafeRawBufferPointer(values.buffer))
      } else {
        classes.withUnsafeMutableBufferPointer { loadClasses(of: sample, into: $0) }
        classes.withUnsafeBytes { digest.update($0) }
      }
      try check()
    }
    return digest.finish()
  }

  // MARK: - As a data set

  /// Throws what a closure has thrown, or that a label is none.
  public func check() throws {
    if let error = failure.first.withLock({ $0 }) { throw error }
  }

  /// Calls `body`; what it throws is for `check` to say.
  private func noting(_ body: () throws -> Void) {
    do { try body() } catch { failure.note(error) }
  }

  /// The sample's class, or its first.
  public func label(of sample: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: targets.count) { classes in
      loadClasses(of: sample, into: classes)
      return Int(classes[0])
    }
  }

  /// The class of each position.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    classes.initialize(repeating: 0)
    noting {
      switch answers {
      case .label(let label): classes[0] = Int32(clamping: try label(sample))
      case .classes(let load): try load(sample, classes)
      case .values: preconditionFailure("\(name) has values for targets")
      }
      guard case .classes(let count, _) = targets else { return }
      guard let stranger = classes.first(where: { !(0..<Int32(clamping: count) ~= $0) }) else { return }
      // Nobody may take a weight that is not there; before anything comes of the 0, `check` throws.
      classes.update(repeating: 0)
      throw FileError(
        .malformed, name, "the label of sample \(sample) is \(stranger), expected a class of 0 to \(count - 1)")
    }
  }

  /// The values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    guard case .values(let load) = answers else { preconditionFailure("\(name) has classes for targets") }
    values.update(repeating: 0)
    noting { try load(sample, values) }
  }

  /// The sample's numbers.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    pixels.update(repeating: 0)  // what is left out must not be what lay there
    noting { try loadNumbers(sample, pixels) }
  }
}
