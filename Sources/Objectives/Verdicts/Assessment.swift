/// What there is to tell of a network's answers on a data set: the figures of its verdicts, and the worst mistakes. It is small
/// enough to be kept with a run.
public struct Assessment: Equatable, Codable, Sendable {
  /// What the network answers.
  public let answers: Answers
  /// How many samples it was judged on.
  public let samples: Int
  /// The names of the classes, labels or numbers; empty where there are none.
  public let classNames: [String]
  /// How often each class was taken for each; nil for numbers.
  public let confusion: ConfusionMatrix?
  /// How sure the answers are and how right; nil where outputs are no probabilities.
  public let calibration: Calibration?
  /// What lies between outputs and targets; nil where answers are no numbers.
  public let residuals: [Residuals]?
  /// The worst mistakes.
  public let mistakes: [Mistake]

  /// Takes the figures of `verdicts`.
  ///
  /// - Parameters:
  ///   - classNames: those of the data set; left out where they are not as many as the classes, labels or numbers that the network answers with.
  ///   - mistakes: how many mistakes are kept at most.
  public init(_ verdicts: Verdicts, classNames: [String], mistakes: Int = 48) {
    answers = verdicts.form.answers
    samples = verdicts.samples
    confusion = verdicts.confusion
    let named = if case .numbers(let count) = answers { count } else { confusion?.classes.count ?? 0 }
    self.classNames = classNames.count == named ? classNames : []
    calibration = verdicts.calibration
    residuals = verdicts.residuals
    self.mistakes = verdicts.mistakes(mistakes)
  }

  /// What a class, or a label, is called: its name, or its number where it has none.
  public func name(ofClass index: Int) -> String {
    classNames.indices.contains(index) ? classNames[index] : "\(index)"
  }

  /// What a number is called: its name, or nil where it has none.
  public func name(ofNumber index: Int) -> String? {
    guard case .numbers = answers, classNames.indices.contains(index) else { return nil }
    return classNames[index]
  }
}
