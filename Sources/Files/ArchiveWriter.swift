internal import CArchive
import Glibc

/// Writes a zip archive of some entries with libarchive, packed in no way, as its readers expect numbers that no packing makes
/// smaller. It says nothing of times and owners, so that equal contents give equal bytes.
public enum ArchiveWriter {
  /// A file in an archive.
  public struct Entry {
    let path: String
    let contents: UnsafeRawBufferPointer

    /// Names some bytes, which must outlive the writing.
    public init(_ path: String, _ contents: UnsafeRawBufferPointer) {
      (self.path, self.contents) = (path, contents)
    }
  }

  /// Replaces the file at `path` by an archive of `entries`, in one step.
  ///
  /// - Throws: `FileError` with the system's reason; what was at `path` stays then.
  public static func write(_ path: String, _ entries: [Entry]) throws {
    try AtomicFile.write(path) { part in
      try withoutActuallyEscaping(part) { part in
        let sink = Sink(part)
        try write(entries, to: sink, path)
      }
    }
  }

  private static func write(_ entries: [Entry], to sink: Sink, _ path: String) throws {
    guard let archive = archive_write_new() else { throw FileError(.failed, path, "libarchive cannot be started") }
    defer { archive_write_free(archive) }
    func check(_ code: Int) throws {
      if let failure = sink.failure { throw failure }
      guard code >= 0 else {
        let reason = archive_error_string(archive).map(String.init(cString:)) ?? "libarchive does not say why"
        throw FileError(.failed, path, "the archive cannot be written: \(reason)")
      }
    }
    try check(Int(archive_write_set_format_zip(archive)))
    try check(Int(archive_write_zip_set_compression_store(archive)))
    // The last block is no longer than what is in it.
    try check(Int(archive_write_set_bytes_in_last_block(archive, 1)))
    let opened = archive_write_open(
      archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
      { _, sink, bytes, count in
        guard let sink else { return -1 }
        return Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue()
          .take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
      }, nil)
    try check(Int(opened))
    for entry in entries {
      guard let header = archive_entry_new() else { throw FileError(.failed, path, "libarchive has no memory") }
      defer { archive_entry_free(header) }
      archive_entry_set_pathname(header, entry.path)
      archive_entry_set_size(header, Int64(entry.contents.count))
      archive_entry_set_filetype(header, UInt32(S_IFREG as mode_t))
      archive_entry_set_perm(header, 0o644)
      try check(Int(archive_write_header(archive, header)))
      var rest = entry.contents
      while !rest.isEmpty {
        let written = archive_write_data(archive, rest.baseAddress, rest.count)
        try check(written)
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
    try check(Int(archive_write_close(archive)))
  }

  /// Hands bytes on, and remembers why it could not.
  private final class Sink {
    private let part: (UnsafeRawBufferPointer) throws -> Void
    private(set) var failure: (any Error)?

    init(_ part: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.part = part }

    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
      do {
        try part(bytes)
        return true
      } catch {
        failure = error
        return false
      }
    }
  }
}
