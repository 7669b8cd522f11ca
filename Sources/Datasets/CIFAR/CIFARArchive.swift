import CArchive
import Files
import Glibc

/// The official tar.gz of a CIFAR data set, read with libarchive. Nothing in it decides where anything is written.
struct CIFARArchive {
  /// The official archives have 5 to 9 entries; this bounds the work on any other.
  private static let maximumEntries = 100

  /// What the archive must hold.
  let format: CIFARFormat
  /// The archive as the user knows it, for errors.
  let name: String
  /// An open file, read from its start.
  let descriptor: Int32

  /// What is taken: the data files and the two texts beside them.
  var members: [String] { format.files + format.texts }

  /// Writes the expected members into `folder`, which exists.
  ///
  /// A regular file is taken only where its path is exactly `<the format's folder>/<member>`; other plain files and
  /// folders are passed over.
  ///
  /// - Throws: `FileError`: malformed for what is no tar.gz, for absolute paths, `..`, links, devices, repeated members and
  ///   entries larger than any expected; failed where the disk refuses.
  func unpack(into folder: String) throws {
    guard let archive = archive_read_new() else { throw FileError(.failed, name, "libarchive cannot be started") }
    defer { archive_read_free(archive) }
    archive_read_support_filter_gzip(archive)
    archive_read_support_format_tar(archive)
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileError.system(name, "cannot be read again") }
    try check(archive, archive_read_open_fd(archive, descriptor, 1 << 16))

    var taken: Set<String> = []
    var entry: OpaquePointer?
    for _ in 0..<Self.maximumEntries {
      let code = archive_read_next_header(archive, &entry)
      if code == ARCHIVE_EOF { return }
      try check(archive, code)
      guard let entry, let member = try member(of: entry) else { continue }
      guard taken.insert(member).inserted else { throw refusal(of: member, "is there twice") }
      try AtomicFile.write("\(folder)/\(member)") { part in try copyData(of: archive, member: member, to: part) }
    }
    throw FileError(.malformed, name, "found more than \(Self.maximumEntries) entries, expected at most 9")
  }

  /// The size of the largest member.
  private var sizeLimit: Int { format.files.map(format.bytes).max() ?? 0 }

  /// Which member an entry is, nil for one to pass over.
  private func member(of entry: OpaquePointer) throws(FileError) -> String? {
    guard let bytes = archive_entry_pathname(entry) else {
      throw FileError(.malformed, name, "an entry has no readable name")
    }
    let path = String(cString: bytes)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if path.hasPrefix("/") { throw refusal(of: path, "is an absolute path") }
    if parts.contains("..") { throw refusal(of: path, "leads out of the folder") }
    if archive_entry_hardlink(entry) != nil { throw refusal(of: path, "is a link") }
    let type = archive_entry_filetype(entry)
    if type == S_IFDIR { return nil }
    guard type == S_IFREG else { throw refusal(of: path, type == S_IFLNK ? "is a link" : "is not a regular file") }
    guard archive_entry_size(entry) <= sizeLimit else {
      throw refusal(of: path, "has \(archive_entry_size(entry)) bytes, expected at most \(sizeLimit)")
    }
    guard parts.count == 2, parts[0] == format.folder else { return nil }
    return members.first { $0 == parts[1] }
  }

  private func copyData(
    of archive: OpaquePointer, member: String, to part: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
      if count == 0 { return }
      guard count > 0 else { throw malformed(archive) }
      total += count
      // The header's size was checked; this guards against a header that lies.
      guard total <= sizeLimit else { throw refusal(of: member, "is longer than its header says") }
      try part(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func check(_ archive: OpaquePointer, _ code: Int32) throws(FileError) {
    guard code == ARCHIVE_OK else { throw malformed(archive) }
  }

  private func malformed(_ archive: OpaquePointer) -> FileError {
    let reason = archive_error_string(archive).map(String.init(cString:)) ?? "it cannot be read"
    return FileError(.malformed, name, "is not the expected tar.gz archive: \(reason)")
  }

  private func refusal(of path: String, _ reason: String) -> FileError {
    FileError(.malformed, name, "the archive's entry \(path) \(reason); nothing was unpacked")
  }
}
