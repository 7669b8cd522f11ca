import Files
import Glibc

/// The official tar.gz of a CIFAR data set.
package struct CIFARArchive {
  /// The official archives have 5 to 9 entries; this bounds the work on any other.
  private static let maximumEntries = 100

  /// What the archive must hold.
  let format: CIFARFormat
  /// The archive as the user knows it, for errors.
  let name: String
  /// An open file, read from its start.
  let descriptor: Int32

  /// Names an archive; nothing is read yet.
  package init(format: CIFARFormat, name: String, descriptor: Int32) {
    (self.format, self.name, self.descriptor) = (format, name, descriptor)
  }

  /// What is taken: the data files and the two texts beside them.
  package var members: [String] { format.files + format.texts }

  /// Writes the expected members into `folder`, which exists.
  ///
  /// A regular file is taken only where its path is exactly `<the format's folder>/<member>`; other plain files and
  /// folders are passed over.
  ///
  /// - Throws: `FileError`: malformed for what is no tar.gz, for absolute paths, `..`, links, devices, repeated members and
  ///   entries larger than any expected; failed where the disk refuses.
  package func unpack(into folder: String) throws {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileError.system(name, "cannot be read again") }
    let archive = try ArchiveReader(descriptor, .gzippedTar, name: name, expectation: "the expected tar.gz archive")
    var taken: Set<String> = []
    for _ in 0..<Self.maximumEntries {
      guard let entry = try archive.next() else { return }
      guard let member = try member(of: entry) else { continue }
      guard taken.insert(member).inserted else { throw refusal(of: member, "is there twice") }
      try AtomicFile.write("\(folder)/\(member)") { part in
        // The header's size was checked; the limit guards against a header that lies.
        let lie = refusal(of: member, "is longer than its header says")
        while try archive.readPart(atMost: sizeLimit, else: lie, part) {}
      }
    }
    throw FileError(.malformed, name, "found more than \(Self.maximumEntries) entries, expected at most 9")
  }

  /// The size of the largest member.
  private var sizeLimit: Int { format.files.map(format.bytes).max() ?? 0 }

  /// Which member an entry is, nil for one to pass over.
  private func member(of entry: ArchiveReader.Entry) throws(FileError) -> String? {
    guard let path = entry.path else { throw FileError(.malformed, name, "an entry has no readable name") }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if path.hasPrefix("/") { throw refusal(of: path, "is an absolute path") }
    if parts.contains("..") { throw refusal(of: path, "leads out of the folder") }
    switch entry.kind {
    case .link: throw refusal(of: path, "is a link")
    case .folder: return nil
    case .other: throw refusal(of: path, "is not a regular file")
    case .file: break
    }
    guard entry.size <= sizeLimit else {
      throw refusal(of: path, "has \(entry.size) bytes, expected at most \(sizeLimit)")
    }
    guard parts.count == 2, parts[0] == format.folder else { return nil }
    return members.first { $0 == parts[1] }
  }

  private func refusal(of path: String, _ reason: String) -> FileError {
    FileError(.malformed, name, "the archive's entry \(path) \(reason); nothing was unpacked")
  }
}
