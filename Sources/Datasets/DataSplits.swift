/// The parts of a data set, as far as it has them and they were asked for.
public struct DataSplits: Sendable {
  /// What part samples belong to.
  public enum Part: String, CaseIterable, Codable, Sendable {
    /// What steps are made of.
    case training
    /// What epochs, stopping and tuning are judged by.
    case validation
    /// What is looked at last.
    case test

    /// What parts are called in the names of folders and files and in tables, in lower case.
    private static let words: [String: Part] = [
      "train": .training, "training": .training, "validation": .validation, "valid": .validation, "val": .validation,
      "dev": .validation, "test": .test, "testing": .test,
    ]

    /// The part that is called `word`, in capitals or not; nil where none is.
    init?(word: some StringProtocol) {
      guard let part = Self.words[word.lowercased()] else { return nil }
      self = part
    }
  }

  /// The samples of each part.
  public private(set) var samples: [Part: any Dataset]

  /// Takes the parts that there are, which are of one sample shape and the same classes.
  public init(_ samples: [Part: any Dataset]) {
    let all = Array(samples.values)
    precondition(
      all.allSatisfy { $0.sampleShape == all[0].sampleShape && $0.classNames == all[0].classNames },
      "the parts of a data set differ in kind")
    self.samples = samples
  }

  /// The samples of a part; nil where there are none.
  public subscript(part: Part) -> (any Dataset)? { samples[part] }
}
