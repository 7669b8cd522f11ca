import Doctor
import Testing

/// What is said of what several hosts see, which no single machine can show.
@Suite struct JudgementTests {
  /// Two ranks on each of two hosts.
  private let scene = Scene(hosts: ["a", "a", "b", "b"], nodes: [0, 0, 2, 2])
  private let apart = Scene(hosts: ["a", "b"], nodes: [0, 1])

  private func judge(_ check: String, _ notes: [String], _ scene: Scene) throws -> [Finding] {
    try Examination.findings(of: check, seen: notes, in: scene)
  }

  /// The only finding, which is not ok.
  private func flaw(_ check: String, _ notes: [String], _ scene: Scene) throws -> Finding {
    let findings = try judge(check, notes, scene)
    #expect(findings.count == 1)
    return try #require(findings.first { $0.grade != .ok })
  }

  @Test func clocksThatDifferAreNamed() throws {
    #expect(
      try judge("clocks", ["100.0", "100.9", "100.2", "101"], scene) == [
        named(.ok("the hosts' clocks agree"), "clocks")
      ])
    let finding = try flaw("clocks", ["100", "100", "100", "40"], scene)
    #expect(finding.grade == .advice && finding.what == "the clock of b is 60 s behind")
  }

  private func named(_ finding: Finding, _ check: String) -> Finding { finding.filed(under: check) }

  private func network(_ bridge: String, settings: String = "") -> String {
    """
    {"interfaces": [{"name": "lo", "address": "127.0.0.1", "is_local": true, "is_loopback": true},
    {"name": "eth0", "address": "10.0.0.1", "is_local": false, "is_loopback": false}\(bridge)],
    "standard": "eth0", "settings": [\(settings)]}
    """
  }

  private let bridge = #", {"name": "docker0", "address": "172.17.0.1", "is_local": true, "is_loopback": false}"#

  @Test func bridgesOnSeveralHostsAreSerious() throws {
    let finding = try flaw("network", [network(bridge), network(bridge)], apart)
    #expect(finding.grade == .serious && finding.what.hasPrefix("docker0 has the address 172.17.0.1 on a, "))
    #expect(finding.remedy == "mpirun --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0")
    #expect(try judge("network", [network(""), network("")], apart).map(\.grade) == [.ok])
    let settings = network(bridge, settings: #""OMPI_MCA_btl_tcp_if_include""#)
    #expect(try judge("network", [settings, settings], apart).map(\.grade) == [.ok])
    let lonely = #"{"interfaces": [], "settings": []}"#
    #expect(try flaw("network", [network(""), lonely], apart).what == "there is no network but the loopback on b")
  }

  @Test func librariesOfTwoVersionsAreSerious() throws {
    func note(_ version: String, launcher: String = "4.1.4") -> String {
      """
      {"library": "Open MPI v\(version), package: Debian, ident: \(version)", "launcher": "/usr/bin/orted",
      "version": "orted (Open MPI) \(launcher)", "is_running": true}
      """
    }
    let finding = try flaw("mpi", [note("4.1.4"), note("5.0.1")], apart)
    #expect(finding.grade == .serious && finding.what == "the library is Open MPI 4.1.4 on a, but 5.0.1 on b")
    #expect(try judge("mpi", [note("4.1.4"), note("4.1.4")], apart).map(\.grade) == [.ok])
    #expect(try judge("mpi", [note("4.1.4", launcher: "4.1.6"), note("4.1.4")], apart).map(\.grade) == [.ok])
    let old = try flaw("mpi", [note("4.1.4"), note("4.1.4", launcher: "3.1.3")], apart)
    #expect(old.what.hasPrefix("the program was started by /usr/bin/orted on b, which is of Open MPI 3.1.3"))
  }

  @Test func kernelsThatDifferAreSerious() throws {
    func note(_ identity: String) -> String { #"{"identity": "\#(identity)", "threads": 1, "words": "\#(identity)"}"# }
    let finding = try flaw("openblas", [note("0.3.21 Zen"), note("0.3.21 SkylakeX")], apart)
    #expect(finding.what == "OpenBLAS is 0.3.21 Zen on a, but 0.3.21 SkylakeX on b")
    let misfit =
      #"{"identity": "x", "threads": 1, "words": "x", "complaint": "OpenBLAS 1 is slow: set OPENBLAS_CORETYPE=Haswell"}"#
    #expect(try flaw("openblas", [misfit], Scene()).remedy == "export OPENBLAS_CORETYPE=Haswell")
    #expect(try flaw("openblas", [#"{"identity": "x", "threads": 4, "words": "x"}"#], Scene()).grade == .serious)
  }

  @Test func dataMustBeTheSameOnAllHosts() throws {
    var intent = Scene.Intent()
    intent.dataset = ("cifar10", true)
    let scene = Scene(hosts: ["a", "a", "b"], nodes: [0, 0, 2], intent: intent)
    let (one, other) = (
      #"{"description": "d", "digest": "1", "is_missing": false}"#,
      #"{"description": "d", "digest": "2", "is_missing": false}"#
    )
    #expect(try judge("data", [one, "null", one], scene).map(\.what) == ["d"])
    #expect(try flaw("data", [one, "null", other], scene).what == "the data set cifar10 of b is not that of a")
    let missing = #"{"flaw": "nothing there", "is_missing": true}"#
    let finding = try flaw("data", [one, "null", missing], scene)
    #expect(
      finding.what == "the data set cifar10 is not there on b: nothing there"
        && finding.remedy == "cnn-dist fetch cifar10")
  }

  @Test func memoryIsDividedAmongAHostsRanks() throws {
    let note = #"{"shared": 1000000000, "physical": 2000000000, "need": 600000000}"#
    #expect(try judge("memory", [note, note], apart).map(\.grade) == [.ok])
    let finding = try flaw("memory", [note, note, note, note], scene)
    #expect(finding.grade == .serious && finding.what.hasPrefix("there are 500 MB for each rank on a, of 2.0 GB"))
    let limited = #"{"shared": 1000000000, "own": 100000000, "physical": 2000000000, "need": 600000000}"#
    #expect(try flaw("memory", [limited], Scene()).remedy == "ulimit -v unlimited")
  }

  @Test func sharedMemoryIsForRanksOfOneHost() throws {
    func note(_ free: Int, isWritable: Bool = true) -> String {
      #"{"free": \#(free), "total": 64000000, "is_writable": \#(isWritable)}"#
    }
    let notes = [note(64_000_000), note(64_000_000), note(1_000_000), note(1_000_000)]
    let finding = try flaw("shared memory", notes, scene)
    #expect(finding.grade == .serious && finding.what == "/dev/shm has 1 MB left of 64 MB on b")
    #expect(try flaw("shared memory", [note(1)], Scene()).grade == .advice)
    #expect(
      try flaw("shared memory", [note(1 << 30, isWritable: false)], Scene()).what == "/dev/shm cannot be written to")
  }

  @Test func temporaryFilesAreForTheLauncher() throws {
    func note(_ free: Int, isWritable: Bool = true) -> String {
      #"{"folder": "/scratch", "free": \#(free), "is_writable": \#(isWritable)}"#
    }
    let room = note(64_000_000)
    #expect(try judge("temporary files", [room, room, room, room], scene).map(\.grade) == [.ok])
    let finding = try flaw("temporary files", [room, room, note(1_000_000), room], scene)
    #expect(finding.grade == .serious && finding.what == "/scratch has 1 MB left on b")
    #expect(try flaw("temporary files", [note(0)], Scene()).grade == .advice)
    #expect(
      try flaw("temporary files", [note(1 << 30, isWritable: false)], Scene()).what == "/scratch cannot be written to")
  }

  @Test func infiniBandNeedsLockedMemory() throws {
    func note(_ locked: String, _ verbs: Bool) -> String {
      #"{\#(locked)"has_verbs": \#(verbs), "is_privileged": true}"#
    }
    #expect(try judge("limits", [note(#""locked_memory": 65536, "#, false)], Scene()).map(\.grade) == [.ok])
    #expect(try judge("limits", [note("", true)], Scene()).map(\.grade) == [.ok])
    #expect(
      try flaw("limits", [note(#""locked_memory": 65536, "#, true)], Scene()).what.hasPrefix(
        "64 kB may be locked in memory"))
    let few = #"{"processes": 10, "has_verbs": false, "is_privileged": false}"#
    #expect(try flaw("limits", [few, few, few, few], scene).what == "a user may have 10 processes and threads on a")
  }

  @Test func vectorsThatLieIdleAreAdvice() throws {
    let note = #"{"vectors": "AVX2", "is_narrow": true, "is_wished": false}"#
    let fits = #"{"vectors": "AVX-512", "is_narrow": false, "is_wished": false}"#
    let finding = try flaw("vectors", [fits, note], apart)
    #expect(finding.what == "loops are for AVX2, the processor on b has AVX-512" && finding.remedy == "launch/setup")
  }

  @Test func aQuotaIsToldOf() throws {
    let note = """
      {"grant": {"cores": [0, 1, 2, 3], "binding": "asked", "quotas": [{"group": "g", "cores": 2.5}]}, "online": 4, "load": 0}
      """
    let findings = try judge("cores", [note], Scene())
    #expect(findings.map(\.grade) == [.ok, .advice])
    #expect(findings[1].what == "a quota of time leaves 2 cores of 4")
    let busy = #"{"grant": {"cores": [0], "binding": "asked", "quotas": []}, "online": 1, "load": 9}"#
    #expect(try judge("cores", [busy], Scene()).last?.what == "others keep this host busy: a load of 9 on 1 core")
  }

  @Test func whatAFileSystemLacksIsGraded() throws {
    func note(_ ability: String) -> String {
      #"{"folder": "d", "kind": "nfs", "is_in_memory": false, "refusals": [{"ability": "\#(ability)", "reason": "no"}]}"#
    }
    #expect(try flaw("run folder", [note("link")], Scene()).grade == .advice)
    #expect(try flaw("run folder", [note("rename")], Scene()).grade == .serious)
    #expect(try flaw("run folder", [note("lock"), "null"], apart).what == "d (nfs) has no locks of folders: no")
  }
}
