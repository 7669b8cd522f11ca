import Collectives
import Files
import Glibc
import Training

/// Whether threads have cores, and cores threads.
struct CoresCheck: Check {
  static let name = "cores"

  struct Sighting: Codable {
    let grant: CoreGrant
    /// What `--threads` says.
    var threads: Int?
    /// The cores that the host has, whoever may use them.
    let online: Int
    /// How many processes want a core, on the mean of the last minute.
    let load: Double
  }

  func look(_ scene: Scene) -> Sighting {
    let load = (SystemFile.text("/proc/loadavg") ?? "").split(separator: " ").first.flatMap { Double($0) }
    return Sighting(
      grant: CoreGrant(scene.environment), threads: scene.intent.threads,
      online: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), load: load ?? 0)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    scene.firsts.flatMap { judge(sightings, scene, host: $0) }
  }

  private func judge(_ sightings: [Sighting], _ scene: Scene, host rank: Int) -> [Finding] {
    let plan = CorePlan(rank: rank, nodes: scene.nodes, grants: sightings.map(\.grant))
    let ranks = scene.neighbours(of: rank)
    let (seen, cores, place) = (sightings[rank], plan.hostCores, scene.places([rank]))
    let threads = ranks * (seen.threads ?? plan.threads)
    var findings: [Finding] = []
    if threads > cores {
      findings.append(
        Finding(
          .serious, "\(threads) compute threads\(place) share \(Self.count(cores, "core"))",
          why: "each step waits for threads that have no core: as many as there are cores would be as fast at least",
          remedy: seen.threads.map { $0 > 1 } ?? false
            ? "--threads \(max(1, cores / ranks))" : LaunchLine.mpirun(scene, ranks: cores)))
    }
    if plan.leavesCoresIdle {
      findings.append(
        Finding(
          .advice, "mpirun has bound its ranks\(place) to some of the cores",
          why: "the others idle", remedy: "mpirun --bind-to none"))
    } else if cores < seen.online, cores <= plan.cores.count || plan.hasQuota {
      let limit = plan.hasQuota ? "a quota of time" : "an affinity mask or Slurm"
      findings.append(
        Finding(
          .advice, "\(limit) leaves \(Self.count(cores, "core")) of \(seen.online)\(place)",
          why: "training is that much slower than the machine could be",
          remedy: plan.hasQuota
            ? "docker run --cpus \(seen.online)  # or cpu.max of the control group"
            : "taskset -pc 0-\(seen.online - 1) $$  # then start it from that shell"))
    }
    if seen.load > Double(seen.online) * 1.5 {
      findings.append(
        Finding(
          .advice,
          "others keep \(place.isEmpty ? "this host" : place.dropFirst(4).description) busy: a load of "
            + "\(Int(seen.load.rounded())) on \(Self.count(seen.online, "core"))",
          why: "whoever shares its cores with others holds all ranks up", remedy: "top"))
    }
    guard !findings.contains(where: { $0.grade == .serious }) else { return findings }
    let each = ranks == 1 ? "" : "\(ranks) ranks with "
    return [.ok("\(each)\(Self.count(threads / ranks, "thread")) on \(Self.count(cores, "core"))\(place)")] + findings
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
