import Files
import Glibc

/// Gets CIFAR-10 from its authors: download, checksum, unpack, check, and only then a rename to where it is looked for.
public struct CIFAR10Download: Sendable {
  /// What came of it; each case has the folder of the six files.
  public enum Outcome: Hashable, Sendable {
    /// All six files were there and sound; nothing was fetched.
    case alreadyThere(folder: String)
    /// The files are new.
    case fetched(folder: String)
  }

  /// The official archive.
  public static let officialURL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
  /// Its MD5, as published beside it.
  public static let officialMD5 = "c32a1d4ab5d03f1284b67883e8d87530"
  /// The official archive has 170,052,171 bytes; nothing much longer is stored.
  private static let sizeLimit = 200_000_000

  private let url: String
  private let md5: String
  private let allowedProtocols: String

  /// Fetches from `url`, whose MD5 must be `md5`. `allowedProtocols` is libcurl's list of schemes; only tests need more
  /// than `https`.
  public init(
    url: String = officialURL, md5: String = officialMD5, allowedProtocols: String = "https"
  ) {
    self.url = url
    self.md5 = md5
    self.allowedProtocols = allowedProtocols
  }

  /// Puts the six files into `destination/cifar-10-batches-bin`, unless sound ones are there or in `destination` itself.
  ///
  /// The archive is held in a nameless file and the unpacked files in a temporary folder, both in `destination`, so that
  /// an interruption leaves no half-done data. `progress` is told the bytes received and, where the server says it, how
  /// many there will be; it is called many times a second.
  ///
  /// - Throws: `FileError`: failed, with libcurl's message and what to do, for trouble with the network; malformed for a
  ///   wrong checksum or archive. Whatever was in `destination` is then still there.
  public func fetch(
    to destination: String, progress: @escaping (_ received: Int, _ total: Int?) -> Void = { _, _ in }
  ) throws -> Outcome {
    let target = "\(destination)/\(CIFAR10Format.folder)"
    for folder in [destination, target] where (try? CIFAR10.open(folder: folder)) != nil {
      return .alreadyThere(folder: folder)
    }
    try Folder.create(destination)
    let archive = try Folder.namelessFile(in: destination)
    defer { close(archive) }
    try download(to: archive, target: target, progress: progress)

    let staging = try Folder.temporary(in: destination)
    defer { Folder.remove(staging, files: CIFAR10Archive.members) }
    try CIFAR10Archive(name: url, descriptor: archive).unpack(into: staging)
    do {
      _ = try CIFAR10.open(folder: staging)
    } catch {
      let member = "\(CIFAR10Format.folder)\(error.path.dropFirst(staging.count))"
      throw FileError(.malformed, url, "the archive's \(member) is not what it must be: \(error.message)")
    }
    try Folder.move(CIFAR10Archive.members, from: staging, to: target)
    return .fetched(folder: target)
  }

  private func download(
    to descriptor: Int32, target: String, progress: @escaping (Int, Int?) -> Void
  ) throws(FileError) {
    let byHand = "or download \(Self.officialURL) by hand and put its six .bin files into \(target)"
    let found: String
    do {
      let download = Download(url: url, allowedProtocols: allowedProtocols, limit: Self.sizeLimit)
      found = try download.receive(into: descriptor, progress: progress)
    } catch {
      throw FileError(error.kind, error.path, "\(error.message); try again, \(byHand)")
    }
    guard found == md5 else {
      let message = "found MD5 \(found), expected \(md5); nothing was unpacked; try again, \(byHand)"
      throw FileError(.malformed, url, message)
    }
  }
}
