/// Environment variables that harm.
struct EnvironmentCheck: Check {
  static let name = "environment"
  static let isQuick = true

  struct Sighting: Codable {
    /// Those that are set, by name.
    let variables: [String: String]
  }

  /// A variable, and what is to say of it.
  private struct Harm {
    let variable: String
    let grade: Finding.Grade
    let why: String
    /// Whether it harms ranks of one host alone.
    var needsNeighbours = false
    var isHarmful: @Sendable (_ value: String) -> Bool = { !$0.isEmpty }
  }

  private static let harms: [Harm] = [
    Harm(
      variable: "LD_PRELOAD", grade: .advice,
      why: "a library that is put before all others may slow down or change what the program calls"),
    Harm(
      variable: "GOMP_CPU_AFFINITY", grade: .advice,
      why: "an OpenBLAS with OpenMP binds the threads that call it to these cores, one on the other"),
    Harm(
      variable: "OMP_PROC_BIND", grade: .advice,
      why: "an OpenBLAS with OpenMP binds the threads that call it, one on the other",
      isHarmful: { $0.lowercased() != "false" }
    ),
    Harm(
      variable: "OMP_NUM_THREADS", grade: .advice, why: "it has no effect here: --threads says how many there are",
      isHarmful: { $0 != "1" }),
    Harm(
      variable: "OPENBLAS_NUM_THREADS", grade: .advice, why: "it has no effect here: --threads says how many there are",
      isHarmful: { $0 != "1" }),
    Harm(
      variable: "OMPI_MCA_btl", grade: .serious,
      why:
        "without vader (or sm) ranks of one host send messages through sockets, and without self Open MPI does not start",
      needsNeighbours: true,
      isHarmful: { value in
        let names = value.split { ",^".contains($0) }
        let isMissing = !["vader", "sm"].contains { names.contains($0[...]) } || !names.contains("self")
        return value.hasPrefix("^") ? names.contains("vader") || names.contains("self") : isMissing
      }),
    Harm(
      variable: "OMPI_MCA_mpi_yield_when_idle", grade: .advice,
      why: "ranks that wait keep cores from those that compute", isHarmful: { $0 == "0" || $0 == "false" }),
    Harm(
      variable: "OMPI_MCA_pml", grade: .advice,
      why: "another way of messages than Open MPI would choose", isHarmful: { $0 != "ob1" && !$0.hasPrefix("^") }),
    Harm(
      variable: "MALLOC_CHECK_", grade: .advice, why: "each allocation is checked", isHarmful: { $0 != "0" }),
  ]

  func look(_ scene: Scene) -> Sighting {
    let harms = Self.harms.filter { harm in scene.environment[harm.variable].map(harm.isHarmful) ?? false }
    return Sighting(
      variables: Dictionary(
        uniqueKeysWithValues: harms.map { ($0.variable, scene.environment[$0.variable] ?? "") }))
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    var findings: [Finding] = []
    for harm in Self.harms {
      let ranks = sightings.indices.filter { rank in
        sightings[rank].variables[harm.variable] != nil && !(harm.needsNeighbours && scene.neighbours(of: rank) == 1)
      }
      guard let first = ranks.first, let value = sightings[first].variables[harm.variable] else { continue }
      findings.append(
        Finding(
          harm.grade, "\(harm.variable) is \(value)\(scene.places(ranks))", why: harm.why,
          remedy: "unset \(harm.variable)"))
    }
    return findings.isEmpty ? [.ok("no variable does harm")] : findings
  }
}
