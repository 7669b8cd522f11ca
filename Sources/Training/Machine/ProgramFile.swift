import Files

/// The file of the running program.
public enum ProgramFile {
  /// The digest of its bytes, taken once.
  ///
  /// - Throws: `FileError` when it cannot be read.
  public static func digest() throws(FileError) -> String { try taken.get() }

  private static let taken = Result { () throws(FileError) in
    try MappedFile("/proc/self/exe").sealed()
  }
}
