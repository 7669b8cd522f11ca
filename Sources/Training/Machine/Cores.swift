internal import CScheduler
import FoundationEssentials
import Glibc

/// The CPU cores that a process may run on.
enum Cores {
  /// One bit per core, for as many as Linux can be built for.
  private struct Mask {
    var words = [UInt](repeating: 0, count: 8192 / UInt.bitWidth)

    subscript(core: Int) -> Bool {
      get { words[core / UInt.bitWidth] >> (core % UInt.bitWidth) & 1 == 1 }
      set { if newValue { words[core / UInt.bitWidth] |= 1 << (core % UInt.bitWidth) } }
    }
  }

  /// How many cores the machine has, whoever may use them.
  private static var configured: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))) }

  /// The numbers of the cores in the affinity mask of process `id`, in order; nil where the system does not tell.
  static func allowed(to id: Int32) -> [Int]? {
    var mask = Mask()
    let isKnown = mask.words.withUnsafeMutableBytes { cnn_get_affinity(id, $0.baseAddress, UInt($0.count)) > 0 }
    return isKnown ? (0..<configured).filter { mask[$0] } : nil
  }

  /// Those of the calling thread; all where the system does not tell.
  static var allowed: [Int] { allowed(to: 0) ?? Array(0..<configured) }

  /// Confines all threads of this process, those of MPI's too, and every thread that they start later, to `cores`; those that
  /// its control group forbids are left out by the kernel. Where that is refused, the masks stay as they are.
  static func confine(to cores: [Int]) {
    var mask = Mask()
    for core in cores { mask[core] = true }
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.compactMap { Int32($0) }
    for thread in threads ?? [0] {
      _ = mask.words.withUnsafeBytes { cnn_set_affinity(thread, $0.baseAddress, UInt($0.count)) }
    }
  }
}
