import Collectives
import Runs
import Tensors

/// What one rank knows of the cores that it was given.
package struct CoreGrant: Codable, Equatable, Sendable {
  /// Its affinity mask.
  package var cores: [Int]
  /// The mask of Open MPI's launcher; nil where there is none.
  package var launcherCores: [Int]?
  /// Whose wish the mask is.
  package var binding: Launcher.Binding
  /// What its control groups allow.
  package var quotas: [CPUQuota]
  /// SLURM_CPUS_PER_TASK; nil where it is not set.
  package var coresPerTask: Int?

  /// A mask, and what else is known.
  package init(
    cores: [Int], launcherCores: [Int]? = nil, binding: Launcher.Binding = .asked, quotas: [CPUQuota] = [],
    coresPerTask: Int? = nil
  ) {
    self.cores = cores
    self.launcherCores = launcherCores
    self.binding = binding
    self.quotas = quotas
    self.coresPerTask = coresPerTask
  }

  /// The mask that the user set, as far as it can be known: mpirun binds outside of its own without being asked, so what is
  /// outside is no wish of anybody's.
  fileprivate var wished: [Int] {
    guard let launcherCores, !launcherCores.isEmpty else { return cores }
    let common = cores.filter(launcherCores.contains)
    return common.isEmpty ? launcherCores : common
  }
}

extension CoreGrant {
  /// Looks at this process.
  package init(_ environment: [String: String]) {
    let launcher = Launcher(environment)
    self.init(
      cores: Cores.allowed, launcherCores: launcher?.cores, binding: launcher?.binding ?? .asked,
      quotas: CPUQuota.all(), coresPerTask: environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) })
  }
}

/// How the cores of a host are divided among its ranks.
public struct CorePlan: Equatable, Sendable {
  /// The cores on which the rank should run.
  package let cores: [Int]
  /// How many compute threads the rank should have.
  public let threads: Int
  /// The cores that all ranks of the host have together, or as many as their quotas are worth.
  public let hostCores: Int
  /// Whether even one thread each is more than the ranks of the host are given.
  public let isOvercommitted: Bool
  /// Whether a quota gives the rank less time than its cores have.
  public let hasQuota: Bool
  /// Whether mpirun has bound no rank of this host to some of its cores, where that may be nobody's wish.
  public let leavesCoresIdle: Bool

  /// Divides fairly: a rank gets its cores, over the number of ranks on its host whose cores overlap with them, and of each
  /// quota its part, over the number of ranks in that control group; of all these the least, and whole threads of it, because
  /// one that is stopped in the middle of a step holds up all that wait for it. One thread each there is in any case.
  ///
  /// - Parameters:
  ///   - rank: whose plan it is.
  ///   - nodes: the host of each rank, by any number that its ranks have in common.
  ///   - grants: what each rank was given.
  package init(rank: Int, nodes: [Int], grants: [CoreGrant]) {
    let local = grants.indices.filter { nodes[$0] == nodes[rank] }
    let masks = Self.masks(local.map { grants[$0] })
    let own = local.firstIndex(of: rank).map { masks[$0] } ?? []
    let sharing = masks.count { !Set(own).isDisjoint(with: $0) }
    let quotas = grants[rank].quotas.map { quota in
      quota.cores / Double(local.count { grants[$0].quotas.contains { $0.group == quota.group } })
    }
    let time = quotas.min() ?? .infinity
    let limit = min(time, Double(grants[rank].coresPerTask ?? .max))
    let fair = min(Double(own.count) / Double(max(1, sharing)), limit)
    let isMeant = local.contains { grants[$0].binding == .asked }
    leavesCoresIdle = !isMeant && !Set(grants[rank].launcherCores ?? []).isSubset(of: masks.joined())
    cores = own
    threads = max(1, Int(fair))
    hostCores = max(1, Int(min(Double(Set(masks.joined()).count), limit * Double(local.count))))
    isOvercommitted = fair < 1
    hasQuota = time < Double(own.count)
  }

  /// The cores of each rank of a host: its mask, or, where mpirun's default binding would leave cores idle, its share of all
  /// that mpirun has.
  private static func masks(_ grants: [CoreGrant]) -> [[Int]] {
    let wished = grants.map(\.wished)
    guard let all = grants.first?.launcherCores,
      grants.allSatisfy({ $0.binding == .standard && $0.launcherCores == all }),
      !Set(wished.joined()).isSuperset(of: all)
    else { return wished }
    return grants.indices.map { grants.count > all.count ? all : Array(all[all.indices.share($0, of: grants.count)]) }
  }
}

extension Communicator {
  /// Works out this rank's cores and keeps to them: never outside of a mask that the user set or Slurm, and never more
  /// threads than the tightest limit allows. Undone is only mpirun's own default, which binds 1 or 2 ranks to one core each
  /// and lets the other cores idle.
  ///
  /// All ranks call it.
  ///
  /// - Parameter threads: how many compute threads the user wants; nil for as many as the plan says.
  public func planCores(_ environment: [String: String], threads: Int?) throws -> CorePlan {
    let grant = CoreGrant(environment)
    let grants = try allGather(try JSON.line(grant)).map { try JSON.decode(CoreGrant.self, $0) }
    let plan = CorePlan(rank: rank, nodes: nodes, grants: grants)
    if plan.cores != grant.cores { Cores.confine(to: plan.cores) }
    sharesCores = plan.isOvercommitted || plan.hasQuota || threads ?? 1 > plan.threads
    return plan
  }
}
