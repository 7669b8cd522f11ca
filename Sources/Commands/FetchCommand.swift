import Datasets
import Runs
import Training

/// `cnn-dist fetch`: gets a data set's files. Rank 0 alone does it, and the others wait however long it takes.
struct FetchCommand: Command {
  static let name = "fetch"
  static let summary = "Downloads CIFAR-10 or CIFAR-100, or writes the embedded data set as CIFAR-10."
  static let positionals = "cifar10|cifar100|synthetic"
  static let positionalCompletion = Completion.words(["cifar10", "cifar100", "synthetic"])
  static let options = [Option("--data", "DIR", "where to put it (default $CNN_DIST_DATA, then the XDG cache)")]
  static let examples = [
    Example("cnn-dist fetch cifar10", "into $CNN_DIST_DATA or the cache"),
    Example("cnn-dist fetch synthetic --data pictures", "the embedded data set as six files"),
  ]

  private let dataset: String
  private let data: String?

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1,
      Self.positionals.split(separator: "|").contains(arguments.positionals[0][...])
    else {
      throw UsageError("fetch takes one data set: cnn-dist fetch \(Self.positionals)")
    }
    dataset = arguments.positionals[0]
    data = arguments.string("--data")
    if dataset == "synthetic" && data == nil {
      throw UsageError("fetch synthetic needs --data DIR: training finds the embedded data set without files")
    }
  }

  func run(in world: World) throws {
    let destination = try DataFolder(option: data, environment: world.environment).destination()
    if dataset == "synthetic" {
      try SyntheticExport.write(to: destination)
      Output.line("the embedded data set is in \(destination)")
    } else {
      try fetch(
        dataset == "cifar100" ? .cifar100 : .cifar10, to: destination,
        isShowing: ProgressLine.hasTerminal(world.environment))
    }
  }

  private func fetch(_ format: CIFARFormat, to destination: String, isShowing: Bool) throws {
    var line = ProgressLine(isShown: isShowing)
    let outcome = try CIFARDownload(format).fetch(to: destination) { received, total in
      line.show {
        let share = total.map { " of \(($0 / 1_000_000)) MB, \(received * 100 / max($0, 1)) %" } ?? " MB"
        return "\(format.title): \(received / 1_000_000)\(share)"
      }
    }
    line.clear()
    switch outcome {
    case .alreadyThere(let folder): Output.line("\(format.title) is in \(folder) already")
    case .fetched(let folder): Output.line("\(format.title) is in \(folder)")
    }
  }
}
