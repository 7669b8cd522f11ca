/// How long the threads of a host take when they share its cores.
///
/// A core goes round fairly: of more threads than cores each gets an equal part. When one is done, the others have more. And
/// cores that are busy together hinder one another: a thread among as many as there are cores is `crowding` times slower than
/// one alone, and those between lie on a straight line.
package struct HostLoad: Sendable {
  /// The cores that the host's threads share.
  package let cores: Int
  /// How many times longer a thread takes when all cores are busy.
  package let crowding: Double

  /// Describes a host.
  package init(cores: Int, crowding: Double) {
    (self.cores, self.crowding) = (cores, crowding)
  }

  /// How many times longer a thread takes when `busy` threads, itself included, want a core.
  package func stretch(busy: Int) -> Double {
    let others = cores > 1 ? Double(min(busy, cores) - 1) / Double(cores - 1) : 0
    return (1 + (crowding - 1) * max(0, others)) * max(1, Double(busy) / Double(cores))
  }

  /// When the last of some threads is done that begin together, where each would take so long alone.
  package func end(of work: [Double]) -> Double {
    let sorted = work.filter { $0 > 0 }.sorted()
    var (now, done) = (0.0, 0.0)
    for (index, seconds) in sorted.enumerated() {
      now += (seconds - done) * stretch(busy: sorted.count - index)
      done = seconds
    }
    return now
  }
}
