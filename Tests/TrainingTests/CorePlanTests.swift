import Testing
import Training

@Suite struct CorePlanTests {
  /// The plans of all ranks, on one host unless `nodes` says otherwise.
  private func plans(_ grants: [CoreGrant], nodes: [Int]? = nil) -> [CorePlan] {
    let nodes = nodes ?? grants.map { _ in 0 }
    return grants.indices.map { CorePlan(rank: $0, nodes: nodes, grants: grants) }
  }

  private let eight = Array(0..<8)

  @Test func ranksOfAHostShareTheirCores() {
    #expect(plans([CoreGrant(cores: eight)]).map(\.threads) == [8])
    #expect(plans([CoreGrant](repeating: CoreGrant(cores: eight), count: 3)).map(\.threads) == [2, 2, 2])
    #expect(
      plans([CoreGrant](repeating: CoreGrant(cores: eight), count: 3), nodes: [0, 1, 0]).map(\.threads) == [4, 8, 4])
    #expect(plans([CoreGrant(cores: [0, 1, 2]), CoreGrant(cores: [3])]).map(\.threads) == [3, 1])
    let crowded = plans([CoreGrant](repeating: CoreGrant(cores: [0, 1]), count: 3))
    #expect(crowded.map(\.threads) == [1, 1, 1])
    #expect(crowded.map(\.isOvercommitted) == [true, true, true])
  }

  @Test func mpirunsDefaultBindingIsUndoneWhereCoresWouldIdle() {
    let grants = [0, 1].map { CoreGrant(cores: [$0], launcherCores: eight, binding: .standard) }
    #expect(plans(grants).map(\.cores) == [[0, 1, 2, 3], [4, 5, 6, 7]])
    #expect(plans(grants).map(\.threads) == [4, 4])
    #expect(plans(grants, nodes: [0, 1]).map(\.threads) == [8, 8])
    // Nothing idles: it stays as mpirun made it.
    let full = [[0, 2], [1, 3]].map { CoreGrant(cores: $0, launcherCores: [0, 1, 2, 3], binding: .standard) }
    #expect(plans(full).map(\.cores) == [[0, 2], [1, 3]])
  }

  @Test func aBindingThatWasAskedForStays() {
    #expect(plans([CoreGrant(cores: [3], launcherCores: eight)]).map(\.cores) == [[3]])
    // One rank's suffices: the others may have left room for it.
    let grants = [
      CoreGrant(cores: [0], launcherCores: eight, binding: .standard), CoreGrant(cores: [0], launcherCores: eight),
    ]
    #expect(plans(grants).map(\.cores) == [[0], [0]])
  }

  /// Open MPI 5, or a script in between: the mask stays, and what idles is told of.
  @Test func whatMayBeNobodysWishIsToldOf() {
    let grants = [0, 1].map { CoreGrant(cores: [$0], launcherCores: eight, binding: .unknown) }
    #expect(plans(grants).map(\.cores) == [[0], [1]])
    #expect(plans(grants).map(\.leavesCoresIdle) == [true, true])
    #expect(plans([CoreGrant(cores: eight, launcherCores: eight, binding: .unknown)]).map(\.leavesCoresIdle) == [false])
    #expect(plans([CoreGrant(cores: [3], launcherCores: eight)]).map(\.leavesCoresIdle) == [false])
    #expect(plans([CoreGrant(cores: [3], launcherCores: eight, binding: .standard)]).map(\.leavesCoresIdle) == [false])
  }

  /// `taskset -c 5,6 mpirun …`: mpirun binds to cores 0 and 1 all the same.
  @Test func nobodyLeavesMpirunsOwnMask() {
    let grants = [0, 1].map { CoreGrant(cores: [$0], launcherCores: [5, 6], binding: .standard) }
    #expect(plans([grants[0]]).map(\.cores) == [[5, 6]])
    let two = plans(grants)
    #expect(two.allSatisfy { Set($0.cores).isSubset(of: [5, 6]) && $0.threads == 1 && !$0.isOvercommitted })
    #expect(plans([CoreGrant(cores: [0, 5], launcherCores: [5, 6])]).map(\.cores) == [[5]])
    let bound = plans([CoreGrant(cores: [0], launcherCores: [5])])
    #expect(bound.map(\.cores) == [[5]])
  }

  @Test func theTightestLimitCounts() {
    func quota(_ cores: Double, _ group: String = "a") -> CPUQuota { CPUQuota(group: group, cores: cores) }
    #expect(plans([CoreGrant(cores: eight, quotas: [quota(1.5)])]).map(\.threads) == [1])
    #expect(plans([CoreGrant(cores: eight, quotas: [quota(6), quota(3.9, "b")])]).map(\.threads) == [3])
    #expect(plans([CoreGrant(cores: eight, quotas: [quota(20)])]).map { $0.threads } == [8])
    #expect(plans([CoreGrant(cores: eight, coresPerTask: 2)]).map(\.threads) == [2])
    #expect(plans([CoreGrant(cores: eight, coresPerTask: 20)]).map(\.threads) == [8])
    #expect(plans([CoreGrant(cores: [1], quotas: [quota(4)], coresPerTask: 3)]).map(\.threads) == [1])
  }

  /// Those of one control group share its quota; those of two containers have one each.
  @Test func aQuotaIsSharedByItsGroup() {
    let quota = CPUQuota(group: "a", cores: 4)
    let grants = [0..<8, 8..<16].map { CoreGrant(cores: Array($0), quotas: [quota]) }
    #expect(plans(grants).map(\.threads) == [2, 2])
    #expect(plans(grants).map(\.hasQuota) == [true, true])
    let apart = ["a", "b"].map { CoreGrant(cores: Array(0..<16), quotas: [CPUQuota(group: $0, cores: 4)]) }
    #expect(plans(apart).map(\.threads) == [4, 4])
    let crowded = plans([CoreGrant](repeating: CoreGrant(cores: eight, quotas: [quota]), count: 5))
    #expect(crowded.allSatisfy { $0.threads == 1 && $0.isOvercommitted })
    #expect(plans([CoreGrant(cores: [0, 1], quotas: [quota])]).allSatisfy { !$0.hasQuota })
  }
}

@Suite struct LauncherTests {
  private func binding(
    _ extra: [String: String], bound: Bool = true, command: String = "bin/cnn-dist"
  ) -> Launcher.Binding {
    var environment = ["OMPI_COMMAND": command, "OMPI_MCA_mpi_oversubscribe": "0", "HOME": "/root"]
    if bound { environment["OMPI_MCA_orte_bound_at_launch"] = "1" }
    return Launcher.binding(environment.merging(extra) { $1 }, programs: ["./cnn-dist", "/usr/bin/cnn-dist"])
  }

  @Test func everyWayToAskForCoresIsRecognised() {
    #expect(binding([:]) == .standard)
    #expect(binding(["OMPI_MCA_rmaps_base_mapping_policy": "ppr:1:node"]) == .standard)
    for (name, value) in [
      ("hwloc_base_binding_policy", "none"), ("hwloc_base_cpu_set", "0,1"), ("hwloc_base_cpu_list", "0-3"),
      ("orte_rankfile", "file"), ("rmaps_rank_file_path", "file"), ("rmaps_base_mapping_policy", "slot:PE=2"),
      ("rmaps_base_mapping_policy", "ppr:2:node:pe=4"), ("rmaps_base_cpus_per_rank", "2"),
      ("mca_base_param_files", "mine.conf"),
    ] {
      #expect(binding(["OMPI_MCA_\(name)": value]) == .asked, "\(name)")
    }
    for command in ["taskset", "/usr/bin/numactl"] { #expect(binding([:], command: command) == .asked) }
  }

  /// A script may have called taskset; Open MPI 5 says nothing of what it did.
  @Test func whatCannotBeKnownIsNotGuessed() {
    #expect(binding([:], bound: false) == .unknown)
    for command in ["/usr/bin/env", "bash", "./train.sh"] { #expect(binding([:], command: command) == .unknown) }
  }

  @Test func settingsInFilesCountToo() {
    #expect(!Launcher.asksForBinding(configuration: ""))
    #expect(!Launcher.asksForBinding(configuration: "# hwloc_base_binding_policy = core\n\n  #x\nbtl = ^openib\n"))
    #expect(!Launcher.asksForBinding(configuration: "rmaps_base_mapping_policy = core"))
    #expect(Launcher.asksForBinding(configuration: "btl = ^openib\n  hwloc_base_binding_policy=core"))
    #expect(Launcher.asksForBinding(configuration: "hwloc_base_cpu_list \t= 0"))
    #expect(Launcher.asksForBinding(configuration: "rmaps_base_mapping_policy = slot:PE=4"))
  }
}

@Suite struct IdleThreadsTests {
  @Test func theRemedyFeedsAll() throws {
    #expect(IdleThreads(threads: [4, 4], batchSize: 512, slice: 64).complaint == nil)
    #expect(
      IdleThreads(threads: [8, 8], batchSize: 512, slice: 64).complaint
        == "a batch of 512 in slices of 64 feeds 8 of 16 threads: --slice 32 or --batch-size 1024 would feed them all")
    #expect(IdleThreads(threads: [3], batchSize: 2, slice: 1).complaint?.contains("--batch-size 3 would") == true)
    for ranks in 1...5 {
      for threads in 1...9 {
        for batch in [10, 40, 512, 513] {
          let idle = IdleThreads(threads: [Int](repeating: threads, count: ranks), batchSize: batch, slice: 64)
          guard let complaint = idle.complaint else { continue }
          let words = complaint.split(separator: " ")
          func number(after word: String) -> Int? {
            words.firstIndex { $0 == word }.flatMap { Int(words[$0 + 1]) }
          }
          if let slice = number(after: "--slice") {
            #expect(idle.count(batchSize: batch, slice: slice) == 0, "\(complaint)")
          }
          let larger = try #require(number(after: "--batch-size"))
          #expect(idle.count(batchSize: larger, slice: 64) == 0, "\(complaint)")
          #expect(batch < ranks * threads || words.contains("--slice"), "\(complaint)")
        }
      }
    }
  }
}
