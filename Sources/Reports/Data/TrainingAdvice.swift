import Datasets

/// Options of `cnn-dist train` that suit a data set, where those that it has by itself do not, each with its reason.
public struct TrainingAdvice: Codable, Equatable, Sendable {
  /// An option and why.
  public struct Item: Codable, Equatable, Sendable {
    /// `--batch-size`, `32`.
    public let words: [String]
    /// Half a sentence.
    public let reason: String
  }

  /// The options.
  public let items: [Item]

  /// A batch of so many samples and so many epochs are what `train` takes where nothing is said.
  private static let standard = (batch: 512, epochs: 25)
  /// An epoch should have so many steps, and training so many in all.
  private static let steps = (epoch: 20, all: 1000)
  private static let mostEpochs = 200
  /// Classes that differ more in number are weighted.
  private static let imbalance = 4.0

  /// Looks at what there is to train on.
  ///
  /// - Parameters:
  ///   - report: what there is to train on.
  ///   - flaw: what keeps the network from being trained on it; nil for nothing.
  public init(for report: DataReport, lacking flaw: String? = nil) {
    guard let part = report.parts.first else { preconditionFailure("a data set without samples") }
    var items = flaw.map { [Item(words: ["--model", "network.keras"], reason: "one of your own (\($0))")] } ?? []
    let numbers = part.numbers
    if part.part == .training, report.parts.count == 1 {
      items.append(Item(words: ["--validation-split", "0.2"], reason: "there is nothing to validate with"))
    }
    if report.levels == nil, let lowest = numbers.lowest, let highest = numbers.highest,
      let deviation = numbers.deviation,
      deviation > 0
    {
      let isFar =
        max(highest.magnitude, lowest.magnitude) > 2 && (deviation < 0.5 || deviation > 2 || abs(numbers.mean ?? 0) > 1)
      if isFar || deviation < 0.02 {
        items.append(Item(words: ["--normalize"], reason: "numbers reach from \(lowest.brief) to \(highest.brief)"))
      }
    }
    if report.targets.kind == .classes, let ratio = report.imbalance(of: part), ratio >= Self.imbalance {
      items.append(Item(words: ["--class-weight", "balanced"], reason: "classes differ in number"))
    }
    var batch = Self.standard.batch
    while batch > 8 && batch * Self.steps.epoch > part.samples { batch /= 2 }
    batch = min(batch, part.samples)
    if batch != Self.standard.batch {
      items.append(
        Item(
          words: ["--batch-size", "\(batch)"],
          reason: "there \(part.samples == 1 ? "is" : "are") \("sample".counted(part.samples))"))
    }
    let steps = (part.samples - 1) / batch + 1
    let needed = (Self.steps.all - 1) / steps + 1
    if needed > Self.standard.epochs {
      let epochs = min(Self.mostEpochs, (needed + 9) / 10 * 10)
      items.append(
        Item(words: ["--epochs", "\(epochs)"], reason: "an epoch has \("step".counted(steps))"))
    }
    self.items = items
  }

  /// The line that trains on the data, as a shell takes it.
  ///
  /// - Parameter words: what the data were opened with: `--dataset`, `cifar10`, …
  public func line(_ words: [String]) -> String {
    (["cnn-dist", "train"] + words + items.flatMap(\.words)).map(\.quotedForShell).joined(separator: " ")
  }
}
