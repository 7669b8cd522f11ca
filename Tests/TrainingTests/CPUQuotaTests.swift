import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing
import Training

/// Trees of control groups, laid out as the kernel and container engines do.
@Suite struct CPUQuotaTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ path: String, _ text: String) throws {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(atPath: folder(parent), withIntermediateDirectories: true)
    try folder.write(path, "\(text)\n".utf8)
  }

  /// What is found where /proc tells of these groups and mounts.
  private func quotas(groups: String, mounts: String) throws -> [Double] {
    try write("proc/self/cgroup", groups)
    try write("proc/self/mountinfo", "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n\(mounts)")
    return CPUQuota.all(below: folder.path).map(\.cores).sorted()
  }

  private let unified = "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"

  /// The service's own limit is not the only one.
  @Test func version2CountsEveryGroupUpToTheRoot() throws {
    try write("sys/fs/cgroup/jobs.slice/cpu.max", "300000 100000")
    try write("sys/fs/cgroup/jobs.slice/a/cpu.max", "max 100000")
    try write("sys/fs/cgroup/jobs.slice/a/b/cpu.max", "150000 100000")
    try write("sys/fs/cgroup/other/cpu.max", "10000 100000")
    #expect(try quotas(groups: "0::/jobs.slice/a/b", mounts: unified) == [1.5, 3])
    #expect(try quotas(groups: "0::/jobs.slice/a", mounts: unified) == [3])
    #expect(try quotas(groups: "0::/", mounts: unified) == [])
  }

  /// With a namespace of its own, a container is at the root and sees its limit there.
  @Test func aContainerSeesItsLimitAtTheMount() throws {
    try write("sys/fs/cgroup/cpu.max", "50000 100000")
    #expect(try quotas(groups: "0::/", mounts: unified) == [0.5])
  }

  /// Without one, the path is the host's, and the mount shows the container's part of it, or has nothing of it.
  @Test func version1InAContainerIsFoundByItsMount() throws {
    try write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000")
    try write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")
    let groups = "5:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n0::/docker/ab12"
    for top in ["/docker/ab12", "/elsewhere"] {
      let mounts = """
        30 22 0:29 \(top) /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
        31 22 0:30 \(top) /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:11 - cgroup cgroup rw,cpu,cpuacct
        """
      #expect(try quotas(groups: groups, mounts: mounts) == [2], "\(top)")
    }
  }

  @Test func version1CountsEveryGroupToo() throws {
    for (path, quota) in [("", -1), ("/a", 400_000), ("/a/b c", 100_000)] {
      try write("mnt/my groups/cpu\(path)/cpu.cfs_quota_us", "\(quota)")
      try write("mnt/my groups/cpu\(path)/cpu.cfs_period_us", "50000")
    }
    let mounts = #"31 22 0:30 / /mnt/my\040groups/cpu rw - cgroup cgroup rw,cpu"#
    #expect(try quotas(groups: "3:cpuset:/\n2:cpu:/a/b c", mounts: mounts) == [2, 8])
  }

  @Test func withoutControlGroupsThereIsNoQuota() throws {
    #expect(CPUQuota.all(below: folder.path) == [])
    #expect(try quotas(groups: "0::/a", mounts: "") == [])
    #expect(try quotas(groups: "nonsense", mounts: "nonsense - cgroup2") == [])
    try write("sys/fs/cgroup/a/cpu.max", "0 100000")
    #expect(try quotas(groups: "0::/a", mounts: unified) == [])
  }

  /// A group is the same for all that are in it, and two are two whatever they are called.
  @Test func groupsAreToldByTheirFolder() throws {
    try write("sys/fs/cgroup/a/cpu.max", "100000 100000")
    try write("sys/fs/cgroup/b/cpu.max", "100000 100000")
    var groups: [String] = []
    for path in ["/a", "/b", "/a"] {
      #expect(try quotas(groups: "0::\(path)", mounts: unified) == [1])
      groups += CPUQuota.all(below: folder.path).map(\.group)
    }
    #expect(groups[0] == groups[2] && groups[0] != groups[1])
  }
}
