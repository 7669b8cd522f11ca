import Files
import Glibc

/// The file of the program that was started: the running one's, or that of the program that became it (see `WideProgram`).
public enum ProgramFile {
  /// The digest of its bytes, taken once.
  ///
  /// - Throws: `FileError` when it cannot be read.
  public static func digest() throws(FileError) -> String { try taken.get() }

  private static let taken = Result { () throws(FileError) in
    try MappedFile(getenv(WideProgram.startedVariable).map { String(cString: $0) } ?? "/proc/self/exe").sealed()
  }
}
