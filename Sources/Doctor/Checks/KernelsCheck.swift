import Kernels
import Training

/// Whether OpenBLAS computes with the kernels that fit the processors, the same on all.
struct KernelsCheck: Check {
  static let name = "openblas"

  struct Sighting: Codable {
    /// Version and core type.
    let identity: String
    let threads: Int
    /// What does not fit, as a clause; nil where all does.
    var complaint: String?
    let words: String
    /// The core type that fits, where the user has asked for one of narrower vectors. `train` respects that, and says nothing.
    var better: String?
  }

  func look(_ scene: Scene) -> Sighting {
    let choice = KernelChoice(scene.environment)
    let isAsked = scene.environment[KernelChoice.variable] != nil && choice.replaced == nil
    return Sighting(
      identity: OpenBLAS.identity, threads: OpenBLAS.threads, complaint: choice.complaint, words: "\(choice)",
      better: isAsked ? KernelChoice.better(than: OpenBLAS.coreType, flags: KernelChoice.processorFlags) : nil)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    var findings: [Finding] = []
    if let rank = sightings.firstIndex(where: { $0.complaint != nil }), let complaint = sightings[rank].complaint {
      let parts = complaint.split(separator: ":", maxSplits: 1).map(String.init)
      findings.append(
        Finding(
          .serious, "\(parts[0])\(scene.places([rank]))", why: "products take two to four times as long",
          remedy: parts.last?.split(separator: " ").last { $0.contains("=") }.map { "export \($0)" }
            ?? "apt-get install libopenblas0-pthread"))
    }
    if let rank = sightings.firstIndex(where: { $0.better != nil }), let better = sightings[rank].better {
      findings.append(
        Finding(
          .serious, "\(KernelChoice.variable) makes OpenBLAS \(sightings[rank].words)\(scene.places([rank]))",
          why: "this processor can do more: products take two to four times as long",
          remedy: "unset \(KernelChoice.variable)  # or \(KernelChoice.variable)=\(better)"))
    }
    if let other = sightings.firstIndex(where: { $0.identity != sightings[0].identity }) {
      findings.append(
        Finding(
          .serious,
          "OpenBLAS is \(sightings[0].identity) on \(scene.hosts[0]), but \(sightings[other].identity) on "
            + "\(scene.hosts[other])",
          why: "the last bits of a sum then depend on who computes it: runs are not the same on other numbers of ranks",
          remedy: "mpirun -x OPENBLAS_CORETYPE=Haswell  # the older core type, on all of them"))
    }
    if let threads = sightings.map(\.threads).max(), threads > 1 {
      findings.append(
        Finding(
          .serious, "this OpenBLAS insists on \(threads) threads a product",
          why: "they take the cores of the compute threads", remedy: "export OPENBLAS_NUM_THREADS=1"))
    }
    return findings.isEmpty ? [.ok("OpenBLAS \(sightings[0].words), one thread a product")] : findings
  }
}
