import Collectives
import Runs

/// All checks, made on all ranks together.
public struct Examination: Sendable {
  /// What was found, in the order of the checks; on rank 0 alone.
  public let findings: [Finding]

  /// The checks, in the order in which they are told of.
  static let checks: [any Check] = [
    WorldCheck(), LibraryCheck(), ProgramCheck(), CoresCheck(), KernelsCheck(), VectorsCheck(), MemoryCheck(),
    SharedMemoryCheck(), TemporaryFilesCheck(), LimitsCheck(), NetworkCheck(), NamesCheck(), ClockCheck(),
    EnvironmentCheck(), SpaceCheck(),
    FolderCheck(), DataCheck(),
  ]

  /// The names of all of them.
  public static var names: [String] { checks.map { type(of: $0).name } }

  /// Looks and judges. All ranks call it.
  ///
  /// - Parameters:
  ///   - scene: where the training is about to be, as this rank sees it.
  ///   - communicator: this rank's.
  ///   - isQuick: whether to make only those checks that take no time, as `train` does.
  /// - Throws: `CollectiveError` when a rank is lost.
  public init(_ scene: Scene, _ communicator: any Communicator, isQuick: Bool = false) throws {
    let checks = Self.checks.filter { !isQuick || type(of: $0).isQuick }
    // One message for all, as each of them may be short.
    let own = try communicator.aside { try JSON.line(checks.map { try Self.note($0, scene) }) }
    let notes = try communicator.allGather(own).map { try JSON.decode([String].self, $0) }
    findings =
      scene.rank == 0
      ? try checks.enumerated().flatMap { index, check in try Self.judge(check, notes.map { $0[index] }, scene) } : []
  }

  /// What `check` says of what ranks have noted, each in JSON.
  ///
  /// - Throws: where a note is none of this check's.
  package static func findings(of check: String, seen notes: [String], in scene: Scene) throws -> [Finding] {
    try checks.filter { type(of: $0).name == check }.flatMap { try judge($0, notes, scene) }
  }

  private static func note(_ check: some Check, _ scene: Scene) throws -> String { try JSON.line(check.look(scene)) }

  private static func judge<Kind: Check>(_ check: Kind, _ notes: [String], _ scene: Scene) throws -> [Finding] {
    check.judge(try notes.map { try JSON.decode(Kind.Sighting.self, $0) }, scene).map { $0.filed(under: Kind.name) }
  }
}
