import FoundationEssentials

/// What this machine's processor can do.
public enum ProcessorFlags {
  /// x86-64 with AVX2, where OpenBLAS has the kernels that tests ask for.
  public static let haveAVX2 =
    (try? String(decoding: Data(contentsOf: URL(filePath: "/proc/cpuinfo")), as: UTF8.self))?.contains(" avx2") == true
}
