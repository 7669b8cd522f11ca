import Files

/// Gets CIFAR-10 or CIFAR-100 from its authors: download, checksum, unpack, check, and only then a rename to where it is looked for.
public struct CIFARDownload: Sendable {
  /// What came of it; each case has the folder of the data files.
  public enum Outcome: Hashable, Sendable {
    /// All files were there and sound; nothing was fetched.
    case alreadyThere(folder: String)
    /// The files are new.
    case fetched(folder: String)
  }

  /// The official archive of CIFAR-10 has 170,052,171 bytes, that of CIFAR-100 fewer; nothing much longer is stored.
  private static let sizeLimit = 200_000_000

  private let format: CIFARFormat
  private let url: String
  private let md5: String
  private let allowedProtocols: String

  /// Fetches the data set of `format` from `url`, whose MD5 must be `md5`; nil for the official archive.
  /// `allowedProtocols` is libcurl's list of schemes; only tests need more than `https`.
  public init(
    _ format: CIFARFormat, url: String? = nil, md5: String? = nil, allowedProtocols: String = "https"
  ) {
    self.format = format
    self.url = url ?? format.archiveURL
    self.md5 = md5 ?? format.archiveMD5
    self.allowedProtocols = allowedProtocols
  }

  /// Puts the data files into the format's folder in `destination`, unless sound ones are there or in `destination` itself.
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
    let target = "\(destination)/\(format.folder)"
    for folder in [destination, target] where (try? CIFAR.open(format, folder: folder)) != nil {
      return .alreadyThere(folder: folder)
    }
    try Folder.create(destination)
    let archive = try ScratchFile(in: destination)
    try download(to: archive.descriptor, target: target, progress: progress)

    let source = CIFARArchive(format: format, name: url, descriptor: archive.descriptor)
    let staging = try Folder.temporary(in: destination)
    defer { Folder.remove(staging, files: source.members) }
    try withExtendedLifetime(archive) { try source.unpack(into: staging) }
    do {
      _ = try CIFAR.open(format, folder: staging)
    } catch {
      let member = "\(format.folder)\(error.path.dropFirst(staging.count))"
      throw FileError(.malformed, url, "the archive's \(member) is not what it must be: \(error.message)")
    }
    try Folder.move(source.members, from: staging, to: target)
    return .fetched(folder: target)
  }

  private func download(
    to descriptor: Int32, target: String, progress: @escaping (Int, Int?) -> Void
  ) throws(FileError) {
    let byHand = "or download \(format.archiveURL) by hand and put its .bin files into \(target)"
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
