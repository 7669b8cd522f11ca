import Files
import Glibc

/// Where data sets are looked for, and where they are fetched to.
public struct DataFolder: Sendable {
  /// The folders to look in, in order.
  public let roots: [String]

  /// Takes the folder that the user names with `--data` and no other; without one `$CNN_DIST_DATA`, and then the cache:
  /// `$XDG_CACHE_HOME/cnn-dist`, or `~/.cache/cnn-dist` where that variable is unset, empty or, as its specification has
  /// it, relative.
  public init(option: String?, environment: [String: String]) {
    if let option {
      roots = [option]
      return
    }
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.cache" }
    let named = environment["CNN_DIST_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    roots = [named, cache.map { "\($0)/cnn-dist" }].compactMap(\.self)
  }

  /// Where a download goes: the first of the roots.
  ///
  /// - Throws: `FileError`, missing, where neither a folder was named nor a home is known.
  public func destination() throws(FileError) -> String {
    guard let root = roots.first else { throw Self.nowhere }
    return root
  }

  /// The first folder that holds any of CIFAR-10's six files: a root itself, or the official archive's folder in it.
  /// Whether the files are all there and sound, `CIFAR10.open` checks.
  ///
  /// - Throws: `FileError`, missing, that lists where it looked and says what to do.
  public func findCIFAR10() throws(FileError) -> String {
    guard let first = roots.first else { throw Self.nowhere }
    let folders = roots.flatMap { [$0, "\($0)/\(CIFAR10Format.folder)"] }
    for folder in folders where CIFAR10Format.files.contains(where: { access("\(folder)/\($0)", F_OK) == 0 }) {
      return folder
    }
    throw FileError(
      .missing, first,
      "found no CIFAR-10 in \(folders.joined(separator: ", ")); `cnn-dist fetch cifar10` downloads it, "
        + "and `--data FOLDER` names the folder of its six .bin files")
  }

  private static let nowhere = FileError(
    .missing, "~/.cache/cnn-dist",
    "neither CNN_DIST_DATA, XDG_CACHE_HOME nor HOME says where data is kept; name a folder with `--data FOLDER`")
}
