internal import CScheduler
import Collectives
import Glibc

/// The CPU cores that this process may run on.
public enum Cores {
  /// One bit per core, for as many as Linux can be built for.
  private struct Mask {
    var words = [UInt](repeating: 0, count: 8192 / UInt.bitWidth)

    subscript(core: Int) -> Bool {
      get { words[core / UInt.bitWidth] >> (core % UInt.bitWidth) & 1 == 1 }
      set { if newValue { words[core / UInt.bitWidth] |= 1 << (core % UInt.bitWidth) } }
    }
  }

  /// How many cores the machine has, whoever may use them.
  static var configured: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))) }

  /// The numbers of the cores in the calling thread's affinity mask.
  public static var allowed: [Int] {
    var mask = Mask()
    let isKnown = mask.words.withUnsafeMutableBytes { cnn_get_affinity($0.baseAddress, UInt($0.count)) > 0 }
    return (0..<configured).filter { mask[$0] || !isKnown }
  }

  /// Confines the calling thread, and every thread that it starts later, to `cores`; those that its control group forbids
  /// are left out by the kernel. False where that is refused.
  @discardableResult
  static func confine(to cores: [Int]) -> Bool {
    var mask = Mask()
    for core in cores { mask[core] = true }
    return mask.words.withUnsafeBytes { cnn_set_affinity($0.baseAddress, UInt($0.count)) == 0 }
  }
}

/// How the cores of a host are divided among its ranks.
public struct CorePlan: Equatable, Sendable {
  /// How many compute threads the rank should have.
  public let threads: Int
  /// Whether even one thread each is more than the cores can run at a time.
  public let isOvercommitted: Bool

  /// Divides fairly: a rank gets its mask's cores, over the number of ranks on its host whose masks overlap with it.
  ///
  /// - Parameters:
  ///   - rank: whose plan it is.
  ///   - hosts: the host of each rank.
  ///   - masks: the cores that each rank may use.
  public init(rank: Int, hosts: [String], masks: [[Int]]) {
    let own = Set(masks[rank])
    let sharing = masks.indices.filter { hosts[$0] == hosts[rank] && !own.isDisjoint(with: masks[$0]) }
    isOvercommitted = sharing.count > own.count
    threads = max(1, own.count / max(1, sharing.count))
  }
}

extension Communicator {
  /// Works out this rank's cores, and first mends mpirun's own default, which binds 1 or 2 ranks to one core each and lets
  /// the other cores idle. A binding that the user asked for, or that Slurm set, is kept.
  ///
  /// All ranks call it.
  public func planCores(_ environment: [String: String]) throws(CollectiveError) -> CorePlan {
    let isDefaultBinding =
      environment["OMPI_COMM_WORLD_LOCAL_RANK"] != nil && environment["OMPI_MCA_hwloc_base_binding_policy"] == nil
      && environment["SLURM_CPU_BIND"] == nil
    if isDefaultBinding, let index = environment["OMPI_COMM_WORLD_LOCAL_RANK"].flatMap({ Int($0) }),
      let count = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap({ Int($0) }), index < count
    {
      Cores.confine(to: Array(0..<Cores.configured))
      let all = Cores.allowed
      if count <= all.count { Cores.confine(to: Array(all[all.indices.share(index, of: count)])) }
    }
    let masks = try allGather(Cores.allowed.map { String($0) }.joined(separator: ","))
      .map { $0.split(separator: ",").compactMap { Int($0) } }
    return CorePlan(rank: rank, hosts: hosts, masks: masks)
  }
}
