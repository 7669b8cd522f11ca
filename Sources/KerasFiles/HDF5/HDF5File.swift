import Files

/// An HDF5 file, for reading: groups, strings beside them, and arrays of numbers.
///
/// libhdf5 reads it, in a child process: such files come from anywhere, and the library (1.10.8) dies of a SIGSEGV on damaged
/// ones, which a program on many ranks cannot afford. One child tells what is in the file, another reads the numbers that are
/// asked for; see `ForkedChild` and `HDF5Library`.
struct HDF5File {
  /// The file as the user named it.
  let path: String
  private let source: Source
  private let outline: HDF5Outline

  /// Where the bytes are.
  private enum Source {
    case file(MappedFile)
    case memory([UInt8])

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Result) throws(FileError) -> Result {
      switch self {
      case .file(let file): try file.withBytes(body)
      case .memory(let bytes):
        try bytes.withUnsafeBytes { bytes in
          Swift.Result { () throws(FileError) in try body(bytes) }
        }.get()
      }
    }
  }

  /// The first bytes of every such file.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Looks at a file.
  ///
  /// - Throws: `FileError`, malformed where it is no HDF5 file.
  init(_ file: MappedFile) throws(FileError) { try self.init(file.path, .file(file)) }

  /// Looks at a file's bytes, which stand in the file at `path`.
  ///
  /// - Throws: `FileError`, malformed where it is no HDF5 file.
  init(_ bytes: [UInt8], in path: String) throws(FileError) { try self.init(path, .memory(bytes)) }

  private init(_ path: String, _ source: Source) throws(FileError) {
    self.path = path
    self.source = source
    outline = try source.withBytes { bytes throws(FileError) in
      let child = try ForkedChild(reading: path, bytes: bytes.count) { output in HDF5Library.tell(bytes, to: output) }
      // What is told has room in the file, but for the names of objects that have several.
      return try HDF5Outline(from: child, of: path, atMost: bytes.count + 1 << 20)
    }
  }

  /// Whether there is a group at `place`, `group/sub/name`; `""` is the outermost.
  func hasGroup(_ place: String) -> Bool { outline.groups[place] != nil }

  /// The names in the group at `place`, in the alphabet's order; none where there is no such group.
  func names(in place: String) -> [String] { outline.groups[place]?.sorted() ?? [] }

  /// The strings in the attribute `name` of the object at `place`: one, or a list; nil where there is no such attribute, or
  /// it holds something else.
  func strings(_ name: String, of place: String = "") -> [String]? { outline.strings[place]?[name] }

  /// The extents of the array of numbers at `place`; nil where there is none.
  ///
  /// - Throws: `FileError` where it holds no numbers of its own.
  func shape(_ place: String) throws(FileError) -> [Int]? {
    guard let shape = outline.shapes[place] else { return nil }
    guard let shape else {
      throw FileError(
        .malformed, path, "holds other values than numbers in \(place), or has them in another file: save it with Keras"
      )
    }
    return shape
  }

  /// Reads arrays, each of which has as many numbers as its target, as 32-bit floats.
  ///
  /// - Throws: `FileError` naming the array that cannot be read.
  func read(_ arrays: [(place: String, target: UnsafeMutableBufferPointer<Float>)]) throws(FileError) {
    // Cut into their parts beforehand: the child does as little as it can.
    let requests = arrays.map {
      HDF5Library.Request(parts: $0.place.split(separator: "/").map(String.init), count: $0.target.count)
    }
    let size = arrays.reduce(0) { $0 + $1.target.count } * MemoryLayout<Float>.stride
    try source.withBytes { bytes throws(FileError) in
      let child = try ForkedChild(reading: path, bytes: bytes.count + size) { output in
        HDF5Library.read(requests, in: bytes, to: output)
      }
      for (place, target) in arrays {
        let message = try HDF5Message(from: child)
        guard message.kind == .numbers, message.count == target.count * MemoryLayout<Float>.stride else {
          throw FileError(
            .malformed, path,
            "the numbers of \(place) cannot be read: it is damaged, or packed in a way that the HDF5 of this machine lacks"
          )
        }
        try child.read(into: UnsafeMutableRawBufferPointer(target))
      }
    }
    if case .file(let file) = source { try file.check() }
  }
}
