import Datasets
import Glibc
import Training

/// `cnn-dist fetch`: gets a data set's files. Rank 0 alone does it, and no other waits for it: a download may take longer
/// than the ranks' patience.
struct FetchCommand: Command {
  static let name = "fetch"
  static let summary = "Downloads CIFAR-10, or writes the embedded data set in its format."
  static let positionals = "cifar10|synthetic"
  static let options = [Option("--data", "DIR", "where to put it (default $CNN_DIST_DATA, then the XDG cache)")]

  private let dataset: String
  private let data: String?

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1, DatasetOptions.names.contains(arguments.positionals[0]) else {
      throw UsageError("fetch takes one data set: cnn-dist fetch \(DatasetOptions.names.joined(separator: "|"))")
    }
    dataset = arguments.positionals[0]
    data = arguments.string("--data")
    if dataset == "synthetic" && data == nil {
      throw UsageError("fetch synthetic needs --data DIR: training finds the embedded data set without files")
    }
  }

  func run(_ environment: [String: String]) throws {
    let destination = try DataFolder(option: data, environment: environment).destination()
    if dataset == "synthetic" {
      try SyntheticExport.write(to: destination)
      Output.line("the embedded data set is in \(destination)")
    } else {
      try fetchCIFAR10(to: destination)
    }
  }

  private func fetchCIFAR10(to destination: String) throws {
    let hasTerminal = isatty(STDERR_FILENO) == 1
    var lastDrawn = ContinuousClock.now - .seconds(1)
    let outcome = try CIFAR10Download().fetch(to: destination) { received, total in
      guard hasTerminal, lastDrawn.duration(to: .now) >= .milliseconds(100) else { return }
      lastDrawn = .now
      let share = total.map { " of \(($0 / 1_000_000)) MB, \(received * 100 / max($0, 1)) %" } ?? " MB"
      Output.redraw("CIFAR-10: \(received / 1_000_000)\(share)")
    }
    if hasTerminal { Output.redraw("") }
    switch outcome {
    case .alreadyThere(let folder): Output.line("CIFAR-10 is in \(folder) already")
    case .fetched(let folder): Output.line("CIFAR-10 is in \(folder)")
    }
  }
}
