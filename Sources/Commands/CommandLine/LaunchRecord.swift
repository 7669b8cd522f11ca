import Collectives
import Files
import Runs
import Training

/// What a rank was started with, for all ranks to compare before they do anything.
///
/// It is the first message of every rank. Versions must be able to read one another's: fields may be added, none changed.
struct LaunchRecord: Codable {
  /// The version of the program.
  var version = Program.version
  /// The digest of its file; empty where that cannot be read.
  var program = ""
  /// What is wrong with the command line; empty for nothing.
  var flaw = ""
  /// The command, or the text that is asked for.
  var command = ""
  /// The command's options and other words, by flag or place.
  var words: [String: String] = [:]
  /// The digest of the file that describes the network; empty where this rank has none. Rank 0's is the one that counts, but
  /// whoever has another one on a host is wrong about one of them.
  var model = ""

  /// What may differ: hosts have different cores, and keep data, and files of options that say the same, at different places.
  private static let own = ["--threads", "--memory", "--data", "--config"]

  init(_ words: [String], _ request: Result<Request, UsageError>) {
    program = (try? ProgramFile.digest()) ?? ""
    switch request {
    case .failure(let error): flaw = error.description
    case .success(let request):
      command = ([words.first ?? ""] + (request.words.isEmpty ? words.dropFirst() : [])).joined(separator: " ")
      self.words = request.words.filter { !Self.own.contains($0.key) }
      model = request.words["--model"].flatMap { try? MappedFile($0).sealed() } ?? ""
    }
  }

  /// Makes sure that all ranks were started alike. All ranks call it.
  ///
  /// - Parameter isExamining: whether other programs of the same version are for the command to tell of.
  /// - Throws: `SharedFailure` with what is wrong with the command line, or with the rank that was started otherwise and in
  ///   what.
  func compare(_ communicator: any Communicator, isExamining: Bool = false) throws {
    let records = try communicator.allGather(try JSON.line(self)).map { try JSON.decode(LaunchRecord.self, $0) }
    func name(_ rank: Int) -> String { "rank \(rank) on \(communicator.hosts[rank])" }
    func fail(_ description: String) -> SharedFailure { SharedFailure(exitCode: .usage, description: description) }

    if let (rank, other) = Dissent.first(in: records.map { [$0.version, isExamining ? "" : $0.program] }) {
      let (found, expected) = (records[rank], records[other])
      throw fail(
        "\(name(rank)) runs cnn-dist \(found.version) with the digest \(found.program.prefix(16)), but \(name(other)) "
          + "cnn-dist \(expected.version) with \(expected.program.prefix(16)): the same program must be on all hosts")
    }
    if let rank = records.firstIndex(where: { !$0.flaw.isEmpty }) {
      let isOfOne = records.contains { $0.flaw != records[rank].flaw }
      throw fail(records[rank].flaw + (isOfOne ? " (\(name(rank)))" : ""))
    }
    if let (rank, other) = Dissent.first(in: records.map(\.command)) {
      throw fail(
        "\(name(rank)) was started as `cnn-dist \(records[rank].command)`, but \(name(other)) as `cnn-dist "
          + "\(records[other].command)`: all ranks must do the same")
    }
    for word in Set(records.flatMap(\.words.keys)).sorted() {
      guard let (rank, other) = Dissent.first(in: records.map { $0.words[word] }) else { continue }
      func says(_ rank: Int) -> String {
        guard let value = records[rank].words[word] else { return "without \(word)" }
        return "with \(word)\(value.isEmpty ? "" : " \(value)")"
      }
      throw fail(
        "\(name(rank)) was started \(says(rank)), but \(name(other)) \(says(other)): of all options, only "
          + "\(Self.own.joined(separator: " and ")) may differ")
    }
    let owners = records.indices.filter { !records[$0].model.isEmpty }
    if let (rank, other) = Dissent.first(in: owners.map { records[$0].model }) {
      throw fail(
        "\(name(owners[rank]))'s \(words["--model"] ?? "") has the digest \(records[owners[rank]].model.prefix(16)), but that of "
          + "\(name(owners[other])) \(records[owners[other]].model.prefix(16)): the same network must be on all hosts")
    }
  }
}
