import Files

/// An HDF5 file, for reading: groups, strings beside them, and arrays of numbers, in the forms that h5py and so Keras write.
///
/// The reader is our own, because such files come from anywhere: libhdf5 (1.10.8) dies of a SIGSEGV on damaged ones, which a
/// program on many ranks cannot afford. Here every byte is read with a look at the file's end, links lead to nothing but the
/// file's own objects, and nothing is allocated by a size that stands in a file. See "HDF5 File Format Specification, version
/// 3.0", by The HDF Group, whose words are used.
final class HDF5File {
  /// The file as the user named it.
  let path: String
  private let source: Source
  private var root = 0

  /// Where the bytes are.
  private enum Source {
    case file(MappedFile)
    case memory([UInt8])
  }

  /// The first bytes of every such file.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// More entries than this are no model's.
  private static let mostEntries = 1 << 14

  /// Looks at a file.
  ///
  /// - Throws: `FileError`, malformed where it is no HDF5 file.
  convenience init(_ file: MappedFile) throws(FileError) { try self.init(file.path, .file(file)) }

  /// Looks at a file's bytes, which stand in the file at `path`.
  ///
  /// - Throws: `FileError`, malformed where it is no HDF5 file.
  convenience init(_ bytes: [UInt8], in path: String) throws(FileError) { try self.init(path, .memory(bytes)) }

  private init(_ path: String, _ source: Source) throws(FileError) {
    self.path = path
    self.source = source
    root = try read { bytes throws(HDF5Error) in try Self.root(bytes) }
  }

  /// The address of the outermost group, from the superblock.
  private static func root(_ bytes: HDF5Bytes) throws(HDF5Error) -> Int {
    guard try bytes.slice(0, 8).elementsEqual(signature) else {
      throw HDF5Error(offset: 0, message: "is no HDF5 file")
    }
    let version = try bytes.number(8, bytes: 1)
    let widths = version < 2 ? 13 : 9
    guard version <= 3, try bytes.number(widths, bytes: 1) == 8, try bytes.number(widths + 1, bytes: 1) == 8 else {
      throw HDF5Error(offset: 8, message: "is an HDF5 file of another version than 0 to 3 with addresses of 8 bytes")
    }
    let base = version < 2 ? 24 + (version == 1 ? 4 : 0) : 12
    let end = try bytes.address(base + 16)
    guard try bytes.address(base) == 0 else {
      throw HDF5Error(offset: base, message: "is an HDF5 file within another, which is not supported")
    }
    _ = try bytes.slice(0, end)  // else it is cut off
    return try bytes.address(version < 2 ? base + 40 : base + 24)
  }

  /// Calls `body` with the bytes.
  private func read<Result>(
    _ body: (HDF5Bytes) throws(HDF5Error) -> Result
  ) throws(FileError) -> Result {
    do throws(HDF5Error) {
      switch source {
      case .file(let file):
        return try file.withBytes { bytes throws(HDF5Error) in try body(HDF5Bytes(bytes)) }
      case .memory(let bytes):
        return try bytes.withUnsafeBytes { bytes in
          Swift.Result { () throws(HDF5Error) in try body(HDF5Bytes(bytes)) }
        }.get()
      }
    } catch {
      throw FileError(.malformed, path, offset: error.offset, error.message)
    }
  }

  /// The object at `group/sub/name`; `""` is the outermost group. Nil where there is none.
  private func object(_ bytes: HDF5Bytes, _ place: String) throws(HDF5Error) -> HDF5Object? {
    var object = try HDF5Object(bytes, at: root)
    for part in place.split(separator: "/") {
      guard let address = try object.entries(bytes, atMost: Self.mostEntries)?[String(part)] else { return nil }
      object = try HDF5Object(bytes, at: address)
    }
    return object
  }

  /// Whether there is a group at `place`.
  ///
  /// - Throws: `FileError` where the file is damaged.
  func hasGroup(_ place: String) throws(FileError) -> Bool {
    try read { bytes throws(HDF5Error) in
      try object(bytes, place)?.entries(bytes, atMost: Self.mostEntries) != nil
    }
  }

  /// The names in the group at `place`, in the alphabet's order; none where there is no such group.
  ///
  /// - Throws: `FileError` where the file is damaged.
  func names(in place: String) throws(FileError) -> [String] {
    try read { bytes throws(HDF5Error) in
      try object(bytes, place)?.entries(bytes, atMost: Self.mostEntries)?.keys.sorted() ?? []
    }
  }

  /// The strings in the attribute `name` of the group at `place`: one, or a list; nil where there is no such attribute, or
  /// it holds something else.
  ///
  /// - Throws: `FileError` where the file is damaged.
  func strings(_ name: String, of place: String = "") throws(FileError) -> [String]? {
    try read { bytes throws(HDF5Error) in
      guard let object = try object(bytes, place) else { return nil }
      return try HDF5Attribute.strings(bytes, object, name)
    }
  }

  /// The extents of the array of numbers at `place`; nil where there is none.
  ///
  /// - Throws: `FileError` where it holds no numbers of its own, or the file is damaged.
  func shape(_ place: String) throws(FileError) -> [Int]? {
    try read { bytes throws(HDF5Error) in
      guard let object = try object(bytes, place) else { return nil }
      return try HDF5Array(bytes, object)?.dataspace.extents
    }
  }

  /// Reads the array at `place`, which has as many numbers as `target`, as 32-bit floats.
  ///
  /// - Throws: `FileError` where it cannot be read.
  func read(_ place: String, into target: UnsafeMutableBufferPointer<Float>) throws(FileError) {
    try read { bytes throws(HDF5Error) in
      guard let object = try object(bytes, place), let array = try HDF5Array(bytes, object) else { return }
      try array.read(bytes, into: target)
    }
    if case .file(let file) = source { try file.check() }
  }
}
