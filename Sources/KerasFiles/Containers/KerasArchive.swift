import Files
import Glibc

/// A `.keras` file: a zip archive with the model's `config.json` and its weights in `model.weights.h5`.
struct KerasArchive {
  /// What stands in `config.json`.
  let configuration: [UInt8]
  /// What stands in `metadata.json`; nil where there is none.
  let metadata: [UInt8]?
  /// The weights; nil where there are none.
  let weights: HDF5File?

  /// The first bytes of every zip archive.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// Bounds the work on a hostile file.
  private static let mostEntries = 10_000

  /// Reads the archive at `path`.
  ///
  /// - Throws: `FileError` where it is none, or grows beyond all measure.
  init(_ path: String) throws(FileError) {
    let file = try OpenFile(path, O_RDONLY)
    let size = Int(try file.status().st_size)
    let archive = try ArchiveReader(file.descriptor, .zip, name: path, expectation: "the archive that a .keras file is")

    var (configuration, metadata): ([UInt8]?, [UInt8]?) = (nil, nil)
    var weights: HDF5File?
    var count = 0
    while let entry = try archive.next() {
      count += 1
      guard count <= Self.mostEntries else {
        throw FileError(.malformed, path, "has more than \(Self.mostEntries) entries, which is no model's")
      }
      func contents(atMost limit: Int) throws(FileError) -> [UInt8] {
        try archive.contents(
          atMost: limit, else: FileError(.malformed, path, "has an entry of more than \(limit) bytes"))
      }
      switch entry.path {
      case "config.json": configuration = try contents(atMost: JSONValue.longest)
      case "metadata.json": metadata = try contents(atMost: JSONValue.longest)
      case "model.weights.h5":
        // Weights are numbers, which no packing makes a hundredth of; Keras does not pack at all.
        let (limit, overflows) = size.multipliedReportingOverflow(by: 100)
        weights = try HDF5File(contents(atMost: overflows ? .max : max(1 << 28, limit)), in: path)
      default: continue
      }
    }
    guard let configuration else {
      throw FileError(.malformed, path, "is no .keras file: the archive has no config.json")
    }
    self.configuration = configuration
    self.metadata = metadata
    self.weights = weights
  }
}
