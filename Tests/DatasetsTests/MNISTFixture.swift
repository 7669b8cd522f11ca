import CArchive
import Datasets
import Glibc
import TestSupport

/// An IDX file of unsigned bytes.
func idx(_ extents: [Int], _ elements: [UInt8], magic: [UInt8]? = nil) -> [UInt8] {
  let header = extents.flatMap { extent in (0..<4).reversed().map { UInt8(truncatingIfNeeded: extent >> (8 * $0)) } }
  return (magic ?? [0, 0, 8, UInt8(extents.count)]) + header + elements
}

/// `bytes` as gzip packs them.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
  guard let archive = archive_write_new(), let entry = archive_entry_new() else { throw FixtureError() }
  defer {
    archive_write_free(archive)
    archive_entry_free(entry)
  }
  var packed = [UInt8](repeating: 0, count: bytes.count + 10_000)
  var used = 0
  archive_write_add_filter_gzip(archive)
  archive_write_set_format_raw(archive)
  archive_write_set_bytes_in_last_block(archive, 1)
  archive_entry_set_filetype(entry, S_IFREG)
  return try packed.withUnsafeMutableBytes { packed in
    guard archive_write_open_memory(archive, packed.baseAddress, packed.count, &used) == ARCHIVE_OK,
      archive_write_header(archive, entry) == ARCHIVE_OK,
      archive_write_data(archive, bytes, bytes.count) == bytes.count, archive_write_close(archive) == ARCHIVE_OK
    else { throw FixtureError() }
    return Array(packed[..<used])
  }
}

/// The four files of a data set with 5 training and 3 validation images of 4×3, whose bytes count up from 0.
enum MNISTFixture {
  static let training = idx([5, 4, 3], Array(0..<60))
  static let trainingLabels = idx([5], [9, 0, 1, 2, 3])
  static let validation = idx([3, 4, 3], Array(100..<136))
  static let validationLabels = idx([3], [4, 5, 6])

  /// Writes them into `folder`, those that are named in `gzipped` packed.
  static func make(in folder: String, gzipped: Set<String> = []) throws {
    for (name, bytes) in zip(MNISTKind.files, [training, trainingLabels, validation, validationLabels]) {
      let isPacked = gzipped.contains(name)
      try Images.write(isPacked ? gzip(bytes) : bytes, to: "\(folder)/\(name)\(isPacked ? ".gz" : "")")
    }
  }
}
