import Glibc
import Kernels

/// The same program compiled for AVX-512, which `launch/setup` leaves in a folder `avx512` beside the one for AVX2.
///
/// It has the same bits and is faster, so that it is the one that runs where it can. Ranks compare the program that was started,
/// whichever of the two became of it: a host with AVX-512 and one without compute together.
public enum WideProgram {
  /// Set to the file of the program that was started, when it becomes the wide one.
  public static let startedVariable = "CNN_DIST_STARTED"
  /// What a user sets to `avx2` to stay with that.
  public static let variable = "CNN_DIST_VECTORS"

  private static let folder = "avx512"

  /// What a processor has that such programs may use, as `/proc/cpuinfo` names it: x86-64-v4.
  package static let flags: Set<String> = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"]

  /// The file of the wide program beside `program`, which is running; nil where there is none, the processor cannot run it, or
  /// the user does not want it.
  ///
  /// One that is older than the program beside it was built from other sources, and is none.
  public static func path(beside program: String, _ environment: [String: String]) -> String? {
    guard !VectorWidth.isWide, environment[variable]?.lowercased() != "avx2", let slash = program.lastIndex(of: "/"),
      KernelChoice.processorFlags.isSuperset(of: flags)
    else { return nil }
    let path = "\(program[..<slash])/\(folder)\(program[slash...])"
    guard let own = modificationTime(program), let wide = modificationTime(path), wide >= own
    else { return nil }
    return path
  }

  /// In nanoseconds; nil where there is no such file.
  private static func modificationTime(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}
