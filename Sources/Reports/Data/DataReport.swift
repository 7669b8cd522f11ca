import Datasets
import Tensors

/// What a data set is: how many samples of which classes its parts have, what numbers they are made of, and which samples are
/// there twice.
public struct DataReport: Codable, Equatable, Sendable {
  /// What samples are held against.
  public struct Targets: Codable, Equatable, Sendable {
    /// One class of a list, or numbers.
    public enum Kind: String, Codable, Sendable {
      /// A class at each position.
      case classes
      /// Numbers.
      case values
    }

    /// Classes or values.
    public let kind: Kind
    /// The shape of the positions, `[]` for one class a sample, or of the values.
    public let shape: [Int]
    /// What the classes are called; none for values.
    public let classNames: [String]
    /// What each value is called; nil where they have no names.
    public let outputNames: [String]?
  }

  /// What the user calls it.
  public let name: String
  /// The shape of one sample, channels last.
  public let sampleShape: [Int]
  /// How many values a number can have, evenly from 0 to 1; nil for any numbers.
  public let levels: Int?
  /// What samples are held against.
  public let targets: Targets
  /// The parts that there are: training, validation, test.
  public let parts: [PartReport]
  /// What is found twice, where something is: within training, and of validation and test in what stands before them.
  public let duplicates: [Duplicates]

  /// Goes over all samples once.
  ///
  /// - Parameters:
  ///   - splits: at least one part.
  ///   - threads: how many threads look at samples; nothing in the report depends on it.
  ///   - progress: is told, about twenty times a second, how many samples of all parts are done. Where it throws, that ends it.
  /// - Throws: what `Dataset.check` throws, and `progress`.
  public init(
    of splits: DataSplits, threads: Int, progress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) throws {
    let parts = DataSplits.Part.allCases.compactMap { part in splits[part].map { (part: part, samples: $0) } }
    guard let first = parts.first?.samples else { preconditionFailure("a data set without samples") }
    let all = parts.reduce(0) { $0 + $1.samples.count }
    var done = 0
    var tallies: [PartTally] = []
    for (_, samples) in parts {
      tallies.append(try PartTally.scan(samples, threads: threads) { try progress(done + $0, all) })
      done += samples.count
    }
    name = first.name
    sampleShape = first.sampleShape.dimensions
    levels = first.levels
    targets =
      switch first.targets {
      case .classes(_, let positions):
        Targets(kind: .classes, shape: positions.dimensions, classNames: first.classNames, outputNames: nil)
      case .values(let shape):
        Targets(kind: .values, shape: shape.dimensions, classNames: [], outputNames: first.outputNames)
      }
    self.parts = zip(parts, tallies).map { PartReport($0.part, of: $0.samples, $1) }

    var duplicates: [Duplicates] = []
    for original in parts.indices {
      let firsts = Duplicates.firsts(in: tallies[original])
      for later in original..<parts.count {
        let found = Duplicates(
          parts[later].part, tallies[later], of: parts[later].samples, in: parts[original].part, tallies[original],
          of: parts[original].samples, firsts: firsts)
        if found.count > 0 { duplicates.append(found) }
      }
    }
    self.duplicates = duplicates
  }

  /// What is said of a part; nil where there is none.
  public subscript(part: DataSplits.Part) -> PartReport? { parts.first { $0.part == part } }
}

/// What a part of a data set is.
public struct PartReport: Codable, Equatable, Sendable {
  /// Which part.
  public let part: DataSplits.Part
  /// How many samples it has.
  public let samples: Int
  /// What tells these samples from any others.
  public let digest: String
  /// How often each class occurs, over all positions; none where targets are values.
  public let classCounts: [Int]
  /// The first samples of each class, at most ten each; the first ten of all in one list where a sample has not one class.
  public let examples: [[Int]]
  /// The numbers of each channel; of all together in one where there are more than 64.
  public let channels: [NumberSummary]
  /// The numbers of each output, where targets are values; of all together in one where there are more than 1024.
  public let outputs: [NumberSummary]
  /// All numbers of the samples.
  public let numbers: NumberSummary
  /// The samples in which numbers are missing: not a number, or infinite.
  public let missing: Finding
  /// The samples of which every number is the same, where they have more than one.
  public let constant: Finding

  private static let mostExamples = 10

  init(_ part: DataSplits.Part, of dataset: any Dataset, _ tally: PartTally) {
    self.part = part
    samples = dataset.count
    digest = dataset.digest
    var all = NumberTally()
    for channel in tally.channels { all.merge(channel) }
    numbers = all.summary
    channels = tally.channels.map(\.summary)
    outputs = tally.outputs.map(\.summary)
    (missing, constant) = (tally.missing, tally.constant)
    guard case .classes(let classes, _) = dataset.targets else {
      classCounts = []
      examples = [Array(0..<min(Self.mostExamples, dataset.count))]
      return
    }
    classCounts = (0..<classes).map { tally.classes[Int32($0)] ?? 0 }
    if tally.labels.isEmpty {
      examples = [Array(0..<min(Self.mostExamples, dataset.count))]
    } else {
      var examples = [[Int]](repeating: [], count: classes)
      for (sample, label) in tally.labels.enumerated() where examples[Int(label)].count < Self.mostExamples {
        examples[Int(label)].append(sample)
      }
      self.examples = examples
    }
  }
}
