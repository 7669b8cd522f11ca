import Collectives

extension Communicator {
  /// Makes sure that all ranks have the same of something, where `values` is what each has.
  ///
  /// - Throws: `SharedFailure`, the same on every rank, that names all ranks that differ from most, and their hosts.
  func expectAgreement(_ values: [String], in subject: String, remedy: String) throws {
    let differing = Self.minority(values)
    guard let first = differing.first else { return }
    let ranks = differing.map { "rank \($0) on \(hosts[$0])" }.joined(separator: ", ")
    // Of two ranks nobody knows which is right.
    let others = size == 2 ? "rank 0 on \(hosts[0])" : "the other ranks"
    throw SharedFailure(
      exitCode: .badData,
      description:
        "\(ranks) differ\(differing.count == 1 ? "s" : "") from \(others) in \(subject) (\(values[first])); \(remedy)")
  }

  /// Makes sure that the samples of all ranks are the same to the last pixel. All ranks call it with their own `digest`.
  ///
  /// - Throws: `SharedFailure`, as above.
  public func expectSameSamples(_ digest: String, of name: String) throws {
    try expectAgreement(
      try allGather(digest), in: "the samples of \(name)",
      remedy: "nothing was trained: compare the files there with those of the others")
  }

  /// The indices of all values that are not the most frequent one (the first of equally frequent).
  static func minority(_ values: [String]) -> [Int] {
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    let most = counts.values.max() ?? 0
    guard let common = values.first(where: { counts[$0] == most }) else { return [] }
    return values.indices.filter { values[$0] != common }
  }
}
