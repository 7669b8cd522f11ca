import Tensors

/// Which samples are held back to validate with, where a data set does not say: a share of each class, evenly spread over
/// its samples, so that neither an order by class nor a seed matters.
public struct ValidationSplit: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The share that is held back, between 0 and 1.
  public let share: Double

  /// Every 10th sample of each class.
  public static let everyTenth = ValidationSplit(share: 0.1)

  /// What `share` may be: something must be left.
  public static func isShare(_ share: Double) -> Bool { share > 0 && share < 1 }

  /// Holds back `share` of the samples of each class, which lies between 0 and 1.
  public init(share: Double) {
    precondition(Self.isShare(share), "a share of \(share) leaves nothing to train on, or nothing to validate with")
    self.share = share
  }

  /// `0.1`.
  public var description: String { "\(share)" }

  /// Whether the sample that is number `place` of its class, from 0, is held back: 9, 19, 29, … for a tenth.
  public func holdsBack(_ place: Int) -> Bool { whole(place + 1) > whole(place) }

  /// How many samples of a class it takes until one is held back, which is the last of them: 10 for a tenth.
  var firstHeldBack: Int {
    var count = max(1, Int(1 / share))
    while whole(count) < 1 { count += 1 }
    return count
  }

  /// How many of the first `count` are held back. A share such as 0.1 is not exact, and 0.1 · 30 must be 3.
  private func whole(_ count: Int) -> Int { Int(Double(count) * share + 1e-9) }

  /// Parts samples of these classes; all of one class where targets are no classes.
  public func part(_ labels: [Int]) -> (training: [Int], validation: [Int]) {
    var places: [Int: Int] = [:]
    var parts: (training: [Int], validation: [Int]) = ([], [])
    for (sample, label) in labels.enumerated() {
      if holdsBack(places[label, default: 0]) { parts.validation.append(sample) } else { parts.training.append(sample) }
      places[label, default: 0] += 1
    }
    return parts
  }

  /// Parts samples so that those of one group stay together: as `part` does with the groups, each of the class of its first
  /// sample.
  public func part(_ labels: [Int], groups: [String]) -> (training: [Int], validation: [Int]) {
    var places: [String: Int] = [:]
    var classes: [Int] = []
    for (label, group) in zip(labels, groups) where places[group] == nil {
      places[group] = classes.count
      classes.append(label)
    }
    let heldBack = Set(part(classes).validation)
    let isHeldBack = groups.map { places[$0].map(heldBack.contains) ?? false }
    return (labels.indices.filter { !isHeldBack[$0] }, labels.indices.filter { isHeldBack[$0] })
  }
}
