internal import CArchive
import Glibc

/// Reads an archive with libarchive, entry by entry. Nothing in it decides where anything is written, and what it unpacks to
/// is bounded.
public final class ArchiveReader {
  /// What an archive may be.
  public enum Format: Sendable {
    /// A tar file in gzip's; what is odd about it is an error.
    case gzippedTar
    /// A zip file; names in unknown alphabets and the like are passed over.
    case zip
  }

  /// What stands in an entry's header, and need not be true.
  public struct Entry {
    /// What an entry is.
    public enum Kind: Sendable { case file, folder, link, other }

    /// What it is.
    public let kind: Kind
    /// Where it wants to lie; nil where that cannot be read.
    public let path: String?
    /// How many bytes it has.
    public let size: Int
  }

  private let archive: OpaquePointer
  private let format: Format
  private let name: String
  private let expectation: String
  private var entry: Entry?
  private var taken = 0
  private var part = [UInt8](repeating: 0, count: 1 << 18)

  /// An archive that begins where `descriptor`, which stays open, stands.
  ///
  /// - Parameters:
  ///   - name: the file as the user knows it, for errors.
  ///   - expectation: what it must be, in words that `is not` goes before.
  /// - Throws: `FileError`, malformed where the file does not begin like such an archive.
  public init(
    _ descriptor: Int32, _ format: Format, name: String, expectation: String
  ) throws(FileError) {
    guard let archive = archive_read_new() else { throw FileError(.failed, name, "libarchive cannot be started") }
    (self.archive, self.format, self.name, self.expectation) = (archive, format, name, expectation)
    switch format {
    case .gzippedTar:
      archive_read_support_filter_gzip(archive)
      archive_read_support_format_tar(archive)
    case .zip: archive_read_support_format_zip(archive)
    }
    try check(archive_read_open_fd(archive, descriptor, 1 << 16))
  }

  deinit { archive_read_free(archive) }

  /// The header of the next entry; nil at the end.
  ///
  /// - Throws: `FileError`, malformed for a damaged archive.
  public func next() throws(FileError) -> Entry? {
    var header: OpaquePointer?
    let code = archive_read_next_header(archive, &header)
    (entry, taken) = (nil, 0)
    if code == ARCHIVE_EOF { return nil }
    try check(code)
    guard let header else { throw malformed() }
    entry = Entry(
      kind: Self.kind(of: header), path: archive_entry_pathname(header).map { String(cString: $0) },
      size: Int(archive_entry_size(header)))
    return entry
  }

  /// Hands over more of the entry's contents; false where all was handed over.
  ///
  /// - Parameters:
  ///   - limit: how many bytes the entry may have: small archives can hold endless zeros.
  ///   - error: what is thrown where it has more.
  /// - Throws: `FileError`: malformed for damaged contents, `error`; or what `body` throws.
  public func readPart(
    atMost limit: Int, else error: @autoclosure () -> FileError, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Bool {
    let count = try fillPart(atMost: limit, else: error)
    guard count > 0 else { return false }
    try part.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    return true
  }

  /// All of the entry's contents, of which nothing was read so far; see `readPart`.
  public func contents(
    atMost limit: Int, else error: @autoclosure () -> FileError
  ) throws(FileError) -> [UInt8] {
    let size = max(0, min(entry?.size ?? 0, limit))
    var contents: [UInt8] = []
    // No more than this is believed of a header before that much has come: from then on there is no second copy to grow into.
    contents.reserveCapacity(min(size, 1 << 24))
    while true {
      let count = try fillPart(atMost: limit, else: error)
      if count == 0 { return contents }
      if contents.count + count > contents.capacity, size > contents.capacity { contents.reserveCapacity(size) }
      contents += part[..<count]
    }
  }

  private func fillPart(atMost limit: Int, else error: () -> FileError) throws(FileError) -> Int {
    let count = archive_read_data(archive, &part, part.count)
    guard count >= 0 else { throw malformed() }
    taken += count
    guard taken <= limit else { throw error() }
    return count
  }

  private static func kind(of header: OpaquePointer) -> Entry.Kind {
    if archive_entry_hardlink(header) != nil { return .link }
    return switch archive_entry_filetype(header) {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  private func check(_ code: Int32) throws(FileError) {
    guard code == ARCHIVE_OK || code == ARCHIVE_WARN && format == .zip else { throw malformed() }
  }

  private func malformed() -> FileError {
    let reason = archive_error_string(archive).map(String.init(cString:)) ?? "it cannot be read"
    return FileError(.malformed, name, "is not \(expectation): \(reason)")
  }
}
