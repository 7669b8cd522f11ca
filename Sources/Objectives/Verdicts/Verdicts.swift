/// What a network said of every sample that it was judged on. It is the same on any number of ranks and threads.
public struct Verdicts: Equatable, Sendable {
  /// What was kept of one sample whose answer is one class.
  public struct OneClass: Equatable, Sendable {
    /// The class that it is of.
    public let truth: Int
    /// The class that it was taken for: the first of the largest outputs.
    public let predicted: Int
    /// The probability that was given to that.
    public let probability: Float
    /// The probability that was given to the true class.
    public let trueProbability: Float

    /// Whether it was taken for what it is.
    public var isRight: Bool { truth == predicted }
  }

  /// What is kept.
  public let form: VerdictForm
  /// How many samples there are.
  public let samples: Int
  private let records: [Double]
  private let counters: [Double]

  /// Takes what `Objective.judge` has written.
  public init(_ form: VerdictForm, records: [Double], counters: [Double]) {
    precondition(
      records.count % form.recordSize == 0 && counters.count == form.counterCount, "verdicts of another form")
    (self.form, self.records, self.counters) = (form, records, counters)
    samples = records.count / form.recordSize
  }

  /// What was said of a sample; nil where the answer is not one class.
  public func oneClass(of sample: Int) -> OneClass? {
    guard case .oneClass = form.answers else { return nil }
    return OneClass(
      truth: Int(records[4 * sample]), predicted: Int(records[4 * sample + 1]),
      probability: Float(records[4 * sample + 2]), trueProbability: Float(records[4 * sample + 3]))
  }

  /// How often each class was taken for each; for labels what each has, and nil for numbers.
  public var confusion: ConfusionMatrix? {
    switch form.answers {
    case .oneClass(let classes):
      var counts: [Int: Int] = [:]
      for sample in 0..<samples {
        counts[Int(records[4 * sample]) * classes + Int(records[4 * sample + 1]), default: 0] += 1
      }
      return ConfusionMatrix(
        classes: classes,
        pairs: counts.lazy.map { .init(truth: $0.key / classes, predicted: $0.key % classes, count: $0.value) })
    case .positions(_, let classes) where form.counterCount > form.pairStart:
      return ConfusionMatrix(
        classes: classes,
        pairs: (0..<classes * classes).lazy.map {
          .init(truth: $0 / classes, predicted: $0 % classes, count: Int(counters[form.pairStart + $0]))
        })
    case .positions, .labels: return ConfusionMatrix(counters: counters[..<form.binStart])
    case .numbers: return nil
    }
  }

  /// How sure the answers are and how right; nil where outputs are no probabilities.
  public var calibration: Calibration? {
    guard form.hasProbabilities else { return nil }
    switch form.answers {
    case .oneClass:
      var bins = [Double](repeating: 0, count: Calibration.counterCount)
      bins.withUnsafeMutableBufferPointer { bins in
        for sample in 0..<samples {
          Calibration.count(
            Float(records[4 * sample + 2]), isRight: records[4 * sample] == records[4 * sample + 1], in: bins, from: 0)
        }
      }
      return Calibration(bins[...])
    case .positions, .labels: return Calibration(counters[form.binStart..<form.pairStart])
    case .numbers: return nil
    }
  }

  /// What lies between outputs and targets, of the first 16 outputs; nil where answers are no numbers.
  public var residuals: [Residuals]? {
    guard case .numbers(let count) = form.answers, samples > 0 else { return nil }
    return (0..<min(count, VerdictForm.mostNumbers)).map { output in
      Residuals(
        (0..<samples).map { sample in
          let place = sample * form.recordSize + 1 + 2 * output
          return Residuals.Point(target: records[place + 1], output: records[place])
        })
    }
  }

  /// For how many samples the network gave what is no number; nil where that is not kept: of positions and labels.
  public var withoutNumbers: Int? {
    let place: Int
    switch form.answers {
    case .oneClass: place = 2
    case .numbers: place = 0
    case .positions, .labels: return nil
    }
    return (0..<samples).count { records[$0 * form.recordSize + place].isNaN }
  }

  /// The samples that are most wrong, `count` at most: of classes and labels those that the network was surest of, of positions
  /// those with the fewest right ones, of numbers those that are farthest off. Of equals the first comes first.
  public func mistakes(_ count: Int) -> [Mistake] {
    let ranked = (0..<samples).compactMap { sample in badness(of: sample).map { (sample: sample, badness: $0) } }
      .sorted { ($1.badness, $0.sample) < ($0.badness, $1.sample) }
    return ranked.prefix(count).map { Mistake(sample: $0.sample, fault: fault(of: $0.sample)) }
  }

  /// What a sample's place among the mistakes goes by; nil for what is right. What is no number is as bad as can be.
  private func badness(of sample: Int) -> Double? {
    let start = sample * form.recordSize
    let value: Double
    switch form.answers {
    case .oneClass:
      guard records[start] != records[start + 1] else { return nil }
      value = records[start + 2]
    case .positions(let positions, _):
      guard Int(records[start]) < positions else { return nil }
      value = -records[start]
    case .labels:
      guard records[start] > 0 else { return nil }
      value = records[start + 2]
    case .numbers:
      guard records[start] != 0 else { return nil }
      value = records[start]
    }
    return value.isNaN ? .infinity : value
  }

  private func fault(of sample: Int) -> Mistake.Fault {
    let start = sample * form.recordSize
    func number(_ place: Int) -> Float { Float(records[start + place]) }
    switch form.answers {
    case .oneClass:
      return .oneClass(
        truth: Int(number(0)), predicted: Int(number(1)), probability: number(2), trueProbability: number(3))
    case .positions(let positions, _): return .positions(right: Int(number(0)), of: positions)
    case .labels: return .labels(wrong: Int(number(0)), surest: Int(number(1)), probability: number(2))
    case .numbers:
      let place = farthest(of: sample)
      return .numbers(
        output: number(1 + 2 * place), target: number(2 + 2 * place), deviation: Float(records[start].squareRoot()),
        place: place)
    }
  }

  /// The place of the number that is farthest from its target, among those that are kept of a sample; the first that is no number is
  /// farther than any.
  private func farthest(of sample: Int) -> Int {
    let start = sample * form.recordSize + 1
    let distances = (0..<(form.recordSize - 1) / 2).map { place in
      let distance = abs(records[start + 2 * place] - records[start + 2 * place + 1])
      return distance.isNaN ? .infinity : distance
    }
    return distances.indices.reduce(0) { distances[$1] > distances[$0] ? $1 : $0 }
  }
}
