import CArchive
import Glibc

/// An array as NumPy writes it: the header padded so that the elements begin at a multiple of 64.
func npy(
  _ type: String, _ shape: String, _ elements: [UInt8], order: String = "False", version: UInt8 = 1
) -> [UInt8] {
  let start = version == 1 ? 10 : 12
  var header = Array("{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(shape)), }".utf8)
  header += Array(repeating: UInt8(ascii: " "), count: 63 - (start + header.count) % 64) + [UInt8(ascii: "\n")]
  let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(header.count >> (8 * $0) & 255) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + elements
}

/// The bytes of numbers, the lowest first.
func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

/// Writes a zip archive, as `savez` or `savez_compressed` does.
func makeArchive(_ path: String, zip members: [(String, [UInt8])], isPacked: Bool) throws {
  guard let archive = archive_write_new() else { throw FixtureError() }
  defer { archive_write_free(archive) }
  archive_write_set_format_zip(archive)
  archive_write_set_format_option(archive, "zip", "compression", isPacked ? "deflate" : "store")
  guard archive_write_open_filename(archive, path) == ARCHIVE_OK else { throw FixtureError() }
  for (name, contents) in members {
    guard let entry = archive_entry_new() else { throw FixtureError() }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, name)
    archive_entry_set_filetype(entry, S_IFREG)
    archive_entry_set_size(entry, Int64(contents.count))
    guard archive_write_header(archive, entry) == ARCHIVE_OK,
      archive_write_data(archive, contents, contents.count) == contents.count
    else { throw FixtureError() }
  }
  guard archive_write_close(archive) == ARCHIVE_OK else { throw FixtureError() }
}
