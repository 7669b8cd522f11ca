import Glibc

/// What is wrong with a file: which one, where in it, what was found, what was expected and what to do.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What sort of trouble it is; it decides the exit code.
  public enum Kind: Sendable {
    /// Nothing is there (exit code 66).
    case missing
    /// It is there, but its contents are not what they must be (65).
    case malformed
    /// The system refused to read or write it (74).
    case failed
  }

  /// What sort of trouble it is.
  public let kind: Kind
  /// The file or folder, as the user named it.
  public let path: String
  /// The byte where the trouble lies, counted from the file's start.
  public let offset: Int?
  /// What was found, what was expected, and what to do.
  public let message: String

  /// Describes trouble with the file at `path`, at byte `offset` where there is one.
  public init(_ kind: Kind, _ path: String, offset: Int? = nil, _ message: String) {
    self.kind = kind
    self.path = path
    self.offset = offset
    self.message = message
  }

  /// What the system said of its last refusal, `errno`; ENOENT makes it a missing file.
  public static func system(_ path: String, _ operation: String, code: Int32 = errno) -> FileError {
    FileError(code == ENOENT ? .missing : .failed, path, "\(operation): \(String(cString: strerror(code)))")
  }

  /// Whether a system call's error says that it cannot be done here at all, as odd file systems do in many words, rather
  /// than that it was tried and failed (EIO, ENOSPC, EDQUOT and the like).
  static func isRefusal(_ code: Int32) -> Bool {
    [EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EACCES, EBADF, EISDIR, ENOTTY, ENODEV, EROFS].contains(code)
  }

  /// `PATH, byte OFFSET: MESSAGE`.
  public var description: String {
    let place = offset.map { ", byte \($0)" } ?? ""
    return "\(path)\(place): \(message)"
  }
}
