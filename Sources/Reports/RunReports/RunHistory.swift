import Files
import Runs

/// What a run has measured so far, as curves need it: every epoch, and its steps in at most 800 groups, however many there are.
public struct RunHistory: Sendable {
  /// Some steps that follow one another.
  package struct Group: Sendable {
    /// The last of them.
    var step: Int
    package private(set) var count = 0
    private var sums: [String: Double] = [:]

    init(_ metrics: StepMetrics) {
      step = metrics.step
      add(metrics)
    }

    /// Takes another step in.
    mutating func add(_ metrics: StepMetrics) {
      step = metrics.step
      count += 1
      let own = [
        RunHistory.loss: Double(metrics.loss), RunHistory.rate: Double(metrics.learningRate),
        RunHistory.speed: metrics.imagesPerSecond,
      ]
      sums.merge(own, uniquingKeysWith: +)
      if let accuracy = metrics.accuracy { sums["accuracy", default: 0] += Double(accuracy) }
      for (name, value) in metrics.others ?? [:] { sums[name, default: 0] += Double(value) }
    }

    /// Takes the group that follows in.
    mutating func add(_ other: Group) {
      (step, count) = (other.step, count + other.count)
      sums.merge(other.sums, uniquingKeysWith: +)
    }

    /// The mean of what is measured under a name.
    func mean(_ name: String) -> Double? { sums[name].map { $0 / Double(count) } }
  }

  /// The names of what every step has, which no metric has.
  package static let (loss, rate, speed) = ("loss", "learning rate", "images/s")

  /// The groups, in order.
  package private(set) var groups: [Group] = []
  /// How many steps a full group has.
  private var groupSize = 1
  /// The epochs, in order.
  public private(set) var epochs: [EpochMetrics] = []
  /// How many steps an epoch has; nil as long as nobody knows.
  public var stepsPerEpoch: Int?
  /// How many steps are done.
  public private(set) var lastStep = 0
  /// How many samples a second the steps took, the median of groups; nil before the first.
  var medianSpeed: Double? {
    let speeds = groups.compactMap { $0.mean(Self.speed) }.sorted()
    return speeds.isEmpty ? nil : speeds[speeds.count / 2]
  }

  private static let mostGroups = 800

  /// Nothing yet.
  public init() {}

  /// What the metrics of a run say; nothing where it has none.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - state: what came later is going to be computed again; nil for all.
  /// - Throws: `FileError` when they cannot be read.
  public init(of folder: RunFolder, until state: TrainingState? = nil) throws(FileError) {
    var history = RunHistory()
    var end: (step: Int, epoch: Int)?
    let last = (step: state?.step ?? .max, epoch: state?.epoch ?? .max)
    try folder.readMetrics(
      step: { if $0.step <= last.step { history.append($0) } },
      epoch: { epoch in
        guard epoch.epoch <= last.epoch else { return }
        history.append(epoch)
        end = (history.lastStep, epoch.epoch)
      })
    self = history
    if let end, end.step > 0 { stepsPerEpoch = max(1, Int((Double(end.step) / Double(end.epoch)).rounded())) }
  }

  /// Takes a step in; one that was left out has no numbers.
  public mutating func append(_ metrics: StepMetrics) {
    lastStep = max(lastStep, metrics.step)
    guard metrics.skipped == nil else { return }
    if let last = groups.last, last.count < groupSize {
      groups[groups.count - 1].add(metrics)
    } else {
      groups.append(Group(metrics))
    }
    guard groups.count > Self.mostGroups else { return }
    groupSize *= 2
    groups = stride(from: 0, to: groups.count, by: 2).map { index in
      var group = groups[index]
      if index + 1 < groups.count { group.add(groups[index + 1]) }
      return group
    }
  }

  /// Takes an epoch in.
  public mutating func append(_ metrics: EpochMetrics) { epochs.append(metrics) }

  // MARK: - Curves

  /// What is measured of steps and epochs, the loss first.
  var names: [String] {
    var names: Set<String> = []
    for epoch in epochs {
      names.formUnion((epoch.others ?? [:]).keys)
      names.formUnion((epoch.validationOthers ?? [:]).keys)
      if epoch.accuracy != nil || epoch.validationAccuracy != nil { names.insert("accuracy") }
    }
    if groups.last?.mean("accuracy") != nil { names.insert("accuracy") }
    return [Self.loss] + names.sorted { ($0 == "accuracy" ? 0 : 1, $0) < ($1 == "accuracy" ? 0 : 1, $1) }
  }

  /// What the places of curves count: epochs where it is known how long they are, else steps.
  var unit: String { stepsPerEpoch == nil && epochs.isEmpty ? "step" : "epoch" }

  /// The place of a step.
  func place(ofStep step: Int) -> Double {
    guard unit == "epoch" else { return Double(step) }
    return Double(step) / Double(stepsPerEpoch ?? max(1, lastStep / max(1, epochs.last?.epoch ?? 1)))
  }

  /// What was measured of steps.
  package func steps(_ name: String) -> [(x: Double, y: Double)] {
    groups.compactMap { group in group.mean(name).map { (place(ofStep: group.step), $0) } }
  }

  /// What was measured of epochs, on training samples or on those to validate with.
  func epochs(_ name: String, isValidation: Bool) -> [(x: Double, y: Double)] {
    epochs.compactMap { epoch in epoch.value(name, isValidation: isValidation).map { (Double(epoch.epoch), $0) } }
  }
}

extension EpochMetrics {
  /// The value of the loss or of a metric; nil where it was not measured.
  func value(_ name: String, isValidation: Bool) -> Double? {
    let value =
      switch name {
      case RunHistory.loss: isValidation ? validationLoss : loss
      case "accuracy": isValidation ? validationAccuracy : accuracy
      default: (isValidation ? validationOthers : others)?[name]
      }
    return value.map(Double.init)
  }
}
