import FoundationEssentials

/// What this machine's processor can do.
public enum ProcessorFlags {
  /// x86-64 with AVX2, where OpenBLAS has the kernels that tests ask for.
  public static let haveAVX2 = flags.contains("avx2")
  /// x86-64 with the AVX-512 of x86-64-v4.
  public static let haveAVX512 = flags.isSuperset(of: ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"])

  private static let flags: Set<Substring> = {
    let text = (try? String(decoding: Data(contentsOf: URL(filePath: "/proc/cpuinfo")), as: UTF8.self)) ?? ""
    return Set(text.split { $0 == " " || $0 == "\n" })
  }()
}
