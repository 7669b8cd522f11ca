import Datasets
import Hosts
import Runs

/// Where a data set's files are, and how they are read: nothing that a run's numbers depend on.
struct DataPlace {
  /// What `--data` names.
  let path: String?
  /// What `--cache` says; nil for what fits.
  var cache: CacheMode?

  /// The options that it is read from.
  static let options = [
    Option("--data", "PATH", "where its files are (default $CNN_DIST_DATA, then the XDG cache)"),
    Option(
      "--cache", "WHERE", choices: CacheMode.allCases.map(\.rawValue),
      "keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of "
        + "it (default memory, or none where that takes more than half of it)"),
  ]

  /// Reads them.
  init(_ arguments: Arguments) throws(UsageError) {
    path = arguments.string("--data")
    cache = try arguments.choice("--cache", of: CacheMode.allCases)
  }
}

/// Who reads a data set.
struct DataReaders {
  /// The ranks of this host.
  let team: HostTeam
  /// How many threads of this rank read.
  let threads: Int
  /// This process's environment.
  let environment: [String: String]
}
