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

  /// The place that the last start of a run named; nil where none did.
  ///
  /// - Parameters:
  ///   - sessions: the run's starts.
  ///   - cache: how the files are read now.
  init?(former sessions: [RunSession], cache: CacheMode?) {
    let flag = "--data"
    let places = sessions.compactMap { session -> String? in
      let words = session.command
      if let place = words.firstIndex(of: flag) { return words.indices.contains(place + 1) ? words[place + 1] : nil }
      return words.first { $0.hasPrefix("\(flag)=") }.map { String($0.dropFirst(flag.count + 1)) }
    }
    guard let path = places.last else { return nil }
    (self.path, self.cache) = (path, cache)
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
