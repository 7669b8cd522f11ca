/// Who is to blame where nothing comes.
extension Communicator {
  /// The error of a wait that has lasted as long as the deadline allows.
  ///
  /// - Parameters:
  ///   - awaited: the ranks whose messages are missing; none where all are waited for.
  ///   - operation: what is waited in.
  func silence(of awaited: [Int], in operation: String) -> CollectiveError {
    let limit = deadline ?? .zero
    // Whoever waits as this rank does says so meanwhile, and so does whoever is busy: neither holds up the others.
    let unheard = unheard(for: limit / 2)
    let both = awaited.filter(unheard.contains)
    let ranks = both.isEmpty ? (unheard.isEmpty ? awaited : unheard) : both
    return silence(ranks, limit, operation)
  }

  /// Makes sure that all other ranks were heard of within the deadline, as far as this one has attended to them. Whoever works for
  /// long calls it now and then after `attend`: so a rank is missed before anybody waits for it.
  ///
  /// - Throws: `CollectiveError.peerSilent` with those that were not.
  public func expectSigns(in operation: String) throws(CollectiveError) {
    guard let limit = deadline else { return }
    let ranks = unheard(for: limit)
    if !ranks.isEmpty { throw silence(ranks, limit, operation) }
  }

  /// Tells, on the first rank that can, by whom a stop is delayed.
  func tellOfDelay(by awaited: [Int], in operation: String) {
    let unheard = unheard(for: .milliseconds(400))
    let ranks = awaited.isEmpty ? unheard : awaited.filter(unheard.contains)
    guard !ranks.isEmpty, rank == (0..<size).first(where: { !unheard.contains($0) }) else { return }
    let names = ranks.map { hosts.indices.contains($0) ? "rank \($0) on \(hosts[$0])" : "rank \($0)" }
    remark(
      "asked to stop, and nothing comes from \(names.joined(separator: ", ")) "
        + "(\(occasion.isEmpty ? "" : "\(occasion), ")\(operation))")
  }

  private func silence(_ ranks: [Int], _ limit: Duration, _ operation: String) -> CollectiveError {
    // While ranks connect, their hosts are not known yet.
    let places = ranks.filter(hosts.indices.contains).map { hosts[$0] }
    return .peerSilent(
      ranks: ranks, hosts: places.count == ranks.count ? places : [], seconds: CollectiveError.seconds(limit),
      operation: occasion.isEmpty ? operation : "\(occasion), \(operation)")
  }
}
