import Files

/// The file of the running program.
public enum ProgramFile {
  /// SHA-256 of its bytes, taken once.
  ///
  /// - Throws: `FileError` when it cannot be read.
  public static func digest() throws(FileError) -> String { try taken.get() }

  private static let taken = Result { () throws(FileError) in
    try MappedFile("/proc/self/exe").withBytes { Digest.of($0) }
  }
}
