/// One thing that is looked at before users leap, a file each in `Checks`.
///
/// Every rank looks for itself, and rank 0 judges what all have seen. Looking must not communicate.
package protocol Check: Sendable {
  /// What a rank notes.
  associatedtype Sighting: Codable

  /// What its findings are filed under.
  static var name: String { get }
  /// Whether `train` makes it too, and says what is serious: it takes no time, and nothing else there says what it says.
  static var isQuick: Bool { get }

  /// Notes what there is to see on this rank.
  func look(_ scene: Scene) -> Sighting
  /// What there is to say of what all ranks have seen, by rank; at least that all is well. `scene` is rank 0's.
  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding]
}

extension Check {
  static var isQuick: Bool { false }
}
