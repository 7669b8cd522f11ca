import FoundationEssentials
import Glibc

/// The Python interpreter of `launch/counterparts`: programs of others that read what we write, and write what we read.
public enum Counterparts {
  /// Its path: `$CNN_DIST_COUNTERPARTS`, or the one in the cache; nil, said on the standard error, where there is none.
  public static let python: String? = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? ""
    let path = environment["CNN_DIST_COUNTERPARTS"] ?? "\(cache)/cnn-dist/venv-counterparts/bin/python"
    guard access(path, X_OK) == 0 else {
      let reason = "there is no \(path), which launch/counterparts installs"
      let line = Array("SKIPPED, what other programs make of our files: \(reason)\n".utf8)
      _ = write(STDERR_FILENO, line, line.count)
      return nil
    }
    return path
  }()
}
