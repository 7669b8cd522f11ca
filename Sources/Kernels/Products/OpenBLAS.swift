internal import COpenBLAS

/// What there is to know and to set about the OpenBLAS that this process runs on.
public enum OpenBLAS {
  /// The CPU type whose kernels OpenBLAS chose, such as `SkylakeX` or `Haswell`. Results are the same to the last bit only
  /// between machines of one core type.
  public static var coreType: String { String(cString: openblas_get_corename()) }

  /// Version and build options, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=64`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The version alone, such as `0.3.21`.
  public static var version: String {
    let words = configuration.split(separator: " ")
    return words.count > 1 ? String(words[1]) : configuration
  }

  /// What bits depend on: version and core type, such as `0.3.21 SkylakeX`.
  public static var identity: String { "\(version) \(coreType)" }

  /// How many threads a product may take.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// Lets every product run on the thread that calls it. Parallelism is over slices; threads inside a product would change
  /// how its sums are cut.
  public static func useCallingThreadOnly() { openblas_set_num_threads(1) }
}
