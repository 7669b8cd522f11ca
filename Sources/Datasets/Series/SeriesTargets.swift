import Files
import Tensors

/// What the targets of a data set of series are.
enum SeriesTargets {
  /// The names of classes, in their order.
  case classes(ClassNames)
  /// Numbers, one a series, of this shape.
  case values(Shape)

  /// Decides by the table of training samples, or, without one, by what there is.
  ///
  /// Words are classes, and so are whole numbers, but for some of those that a network of a single output is trained with (see
  /// `ClassNames.areClasses`). All other numbers are values. A `.ts` file says itself which they are.
  ///
  /// - Parameters:
  ///   - output: what the network gives; nil where there is none yet.
  ///   - known: the classes that the network was trained on, none for values; nil where it is yet to be trained.
  /// - Throws: `FileError`, malformed, for classes whose names differ in bytes alone.
  init(_ table: SeriesTable, output: NetworkOutput?, known: [String]?) throws(FileError) {
    let values = SeriesTargets.values(output?.shape.count == 1 ? output?.shape ?? [1] : [1])
    if let known {
      self = known.isEmpty ? values : .classes(ClassNames(known))
      return
    }
    if let (first, second) = NameTwins.find(in: table.targets) {
      throw table.error(
        line: table.lines[second],
        "is of the class \(NameTwins.inBytes(table.targets[second])), which is \(NameTwins.inBytes(table.targets[first])) of "
          + "line \(table.lines[first]) in other bytes: write both alike")
    }
    switch table.declared {
    case .values?: self = values
    case .classes(let names)?: self = .classes(ClassNames(sorting: names))
    case nil:
      let names = ClassNames(sorting: table.targets)
      self = names.areClasses(for: output) ? .classes(names) : values
    }
  }

  /// The names of the classes; none for values.
  var names: [String] { if case .classes(let names) = self { names.names } else { [] } }

  /// The class of each series, from which shares are held back; the same for all where targets are values.
  ///
  /// - Throws: `FileError`, malformed, that names the line of a series of another class.
  func strata(of table: SeriesTable) throws(FileError) -> [Int] {
    guard case .classes(let classes) = self else { return [Int](repeating: 0, count: table.count) }
    return try Self.labels(of: table, classes).map { Int($0) }
  }

  /// The samples of a table, whose numbers these are.
  ///
  /// - Throws: `FileError`, malformed, that names the line of a series with another class, or with none for a number.
  func samples(_ table: SeriesTable, _ numbers: [Float], shape: Shape) throws(FileError) -> BufferSamples {
    switch self {
    case .classes(let classes):
      let labels = try Self.labels(of: table, classes)
      return BufferSamples(
        name: "series", shape: shape, samples: numbers, labels: labels, classNames: classes.names)
    case .values(let targets):
      let values = try Self.values(of: table)
      return BufferSamples(name: "series", shape: shape, samples: numbers, values: values, targets: targets)
    }
  }

  /// The number of the class of each series.
  ///
  /// - Throws: `FileError`, malformed, that names the line of a series of another class.
  private static func labels(of table: SeriesTable, _ classes: ClassNames) throws(FileError) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(table.count)
    for (index, target) in table.targets.enumerated() {
      guard let label = classes[target] else {
        let names = classes.names.prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        throw table.error(
          line: table.lines[index],
          "is of the class `\(target)`, expected one of \(names)\(classes.names.count > 10 ? ", …" : "")")
      }
      labels.append(Int32(label))
    }
    return labels
  }

  /// The target of each series as a number.
  ///
  /// - Throws: `FileError`, malformed, that names the line of a target that is none.
  private static func values(of table: SeriesTable) throws(FileError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(table.count)
    for (index, target) in table.targets.enumerated() {
      guard let value = DecimalNumber(target).value, Float(value).isFinite else {
        throw table.error(line: table.lines[index], "the target is `\(target)`, expected a number of 32 bits")
      }
      values.append(Float(value))
    }
    return values
  }
}
