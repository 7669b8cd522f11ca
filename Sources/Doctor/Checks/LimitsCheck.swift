import FoundationEssentials
import Glibc
import Training

/// The system's limits on a process.
struct LimitsCheck: Check {
  static let name = "limits"
  static let isQuick = true

  struct Sighting: Codable {
    /// Nil for no limit.
    var files: Int?
    var processes: Int?
    var lockedMemory: Int?
    var fileSize: Int?
    /// Whether there is a network that needs locked memory.
    let hasVerbs: Bool
    /// Whether the limit on processes holds for this user.
    let isPrivileged: Bool
  }

  func look(_ scene: Scene) -> Sighting {
    func limit(_ resource: __rlimit_resource) -> Int? {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
      return Int(exactly: limit.rlim_cur)
    }
    let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/infiniband")) ?? []
    return Sighting(
      files: limit(RLIMIT_NOFILE), processes: limit(__RLIMIT_NPROC), lockedMemory: limit(__RLIMIT_MEMLOCK),
      fileSize: limit(RLIMIT_FSIZE), hasVerbs: !devices.isEmpty, isPrivileged: geteuid() == 0)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    var findings: [Finding] = []
    /// Files under the least of a limit that some rank has.
    func find(_ limit: (Sighting) -> Int?, below least: Int, _ make: (_ value: Int, _ place: String) -> Finding) {
      let values = sightings.map { limit($0) ?? .max }
      guard let value = values.min(), value < least, let rank = values.firstIndex(of: value) else { return }
      findings.append(make(value, scene.places([rank])))
    }
    // A connection to every other rank, and MPI's own.
    let files = 64 + 4 * scene.size
    find(\.files, below: files) { value, place in
      Finding(
        .serious, "a process may have \(value) open files\(place)",
        why:
          "\(scene.size) rank\(scene.size == 1 ? " needs" : "s need") about \(files), for connections, data and pipes",
        remedy: "ulimit -n 4096")
    }
    let ranks = scene.firsts.map { scene.neighbours(of: $0) }.max() ?? 1
    // Compute threads; among several ranks, MPI's helpers and those that reduce and write beside them. One rank does without.
    let threads = ranks * ((scene.intent.threads ?? 1) + (scene.size > 1 ? 6 : 0))
    find({ $0.isPrivileged ? nil : $0.processes }, below: threads) { value, place in
      Finding(
        .serious, "a user may have \(value) processes and threads\(place)",
        why: "\(ranks) rank\(ranks == 1 ? " has" : "s have") about \(threads)", remedy: "ulimit -u 4096")
    }
    find(\.fileSize, below: max(1, scene.intent.checkpointBytes)) { value, place in
      Finding(
        .serious, "a file may have \(MemoryBudget.text(value))\(place)",
        why: "a checkpoint has \(MemoryBudget.text(scene.intent.checkpointBytes)): none could be written",
        remedy: "ulimit -f unlimited")
    }
    find({ $0.hasVerbs ? $0.lockedMemory : nil }, below: .max) { value, place in
      Finding(
        .serious, "\(value / 1024) kB may be locked in memory\(place), where there is InfiniBand",
        why: "its buffers are locked: MPI fails, or takes a slower network",
        remedy: "ulimit -l unlimited  # for good: `* - memlock unlimited` in /etc/security/limits.conf")
    }
    let words = sightings[0].files.map { "\($0) open files" } ?? "any number of open files"
    return findings.isEmpty ? [.ok("limits leave \(words), and enough of all else")] : findings
  }
}
