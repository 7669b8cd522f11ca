/// Whether the hosts' clocks agree. They are read when all ranks have come to the same place.
struct ClockCheck: Check {
  static let name = "clocks"

  /// What no file's time needs to be nearer than, in seconds.
  private static let tolerance = 2.0

  /// Seconds on the wall.
  func look(_ scene: Scene) -> Double { scene.time }

  func judge(_ sightings: [Double], _ scene: Scene) -> [Finding] {
    let median = sightings.sorted()[sightings.count / 2]
    let far = sightings.indices.max { abs(sightings[$0] - median) < abs(sightings[$1] - median) } ?? 0
    let difference = sightings[far] - median
    guard abs(difference) > Self.tolerance else {
      return [.ok(scene.firsts.count == 1 ? "there is one clock" : "the hosts' clocks agree")]
    }
    let amount = "\(Int(abs(difference).rounded())) s"
    return [
      Finding(
        .advice, "the clock of \(scene.hosts[far]) is \(amount) \(difference > 0 ? "ahead" : "behind")",
        why:
          "times in logs do not fit together, files look new that are old, and tickets of Kerberos or Munge are refused",
        remedy: "timedatectl set-ntp true  # on \(scene.hosts[far])")
    ]
  }
}
