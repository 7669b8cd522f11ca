import Runs

/// How a trial has done up to some epoch.
package struct TrialResult: Codable, Equatable, Sendable {
  /// Why a trial came to no result.
  package struct Failure: Codable, Equatable, Sendable {
    /// The code with which `train` would have ended.
    package let code: Int32
    /// What it would have said.
    package let reason: String

    /// A reason to fail.
    package init(code: Int32, reason: String) {
      (self.code, self.reason) = (code, reason)
    }
  }

  /// Which trial.
  package let trial: Int
  /// How many epochs it has done, of those that count here.
  package let epochs: Int
  /// What its best epoch is best by; nil where none has such a number.
  package let value: Float?
  /// Its name, `val_accuracy`; nil without a value.
  package let monitor: String?
  /// Whether more is better.
  package let rises: Bool
  /// Which epoch is the best.
  package let bestEpoch: Int?
  /// How long its epochs took.
  package let seconds: Double
  /// What went wrong; nil where nothing did.
  package let failure: Failure?

  /// A trial that has done so many epochs.
  package init(
    trial: Int, epochs: Int, value: Float?, monitor: String?, rises: Bool, bestEpoch: Int?, seconds: Double
  ) {
    self.trial = trial
    self.epochs = epochs
    self.value = value
    self.monitor = monitor
    self.rises = rises
    self.bestEpoch = bestEpoch
    self.seconds = seconds
    failure = nil
  }

  /// A trial that has failed, after the epochs of `progress`, where there are any.
  package init(trial: Int, failure: Failure, after progress: TrialResult? = nil) {
    self.trial = trial
    self.failure = failure
    epochs = progress?.epochs ?? 0
    value = progress?.value
    monitor = progress?.monitor
    rises = progress?.rises ?? true
    bestEpoch = progress?.bestEpoch
    seconds = progress?.seconds ?? 0
  }

  /// Whether it may go on.
  fileprivate var isSound: Bool { failure == nil && value != nil }

  /// Whether it stands before `other`: sound before unsound, then the better value, then the lower number.
  fileprivate func precedes(_ other: TrialResult) -> Bool {
    guard isSound == other.isSound else { return isSound }
    if isSound, let value, let others = other.value, value != others { return rises ? value > others : value < others }
    return trial < other.trial
  }
}

extension [TrialResult] {
  /// The best first, those that failed last.
  package var ranked: [TrialResult] { sorted { $0.precedes($1) } }

  /// The numbers of the best that go on, in order of their numbers; none where all have failed.
  package func survivors(_ halving: Halving) -> [Int] {
    ranked.prefix(halving.survivors(of: count)).filter { $0.failure == nil && $0.value != nil }.map(\.trial).sorted()
  }
}
