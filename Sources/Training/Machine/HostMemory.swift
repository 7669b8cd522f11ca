import Files
import Glibc
import Hosts

/// How much memory there is, before it is asked for: what a process takes beyond that, the kernel takes back by killing it.
package enum HostMemory {
  /// The bytes that this process and others like it can have together: what the machine could give now, without swapping,
  /// what their control group or one above it has left, or what Slurm has allotted to the job on this host.
  package static var shared: Int {
    let machine = PhysicalMemory.bytes
    let groups = ControlGroup.all(of: "memory").compactMap { group in
      left(isUnified: group.isUnified) { SystemFile.text("\(group.folder)/\($0)") }
    }
    let allotted = allotted { name in getenv(name).map { String(cString: $0) } }
    return (groups + [available ?? machine, allotted ?? machine]).reduce(machine, min)
  }

  /// What a control group has left of its limit: what its processes have taken is gone, but for what files occupy only until
  /// somebody needs it. nil where it has no limit.
  ///
  /// - Parameters:
  ///   - isUnified: whether it is of version 2.
  ///   - text: what is in a file of the group; nil where there is none.
  package static func left(isUnified: Bool, _ text: (String) -> String?) -> Int? {
    func number(_ file: String) -> Int? {
      text(file)?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
    // Without a limit it is `max`, or in version 1 a number beyond any machine.
    guard let limit = number(isUnified ? "memory.max" : "memory.limit_in_bytes"), limit > 0 else { return nil }
    let used = number(isUnified ? "memory.current" : "memory.usage_in_bytes") ?? 0
    // `active_file 4096`; in version 1 those with `total_` are of the groups below, too.
    let given = (text("memory.stat") ?? "").split(separator: "\n").map { $0.split(separator: " ") }
    let names = ["active_file", "inactive_file", "slab_reclaimable"].map { isUnified ? $0 : "total_\($0)" }
    let reclaimable = given.reduce(0) { sum, words in
      words.count == 2 && names.contains(String(words[0])) ? sum + (Int(words[1]) ?? 0) : sum
    }
    return max(0, limit - max(0, used - reclaimable))
  }

  /// What Slurm allots to a job on one host (`--mem`, `--mem-per-cpu`), whether or not a control group holds it to that; nil
  /// outside of Slurm, or where the job has all of the host.
  package static func allotted(_ variable: (String) -> String?) -> Int? {
    // In MiB; 0 stands for all.
    func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    let perCore = number("SLURM_MEM_PER_CPU").flatMap { memory in
      number("SLURM_CPUS_ON_NODE").map { memory.multipliedReportingOverflow(by: $0) }
    }
    let product = perCore.flatMap { $0.overflow ? nil : $0.partialValue }
    return (number("SLURM_MEM_PER_NODE") ?? product).flatMap { Int(exactly: Double($0) * 1_048_576) }
  }

  /// What `/proc/meminfo` calls MemAvailable, which counts what files occupy only until somebody needs it.
  private static var available: Int? {
    let lines = (SystemFile.text("/proc/meminfo") ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The bytes that this process has taken and gives back only by itself: its own, and those that it shares with others, but
  /// not what it sees of files. 0 where the system does not tell.
  static var taken: Int {
    let lines = (SystemFile.text("/proc/self/status") ?? "").split(separator: "\n")
    // `RssAnon:     12345 kB`
    return ["RssAnon:", "RssShmem:"].reduce(0) { sum, name in
      let words = lines.first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace) ?? []
      return sum + (words.count > 1 ? Int(words[1]) ?? 0 : 0) * 1024
    }
  }

  /// The bytes that this process alone may map besides what it has mapped (`ulimit -v`); nil for no limit.
  package static var own: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur).map { max(0, $0 - mapped) }
  }

  /// The bytes that this process has mapped, whatever of them is memory. 0 where the system does not tell.
  private static var mapped: Int {
    let pages = SystemFile.text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
    return (pages ?? 0) * Int(getpagesize())
  }
}
