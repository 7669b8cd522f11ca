import Datasets
import Files
import FoundationEssentials
import Runs

/// The files that a judgement reads: over none of them its results are written.
struct JudgedFiles {
  /// What is judged.
  let samples: any Dataset
  /// The file of the samples, or the folder of all; nil where they have none.
  let place: String?
  /// The files of the network.
  let network: [String]

  /// Makes sure that nothing of them is lost when a table is written to `path`.
  ///
  /// - Parameters:
  ///   - path: where `flag` wants the table.
  ///   - flag: the option that names it.
  ///   - heading: what our tables begin with: such a one, of before, is replaced even where it lies among the data.
  /// - Throws: `UsageError` that names the file that would be written over.
  func refuse(writing path: String, _ flag: String, heading: String) throws {
    guard let target = FileIdentity(path) else { return }
    func refusal(_ what: String) -> UsageError {
      UsageError("\(path) is \(what), and would be written over: name another file with \(flag)")
    }
    if network.contains(where: { FileIdentity($0) == target }) { throw refusal("the network's file") }
    if let place, FileIdentity(place) == target { throw refusal("the file of the samples that are judged") }
    for sample in 0..<samples.count {
      guard let origin = samples.origin(of: sample) else { break }
      if FileIdentity(origin) == target { throw refusal("one of the samples that are judged") }
    }
    guard let place, Self.isBelow(place, path), try !Self.begins(path, with: heading) else { return }
    throw refusal("a file in the folder of the samples that are judged (\(place))")
  }

  private static func isBelow(_ folder: String, _ path: String) -> Bool {
    func parts(_ path: String) -> [String] { URL(filePath: path).resolvingSymlinksInPath().pathComponents }
    let (own, all) = (parts(folder), parts(path))
    return all.count > own.count && all.starts(with: own)
  }

  private static func begins(_ path: String, with heading: String) throws -> Bool {
    let file = try MappedFile(path)
    let isOurs = file.withBytes { $0.starts(with: heading.utf8) }
    try file.check()
    return isOurs
  }
}
