import Files

/// The processor of this host, as the kernel names it.
public enum ProcessorName {
  /// `AMD EPYC 7B13`; nil where the kernel has no name for it.
  public static let own: String? = {
    // The first processor alone: on large machines the file is long.
    let lines = (SystemFile.text("/proc/cpuinfo", limit: 1 << 13) ?? "").split(separator: "\n")
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":", maxSplits: 1).last
    return name.map { String($0.trimmingPrefix(" ")) }
  }()
}
