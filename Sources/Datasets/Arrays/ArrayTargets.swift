import Files
import Tensors

/// The targets of samples in an array: what they are, and how a number there becomes a class.
struct ArrayTargets: Sendable {
  /// The array.
  let array: NumPyArray
  /// Classes, or values.
  let kind: TargetKind
  /// Whether a class is the place of the one 1 among zeros.
  private let isOneHot: Bool

  /// Sees what the targets are, and whether all of them are that.
  ///
  /// - Parameters:
  ///   - output: what the network gives; nil where it is yet to be made.
  ///   - other: what those to train with are; nil for these.
  ///   - areClasses: whether the network was trained on classes; nil where it is yet to be trained.
  /// - Throws: `FileError`, malformed, that names a sample whose target is none.
  init(_ array: NumPyArray, output: Shape?, like other: TargetKind?, areClasses: Bool? = nil) throws(FileError) {
    let range = try Range(of: array)
    let kind = if let other { other } else { try Self.kind(of: array, range, output, areClasses) }
    (self.array, self.kind) = (array, kind)
    if case .classes(let count, let positions) = kind, positions.rank == 0, count > 1, array.sample == [count] {
      isOneHot = true
    } else {
      isOneHot = false
    }
    guard isOneHot || array.sample.reduce(1, *) == kind.count else {
      throw FileError(
        .malformed, array.path,
        "holds targets of \(Shape(array.sample)), but those to train with have \(kind.count) numbers each")
    }
    if case .classes(let count, _) = kind { try check(count, range) }
  }

  /// What all targets lie between, and whether they look like classes.
  private struct Range {
    private(set) var lowest = Float.infinity
    private(set) var highest = -Float.infinity
    /// Whether every number is whole.
    private(set) var isWhole = true
    /// Whether each target has a single 1 among zeros.
    private(set) var isOneHot = true

    init(of targets: NumPyArray) throws(FileError) {
      let row = FloatStorage(count: targets.sample.reduce(1, *))
      isOneHot = targets.sample.count == 1 && row.buffer.count > 1
      for index in 0..<targets.count {
        targets.load(index, into: row.buffer)
        var ones = 0
        for number in row.buffer {
          guard number.isFinite else {
            throw FileError(
              .malformed, targets.path,
              "the target of sample \(index) holds \(number.asSpecialWord), expected finite numbers")
          }
          (lowest, highest) = (min(lowest, number), max(highest, number))
          if number == 1 { ones += 1 } else if number != 0 { isOneHot = false }
          if number != number.rounded() { isWhole = false }
        }
        if ones != 1 { isOneHot = false }
      }
    }
  }

  /// Where there is a number for each output of the network, they are values; where there is one for all outputs of a position,
  /// classes. Without a network, whole numbers, one a sample, are classes, and so are rows of zeros with a single 1.
  private static func kind(
    of targets: NumPyArray, _ range: Range, _ output: Shape?, _ areClasses: Bool?
  ) throws(FileError) -> TargetKind {
    // A last axis of 1 says nothing.
    func bare(_ extents: [Int]) -> [Int] { extents.last == 1 ? Array(extents.dropLast()) : extents }
    let own = bare(targets.sample)
    guard let output else {
      if range.isOneHot { return .classes(targets.sample[0], positions: []) }
      guard own.isEmpty, range.isWhole else { return .values(Shape(targets.sample)) }
      guard 0..<Float(1 << 20) ~= range.highest else {
        throw FileError(
          .malformed, targets.path,
          "holds whole numbers up to \(range.highest), which are no classes: expected less than \(1 << 20)")
      }
      return .classes(Int(range.highest) + 1, positions: [])
    }
    if own == bare(output.dimensions) {
      // One yes or no a sample: then its classes can have weights.
      let isBinary =
        output.count == 1 && targets.header.element.isInteger && range.lowest >= 0 && range.highest <= 1
      if isBinary, areClasses ?? true { return .classes(2, positions: []) }
      let isOneHot = areClasses == true && output.count > 1 && range.isOneHot && targets.sample == output.dimensions
      return isOneHot ? .classes(output.count, positions: []) : .values(output)
    }
    let positions = Array(output.dimensions.dropLast())
    if let width = output.dimensions.last, own == bare(positions) {
      return .classes(width, positions: Shape(positions))
    }
    return .values(Shape(targets.sample))  // which fits no output, as whoever pairs them will say
  }

  private func check(_ classes: Int, _ range: Range) throws(FileError) {
    if isOneHot {
      guard !range.isOneHot else { return }
    } else if range.isWhole && range.lowest >= 0 && range.highest < Float(classes) {
      return
    }
    let row = FloatStorage(count: array.sample.reduce(1, *))
    for index in 0..<array.count {
      array.load(index, into: row.buffer)
      if isOneHot {
        guard row.buffer.count(where: { $0 == 1 }) != 1 || row.buffer.contains(where: { $0 != 0 && $0 != 1 }) else {
          continue
        }
        throw FileError(
          .malformed, array.path, "the target of sample \(index) is no class: expected a single 1 among zeros")
      }
      if let stranger = row.buffer.first(where: { !(0..<Float(classes) ~= $0) || $0 != $0.rounded() }) {
        throw FileError(
          .malformed, array.path,
          "the target of sample \(index) is \(stranger), expected a class of 0 to \(classes - 1)")
      }
    }
  }

  // MARK: - Reading

  /// Writes the class of each position of a sample.
  func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: array.sample.reduce(1, *)) { numbers in
      array.load(sample, into: numbers)
      if isOneHot {
        classes[0] = Int32(numbers.firstIndex(of: 1) ?? 0)
      } else {
        for (place, number) in numbers.enumerated() { classes[place] = label(number) }
      }
    }
  }

  /// The class of a sample, or that of its first position.
  func label(of sample: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: kind.count) { classes in
      loadClasses(of: sample, into: classes)
      return Int(classes[0])
    }
  }

  /// The class that a number stands for; 0 for what is none, because the file has changed since it was opened: `check` says so
  /// before anything comes of it.
  private func label(_ number: Float) -> Int32 {
    guard case .classes(let count, _) = kind, number >= 0, number < Float(count) else { return 0 }
    return Int32(number)
  }
}
