import Datasets
import Files

/// The samples of one part that are also in another, or that repeat an earlier one of the same part: their numbers are the same
/// to the last bit.
public struct Duplicates: Codable, Equatable, Sendable {
  /// A sample that is there before.
  public struct Pair: Codable, Equatable, Sendable {
    /// The sample, in `part`.
    public let sample: Int
    /// The first that is the same, in `original`.
    public let same: Int
    /// Whether the two have different targets.
    public let differsInTarget: Bool
    /// The sample's class; nil where samples have not one each.
    public let label: Int?
    /// The class of the first that is the same.
    public let labelOfSame: Int?
    /// Where the sample comes from, where its data set can say.
    public let origin: String?
    /// Where the first that is the same comes from.
    public let originOfSame: String?
  }

  /// The part whose samples are duplicates.
  public let part: DataSplits.Part
  /// The part in which they are there before; the same for repetitions.
  public let original: DataSplits.Part
  /// How many samples of `part` are duplicates.
  public let count: Int
  /// How many of them have another target than the first that is the same.
  public let differingInTarget: Int
  /// The first of them, those with another target before the others.
  public let pairs: [Pair]

  /// More are counted only.
  private static let mostPairs = 1000

  /// What there is before a sample: the first of each kind.
  typealias Firsts = [Fingerprint: Int32]

  /// The first sample of each kind in a part.
  static func firsts(in tally: PartTally) -> Firsts {
    var firsts = Firsts(minimumCapacity: tally.samples.count)
    for (sample, fingerprint) in tally.samples.enumerated() where firsts[fingerprint] == nil {
      firsts[fingerprint] = Int32(clamping: sample)
    }
    return firsts
  }

  /// Looks up the samples of `part` among the first ones of `original`.
  init(
    _ part: DataSplits.Part, _ tally: PartTally, of dataset: any Dataset, in original: DataSplits.Part,
    _ originalTally: PartTally, of originalDataset: any Dataset, firsts: Firsts
  ) {
    var (alike, differing): ([(Int, Int)], [(Int, Int)]) = ([], [])
    var (count, differingCount) = (0, 0)
    for (sample, fingerprint) in tally.samples.enumerated() {
      guard let first = firsts[fingerprint].map(Int.init), part != original || first != sample else { continue }
      count += 1
      if tally.targets[sample] == originalTally.targets[first] {
        if alike.count < Self.mostPairs { alike.append((sample, first)) }
      } else {
        differingCount += 1
        if differing.count < Self.mostPairs { differing.append((sample, first)) }
      }
    }
    (self.part, self.original, self.count, differingInTarget) = (part, original, count, differingCount)
    pairs = (differing.map { ($0, true) } + alike.map { ($0, false) }).prefix(Self.mostPairs).map { pair, differs in
      Pair(
        sample: pair.0, same: pair.1, differsInTarget: differs, label: tally.label(of: pair.0),
        labelOfSame: originalTally.label(of: pair.1), origin: dataset.origin(of: pair.0),
        originOfSame: originalDataset.origin(of: pair.1))
    }
  }
}
