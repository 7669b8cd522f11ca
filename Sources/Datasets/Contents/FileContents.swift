import Files

/// All bytes of a file: a plain one is mapped, so that all processes of a host share its pages; one whose name ends in `.gz`
/// is unpacked to memory once, in every process.
enum FileContents: Sendable {
  case mapped(MappedFile)
  case unpacked([UInt8])

  /// Opens the file at `path`.
  ///
  /// - Parameter limit: how many bytes a gzipped file may unpack to.
  /// - Throws: `FileError`: missing; malformed for what is no file, or cannot be unpacked.
  init(_ path: String, limit: Int) throws(FileError) {
    let file = try MappedFile(path)
    guard path.hasSuffix(".gz") else {
      self = .mapped(file)
      return
    }
    self = .unpacked(
      try file.withBytes { bytes throws(FileError) in try GzipReader.unpack(bytes, path: path, limit: limit) })
    try file.check()
  }

  /// Looks whether a mapped file is as it was; what was unpacked is ours.
  ///
  /// - Throws: `FileError` when it was cut off, has changed or cannot be read any more.
  func check() throws(FileError) {
    if case .mapped(let file) = self { try file.check() }
  }

  /// Calls `body` with the bytes, which must not leave it.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .mapped(let file): return try file.withBytes(body)
    case .unpacked(let bytes):
      // The typed failure is carried around an older function that does not know of it.
      let result = bytes.withUnsafeBytes { bytes in
        Swift.Result { () throws(Failure) -> Result in try body(bytes) }
      }
      return try result.get()
    }
  }
}
