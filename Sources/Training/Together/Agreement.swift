import Collectives
import Datasets

extension Communicator {
  /// Makes sure that all ranks have the same of something, where `values` is what each has.
  ///
  /// - Throws: `SharedFailure`, the same on every rank, that names all ranks that differ from most, and their hosts.
  func expectAgreement(_ values: [String], in subject: String, remedy: String) throws {
    let differing = Dissent.ranks(in: values)
    guard let (rank, other) = Dissent.first(in: values) else { return }
    let ranks = differing.map { "rank \($0) on \(hosts[$0])" }.joined(separator: ", ")
    // Of two ranks nobody knows which is right.
    let others = size == 2 ? "rank 0 on \(hosts[0])" : "the other ranks"
    throw SharedFailure(
      exitCode: .badData,
      description:
        "\(ranks) differ\(differing.count == 1 ? "s" : "") from \(others) in \(subject) (\(values[rank]), not "
        + "\(values[other])); \(remedy)")
  }

  /// Makes sure that the samples of all ranks are the same to the last pixel; `kind` is what they are called. All ranks call
  /// it.
  ///
  /// - Throws: `SharedFailure`, as above.
  public func expectSameSamples(_ data: any Dataset, _ kind: String) throws {
    try expectAgreement(
      try allGather(
        "\(data.count) of \(data.sampleShape) in \(data.classNames.count) classes with the digest \(data.digest)"),
      in: "the \(kind) of \(data.name)",
      remedy: "nothing was computed: compare the files there with those of the others")
  }
}
