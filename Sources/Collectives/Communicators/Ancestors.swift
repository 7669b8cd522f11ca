import Files
import Glibc

/// The processes that this one descends from, as `/proc` tells of them.
public enum Ancestors {
  /// How far back is looked: some scripts may stand between a launcher and its rank.
  private static let generations = 64

  /// The parent, its parent, and so on, without the system's first process. Empty where `/proc` tells nothing.
  public static func processes() -> [pid_t] {
    var found: [pid_t] = []
    var next: pid_t? = getppid()
    while let process = next, process > 1, found.count < generations {
      found.append(process)
      next = parent(of: process)
    }
    return found
  }

  /// The path of the program that `process` runs; empty where that is not to be known.
  public static func program(of process: pid_t) -> String {
    var name = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/\(process)/exe", &name, name.count)
    return String(decoding: name.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether `process` uses a library whose file's name begins with `name`.
  static func uses(_ name: String, _ process: pid_t) -> Bool {
    (SystemFile.text("/proc/\(process)/maps") ?? "").split(separator: "\n").contains { $0.contains("/\(name)") }
  }

  /// Whether `process` was started with the environment variable `name`.
  static func has(_ name: String, _ process: pid_t) -> Bool {
    (SystemFile.text("/proc/\(process)/environ") ?? "").split(separator: "\0").contains { $0.hasPrefix("\(name)=") }
  }

  /// `PID (name) state PARENT …`, where a name may hold anything.
  private static func parent(of process: pid_t) -> pid_t? {
    let rest = (SystemFile.text("/proc/\(process)/stat") ?? "").split(separator: ")").last
    return rest?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
  }
}
