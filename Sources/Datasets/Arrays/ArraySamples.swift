import Files
import Tensors

/// Samples of any shape in an array of NumPy's, with their targets in another.
public struct ArraySamples: Dataset {
  /// What a network takes and gives.
  public typealias Shapes = (input: Shape, output: Shape)

  private let part: ArrayFiles.Part
  private let scale: ArrayScale
  /// The shape of one sample; an image without channels has one where the network takes one.
  public let sampleShape: Shape
  /// Classes, or values.
  public let targets: TargetKind

  /// Opens the arrays in a folder or an `.npz` file.
  ///
  /// - Parameters:
  ///   - scale: nil for one that goes with the elements: bytes are shares of 255, all else is taken as it is.
  ///   - shapes: what the network takes and gives, told what its samples look like; nil where it is yet to be made for them.
  /// - Throws: `FileError`: missing; malformed for what is no array, is cut short, or does not fit the other arrays; and what
  ///   `shapes` throws.
  public static func open(
    _ path: String, scale: ArrayScale?, shapes: (Shape) throws -> Shapes?
  ) throws -> TrainingData {
    let files = try ArrayFiles(path)
    let training = try ArraySamples(files.requireTraining(), scale, shapes)
    return TrainingData(
      training: training, validation: try ArraySamples(files.requireValidation(), scale, shapes, like: training))
  }

  /// Opens what a network is to be judged by, and the training samples where there are some.
  ///
  /// - Throws: as `open`.
  public static func openToJudge(
    _ path: String, scale: ArrayScale?, shapes: (Shape) throws -> Shapes?
  ) throws -> JudgedData {
    let files = try ArrayFiles(path)
    let training = try files.training().map { try ArraySamples($0, scale, shapes) }
    return JudgedData(
      samples: try ArraySamples(files.requireValidation(), scale, shapes, like: training), training: training)
  }

  private init(
    _ part: ArrayFiles.Part, _ scale: ArrayScale?, _ shapes: (Shape) throws -> Shapes?, like other: ArraySamples? = nil
  ) throws {
    self.part = part
    self.scale = scale ?? (part.samples.header.element == .uint8 ? .bytes : .none)
    let sample = part.samples.sample
    let network = try shapes(Shape(sample))
    // Without a network of its own, a run has one of those for images.
    let lacksChannels = network.map { $0.input.dimensions == sample + [1] } ?? (sample.count == 2)
    sampleShape = Shape(lacksChannels ? sample + [1] : sample)
    if let other, other.sampleShape != sampleShape {
      throw FileError(
        .malformed, part.samples.path,
        "holds samples of \(sampleShape), but those to train on are of \(other.sampleShape)")
    }
    let numbers = part.targets.sample.reduce(1, *)
    let (lowest, highest) = try Self.range(of: part.targets, numbers)
    targets =
      try other?.targets ?? Self.targets(part.targets, numbers, lowest, highest, output: network?.output)
    guard part.targets.sample.reduce(1, *) == targets.count else {
      throw FileError(
        .malformed, part.targets.path,
        "holds targets of \(Shape(part.targets.sample)), but those to train with have \(targets.count) numbers each")
    }
    if case .classes(let classes, _) = targets { try checkClasses(classes, lowest, highest) }
    try check()
  }

  // MARK: - Targets

  /// The lowest and the highest number of all targets.
  private static func range(of targets: NumPyArray, _ count: Int) throws(FileError) -> (Float, Float) {
    let row = FloatStorage(count: count)
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for index in 0..<targets.count {
      targets.load(index, into: row.buffer)
      for number in row.buffer {
        guard number.isFinite else {
          throw FileError(
            .malformed, targets.path,
            "the target of sample \(index) holds \(number.asSpecialWord), expected finite numbers")
        }
        (lowest, highest) = (min(lowest, number), max(highest, number))
      }
    }
    return (lowest, highest)
  }

  /// Where there is a number for each output of the network, they are values; where there is one for all outputs of a position,
  /// classes. Without a network, whole numbers, one a sample, are classes.
  private static func targets(
    _ targets: NumPyArray, _ numbers: Int, _ lowest: Float, _ highest: Float, output: Shape?
  ) throws(FileError) -> TargetKind {
    // A last axis of 1 says nothing.
    func bare(_ extents: [Int]) -> [Int] { extents.last == 1 ? Array(extents.dropLast()) : extents }
    let own = bare(targets.sample)
    guard let output else {
      guard own.isEmpty, targets.header.element.isInteger else { return .values(Shape(targets.sample)) }
      guard 0..<Float(1 << 20) ~= highest else {
        throw FileError(
          .malformed, targets.path,
          "holds whole numbers up to \(highest), which are no classes: expected less than \(1 << 20)")
      }
      return .classes(Int(highest) + 1, positions: [])
    }
    if own == bare(output.dimensions) {
      // One yes or no a sample: then its classes can have weights.
      let isBinary = numbers == 1 && targets.header.element.isInteger && lowest >= 0 && highest <= 1
      return isBinary ? .classes(2, positions: []) : .values(output)
    }
    let positions = Array(output.dimensions.dropLast())
    if let width = output.dimensions.last, own == bare(positions) {
      return .classes(width, positions: Shape(positions))
    }
    return .values(Shape(targets.sample))  // which fits no output, as whoever pairs them will say
  }

  private func checkClasses(_ classes: Int, _ lowest: Float, _ highest: Float) throws(FileError) {
    let row = FloatStorage(count: targets.count)
    if part.targets.header.element.isInteger && lowest >= 0 && highest < Float(classes) { return }
    for index in 0..<count {
      part.targets.load(index, into: row.buffer)
      if let stranger = row.buffer.first(where: { !(0..<Float(classes) ~= $0) || $0 != $0.rounded() }) {
        throw FileError(
          .malformed, part.targets.path,
          "the target of sample \(index) is \(stranger), expected a class of 0 to \(classes - 1)")
      }
    }
  }

  // MARK: - As a data set

  /// `arrays`.
  public var name: String { "arrays" }
  /// `0`, `1`, …; none where targets are values.
  public var classNames: [String] {
    if case .classes(let count, _) = targets { (0..<count).map(String.init) } else { [] }
  }
  /// 256 for bytes; nil for any numbers.
  public var levels: Int? { scale == .bytes && part.samples.header.element == .uint8 ? 1 << 8 : nil }
  /// The extent of the arrays' first axis.
  public var count: Int { part.samples.count }
  /// Of both arrays, and of what is made of them.
  public var digest: String {
    "\(part.samples.digest)\(part.targets.digest):\(scale.rawValue):\(sampleShape):\(targets)"
  }

  /// Looks whether the files are as they were.
  public func check() throws(FileError) {
    try part.samples.check()
    try part.targets.check()
  }

  /// The target's first number.
  public func label(of sample: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: targets.count) { numbers in
      part.targets.load(sample, into: numbers)
      return Int(label(numbers[0]))
    }
  }

  /// The class that a number stands for; 0 for what is none, because the file has changed since it was opened: `check` says so
  /// before anything comes of it.
  private func label(_ number: Float) -> Int32 {
    guard case .classes(let count, _) = targets, number >= 0, number < Float(count) else { return 0 }
    return Int32(number)
  }

  /// The target's numbers.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: targets.count) { numbers in
      part.targets.load(sample, into: numbers)
      for (place, number) in numbers.enumerated() { classes[place] = label(number) }
    }
  }

  /// Likewise.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) { part.targets.load(sample, into: values) }

  /// The sample's numbers, scaled.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    part.samples.load(sample, into: pixels)
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
