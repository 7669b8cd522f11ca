import CArchive
import Files
import Glibc

/// One entry of a tar.gz that a test makes.
struct ArchiveEntry {
  var path: String
  var contents: [UInt8] = []
  var type: mode_t = S_IFREG
  var symbolicLink: String?
  var hardLink: String?
}

/// Writes `entries` as a tar.gz to `path` and returns its MD5.
@discardableResult
func makeArchive(_ path: String, _ entries: [ArchiveEntry]) throws -> String {
  guard let archive = archive_write_new() else { throw FixtureError() }
  defer { archive_write_free(archive) }
  archive_write_add_filter_gzip(archive)
  archive_write_set_format_pax_restricted(archive)
  archive_write_set_filter_option(archive, "gzip", "compression-level", "1")
  guard archive_write_open_filename(archive, path) == ARCHIVE_OK else { throw FixtureError() }
  for source in entries {
    guard let entry = archive_entry_new() else { throw FixtureError() }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, source.path)
    archive_entry_set_filetype(entry, source.type)
    archive_entry_set_perm(entry, 0o644)
    if let link = source.symbolicLink { archive_entry_set_symlink(entry, link) }
    if let link = source.hardLink { archive_entry_set_hardlink(entry, link) }
    archive_entry_set_size(entry, Int64(source.contents.count))
    guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw FixtureError() }
    guard archive_write_data(archive, source.contents, source.contents.count) == source.contents.count else {
      throw FixtureError()
    }
  }
  guard archive_write_close(archive) == ARCHIVE_OK else { throw FixtureError() }
  return try MappedFile(path).withBytes { Digest.of($0, .md5) }
}
