import Datasets
import FoundationEssentials
import Glibc

/// A record to be written into a fixture.
struct FixtureRecord {
  let file: String
  let index: Int
  let bytes: [UInt8]

  /// A record whose planes count up from `first`, the same in each plane but for `step` from plane to plane.
  init(_ file: String, _ index: Int, label: UInt8, first: UInt8 = 0, step: UInt8 = 0) {
    self.file = file
    self.index = index
    bytes = [label] + (0..<3072).map { first &+ UInt8(truncatingIfNeeded: $0) &+ step &* UInt8($0 / 1024) }
  }
}

/// Makes CIFAR-10's six files, full of zeros and sparse, with a few records set, in the folder `folder`.
func makeCIFAR10(in folder: String, _ records: [FixtureRecord] = []) throws {
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  for name in CIFARFormat.cifar10.files {
    try resize("\(folder)/\(name)", to: CIFARFormat.cifar10.bytes(of: "test_batch.bin"))
  }
  for record in records {
    try overwrite("\(folder)/\(record.file)", at: record.index * CIFARFormat.cifar10.recordBytes, with: record.bytes)
  }
}

/// Cuts or extends the file at `path`, or makes it.
func resize(_ path: String, to size: Int) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
  defer { close(descriptor) }
  guard descriptor >= 0, ftruncate(descriptor, size) == 0 else { throw FixtureError() }
}

/// Writes `bytes` at `offset` of the file at `path`.
func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
  let descriptor = open(path, O_WRONLY)
  defer { close(descriptor) }
  guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else { throw FixtureError() }
}

/// A fixture could not be made; the test that needs it fails.
struct FixtureError: Error {}
