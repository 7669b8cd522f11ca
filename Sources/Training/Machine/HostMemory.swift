import Glibc

/// How much memory there is, before it is asked for: what a process takes beyond that, the kernel takes back by killing it.
package enum HostMemory {
  /// The bytes that this process and others like it can have together: what the machine could give now, without swapping,
  /// or what their control group or one above it may have at most.
  package static var shared: Int {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let groups = groupFiles.compactMap { lines(of: $0).first.flatMap { Int($0) } }.filter { $0 > 0 }
    return (groups + [available ?? machine]).reduce(machine, min)
  }

  /// What `/proc/meminfo` calls MemAvailable, which counts what files occupy only until somebody needs it.
  private static var available: Int? {
    let line = lines(of: "/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The bytes that this process alone may map (`ulimit -v`); nil for no limit.
  static var own: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }

  /// Where the limits of the control group and of those above it stand, in either version of control groups. In a
  /// container the group may be named as it is outside, so that only the topmost files exist.
  private static var groupFiles: [String] {
    lines(of: "/proc/self/cgroup").flatMap { line -> [String] in
      // hierarchy:controllers:path
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isUnified = fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains("memory") else { return [] }
      let (root, file) = isUnified ? ("", "memory.max") : ("/memory", "memory.limit_in_bytes")
      var parts = fields[2].split(separator: "/")
      var files: [String] = []
      while true {
        files.append("/sys/fs/cgroup\(root)/\(parts.map { $0 + "/" }.joined())\(file)")
        if parts.popLast() == nil { return files }
      }
    }
  }

  /// The lines of one of the kernel's files, which have no size; none where there is no such file.
  private static func lines(of path: String) -> [String] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var lines: [String] = []
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      lines.append(String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self))
    }
    return lines
  }
}
