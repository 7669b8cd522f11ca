import Datasets
import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct CIFARDownloadTests {
  private static let noMD5 = String(repeating: "0", count: 32)

  /// Fetches a local file into `folder`.
  private func fetch(_ path: String, md5: String, to folder: String) throws -> CIFARDownload.Outcome {
    try CIFARDownload(.cifar10, url: "file://\(path)", md5: md5, allowedProtocols: "file").fetch(to: folder)
  }

  /// The six files, all zeros, and a text beside them.
  private static let soundEntries: [ArchiveEntry] = {
    let zeros = [UInt8](repeating: 0, count: CIFARFormat.cifar10.bytes(of: "test_batch.bin"))
    return [ArchiveEntry(path: "cifar-10-batches-bin/", type: S_IFDIR)]
      + CIFARFormat.cifar10.files.map { ArchiveEntry(path: "cifar-10-batches-bin/\($0)", contents: zeros) }
      + [
        ArchiveEntry(path: "cifar-10-batches-bin/readme.html", contents: Array("read me".utf8)),
        ArchiveEntry(path: "cifar-10-batches-bin/stranger.sh", contents: Array("no".utf8)),
      ]
  }()

  @Test func unpacksWhatIsExpectedAndNothingElse() throws {
    try withTemporaryFolder { folder in
      let md5 = try makeArchive("\(folder)/a.tar.gz", Self.soundEntries)
      let target = "\(folder)/data/cifar-10-batches-bin"
      let broken = "\(target)/data_batch_1.bin"
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      try AtomicFile.write(broken, text: "cut short")
      try AtomicFile.write("\(target)/notes.txt", text: "mine")

      #expect(try fetch("\(folder)/a.tar.gz", md5: md5, to: "\(folder)/data") == .fetched(folder: target))
      #expect(try CIFAR10.open(folder: target).training.count == 50_000)
      #expect(try names(in: target) == (CIFARFormat.cifar10.files + ["notes.txt", "readme.html"]).sorted())
      #expect(try names(in: "\(folder)/data") == ["cifar-10-batches-bin"])

      // The archive is gone: what is there is not fetched again, by the folder or by its parent.
      unlink("\(folder)/a.tar.gz")
      for place in ["\(folder)/data", target] {
        #expect(try fetch("\(folder)/a.tar.gz", md5: md5, to: place) == .alreadyThere(folder: target))
      }
    }
  }

  @Test func aNewFolderAppearsWhole() throws {
    try withTemporaryFolder { folder in
      let md5 = try makeArchive("\(folder)/a.tar.gz", Self.soundEntries)
      let data = "\(folder)/new/data"
      #expect(try fetch("\(folder)/a.tar.gz", md5: md5, to: data) == .fetched(folder: "\(data)/cifar-10-batches-bin"))
      #expect(try names(in: data) == ["cifar-10-batches-bin"])
      #expect(try DataFolder(option: data, environment: [:]).find(.cifar10) == "\(data)/cifar-10-batches-bin")
    }
  }

  @Test func aWrongChecksumUnpacksNothing() throws {
    try withTemporaryFolder { folder in
      let md5 = try makeArchive("\(folder)/a.tar.gz", [])
      let error = try #require(throws: FileError.self) {
        try fetch("\(folder)/a.tar.gz", md5: Self.noMD5, to: "\(folder)/data")
      }
      #expect(error.kind == .malformed && error.path == "file://\(folder)/a.tar.gz")
      #expect(error.message.contains("found MD5 \(md5), expected \(Self.noMD5)"))
      #expect(try names(in: "\(folder)/data") == [])
    }
  }

  @Test(arguments: [
    ("/etc/evil", "is an absolute path"),
    ("../evil", "leads out of the folder"),
    ("cifar-10-batches-bin/../../evil", "leads out of the folder"),
  ])
  func refusesPathsThatLeadOut(path: String, reason: String) throws {
    try expectRefusal(of: [ArchiveEntry(path: path, contents: [1])], "entry \(path) \(reason)")
  }

  @Test func refusesLinksAndDevices() throws {
    let name = "cifar-10-batches-bin/test_batch.bin"
    try expectRefusal(
      of: [ArchiveEntry(path: name, type: S_IFLNK, symbolicLink: "/etc/passwd")], "entry \(name) is a link")
    try expectRefusal(
      of: [ArchiveEntry(path: "a", contents: [1]), ArchiveEntry(path: name, hardLink: "a")], "entry \(name) is a link")
    for type in [S_IFIFO, S_IFCHR, S_IFBLK] {
      try expectRefusal(of: [ArchiveEntry(path: name, type: type)], "entry \(name) is not a regular file")
    }
  }

  @Test func boundsSizesAndCounts() throws {
    let name = "cifar-10-batches-bin/readme.html"
    let large = [UInt8](repeating: 0, count: CIFARFormat.cifar10.bytes(of: "test_batch.bin") + 1)
    try expectRefusal(of: [ArchiveEntry(path: name, contents: large)], "entry \(name) has 30730001 bytes")
    try expectRefusal(
      of: [ArchiveEntry(path: name), ArchiveEntry(path: name)], "entry readme.html is there twice")
    try expectRefusal(of: (0...100).map { ArchiveEntry(path: "\($0)") }, "found more than 100 entries")
  }

  @Test func namesWhatTheArchiveLacks() throws {
    try expectRefusal(
      of: [ArchiveEntry(path: "cifar-10-batches-bin/data_batch_1.bin", contents: [1, 2, 3])],
      "the archive's cifar-10-batches-bin/data_batch_1.bin is not what it must be: found 3 bytes")
  }

  @Test func refusesWhatIsNoArchive() throws {
    try withTemporaryFolder { folder in
      let text = "<html>Please log in</html>"
      try AtomicFile.write("\(folder)/a.tar.gz", text: text)
      let md5 = Array(text.utf8).withUnsafeBytes { Digest.of($0, .md5) }
      let error = try #require(throws: FileError.self) {
        try fetch("\(folder)/a.tar.gz", md5: md5, to: "\(folder)/data")
      }
      #expect(error.kind == .malformed && error.message.contains("is not the expected tar.gz archive"))
    }
  }

  @Test func refusesACutArchive() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.tar.gz"
      let noise = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
      try makeArchive(path, [ArchiveEntry(path: "cifar-10-batches-bin/test_batch.bin", contents: noise)])
      try resize(path, to: try MappedFile(path).count / 2)
      let md5 = try MappedFile(path).withBytes { Digest.of($0, .md5) }
      let error = try #require(throws: FileError.self) { try fetch(path, md5: md5, to: "\(folder)/data") }
      #expect(error.kind == .malformed && error.message.contains("is not the expected tar.gz archive"))
      #expect(try names(in: "\(folder)/data") == [])
    }
  }

  /// Fetches an archive with the right checksum and expects an error that contains `reason`, and nothing left behind.
  private func expectRefusal(
    of entries: [ArchiveEntry], _ reason: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      let md5 = try makeArchive("\(folder)/a.tar.gz", entries)
      let error = try #require(throws: FileError.self, sourceLocation: location) {
        try fetch("\(folder)/a.tar.gz", md5: md5, to: "\(folder)/data")
      }
      #expect(error.kind == .malformed && error.message.contains(reason), "\(error)", sourceLocation: location)
      #expect(try names(in: "\(folder)/data") == [], sourceLocation: location)
      #expect(try names(in: folder) == ["a.tar.gz", "data"], sourceLocation: location)
    }
  }
}
