import Files
import Glibc

/// Where data sets are looked for, and where they are fetched to.
public struct DataFolder: Sendable {
  /// The folders to look in, in order.
  public let roots: [String]
  /// Whether the user named the one folder to look in.
  private let isNamed: Bool

  /// Takes the folder that the user names with `--data` and no other; without one `$CNN_DIST_DATA`, and then the cache:
  /// `$XDG_CACHE_HOME/cnn-dist`, or `~/.cache/cnn-dist` where that variable is unset, empty or, as its specification has
  /// it, relative.
  public init(option: String?, environment: [String: String]) {
    isNamed = option != nil
    if let option {
      roots = [option]
      return
    }
    let named = environment["CNN_DIST_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    roots = [named, Self.cache(environment)].compactMap(\.self)
  }

  /// Where everything is kept that can be got again; nil where neither variable says.
  static func cache(_ environment: [String: String]) -> String? {
    let all =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.cache" }
    return all.map { "\($0)/cnn-dist" }
  }

  /// Where a download goes: the first of the roots.
  ///
  /// - Throws: `FileError`, missing, where neither a folder was named nor a home is known.
  public func destination() throws(FileError) -> String {
    guard let root = roots.first else { throw Self.nowhere }
    return root
  }

  /// The first folder that holds any of a CIFAR data set's files: a root itself, or the official archive's folder in it.
  /// Whether the files are all there and sound, `CIFAR.open` checks.
  ///
  /// - Throws: `FileError`, missing, that lists where it looked and says what to do.
  public func find(_ format: CIFARFormat) throws(FileError) -> String {
    guard let first = roots.first else { throw Self.nowhere }
    let folders = roots.flatMap { [$0, "\($0)/\(format.folder)"] }
    for folder in folders where format.files.contains(where: { access("\(folder)/\($0)", F_OK) == 0 }) {
      return folder
    }
    if let other = format.otherFiles.lazy.compactMap({ file in
      folders.first { access("\($0)/\(file)", F_OK) == 0 }.map { "\($0)/\(file)" }
    }).first {
      throw FileError(
        .missing, other,
        "is not the binary version of \(format.title), unpacked, which is what is read: `cnn-dist fetch \(format.name)` "
          + "downloads it, or unpack \(format.archiveName), and `--data FOLDER` names the folder of its .bin files")
    }
    throw FileError(
      .missing, first,
      "found no \(format.title) in \(folders.joined(separator: ", ")); `cnn-dist fetch \(format.name)` downloads it, "
        + "and `--data FOLDER` names the folder of its .bin files")
  }

  /// The first folder that holds any of MNIST's or Fashion-MNIST's four files, gzipped or not: the folder that the user
  /// named itself, or one with the data set's name in it or in the other roots; last, where Debian's package puts them.
  /// The two data sets' files have the same names, so that no unnamed root's own files are taken. Whether the files are
  /// all there and sound, `MNIST.open` checks.
  ///
  /// - Throws: `FileError`, missing, that lists where it looked and says what to do.
  public func find(_ kind: MNISTKind) throws(FileError) -> String {
    let below = roots.flatMap { root in kind.folders.map { "\(root)/\($0)" } }
    let folders = isNamed ? roots + below : below + [kind.systemFolder].compactMap(\.self)
    for folder in folders {
      let names = MNISTKind.files.flatMap(MNISTKind.names)
      if names.contains(where: { access("\(folder)/\($0)", F_OK) == 0 }) { return folder }
    }
    guard let first = roots.first else { throw Self.nowhere }
    throw FileError(
      .missing, first,
      "found no \(kind.title) in \(folders.joined(separator: ", ")); \(kind.remedy); `--data FOLDER` names their folder"
    )
  }

  private static let nowhere = FileError(
    .missing, "~/.cache/cnn-dist",
    "neither CNN_DIST_DATA, XDG_CACHE_HOME nor HOME says where data is kept; name a folder with `--data FOLDER`")
}
