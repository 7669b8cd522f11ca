import Collectives

/// Whether launcher and library are of one MPI.
struct LibraryCheck: Check {
  static let name = "mpi"

  struct Sighting: Codable {
    /// What MPI calls itself.
    let library: String
    /// The launcher's file; nil for none.
    var launcher: String?
    /// What it says of its version.
    var version: String?
    /// Whether it has started this process.
    let isRunning: Bool
  }

  func look(_ scene: Scene) -> Sighting {
    let running = Ancestors.processes().map(Ancestors.program(of:)).first { program in
      MPICommunicator.launchers.contains { program.hasSuffix("/\($0)") } && !program.hasSuffix("/slurmstepd")
    }
    let launcher = running ?? CommandOutput.path(of: "mpirun", scene.environment)
    return Sighting(
      library: MPICommunicator.libraryVersion, launcher: launcher,
      version: launcher.flatMap { Self.version(of: $0) }, isRunning: running != nil)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let own = sightings[0]
    let library = Self.number(own.library)
    if let other = sightings.firstIndex(where: { Self.number($0.library) != library }) {
      return [
        Finding(
          .serious,
          "the library is Open MPI \(library) on \(scene.hosts[0]), but \(Self.number(sightings[other].library)) on "
            + "\(scene.hosts[other])",
          why: "versions of Open MPI do not understand one another: ranks may hang or end in the middle of a run",
          remedy: "apt-get install libopenmpi3 openmpi-bin  # of one version on all hosts")
      ]
    }
    guard let launcher = own.launcher else {
      return [
        Finding(
          .advice, "there is no mpirun in PATH, the library is Open MPI \(library)",
          why: "without a launcher there is one rank, on this host", remedy: "apt-get install openmpi-bin")
      ]
    }
    var findings: [Finding] = []
    for rank in scene.firsts {
      guard let launcher = sightings[rank].launcher, let text = sightings[rank].version else { continue }
      let (isOpenMPI, version) = (Self.isOpenMPI(text), Self.number(text))
      guard !isOpenMPI || Self.series(version) != Self.series(library) else { continue }
      let verb = sightings[rank].isRunning ? "was started by" : "finds"
      findings.append(
        Finding(
          .serious,
          "the program \(verb) \(launcher)\(scene.places([rank])), which is "
            + (isOpenMPI ? "of Open MPI \(version)" : "not Open MPI's") + ", and is linked with Open MPI \(library)",
          why: "a launcher and a library that are not of one MPI start processes that do not find one another",
          remedy: isOpenMPI
            ? "export PATH=/usr/bin:$PATH  # where the launcher of Open MPI \(library) is"
            : "update-alternatives --set mpirun /usr/bin/mpirun.openmpi  # or call mpirun.openmpi"))
    }
    return findings.isEmpty ? [.ok("library and launcher (\(launcher)) are of Open MPI \(library)")] : findings
  }

  /// What a launcher says of itself. MPICH's helper says nothing.
  private static func version(of launcher: String) -> String? {
    launcher.hasSuffix("/hydra_pmi_proxy") ? "HYDRA" : CommandOutput.text(launcher, ["--version"])
  }

  private static func isOpenMPI(_ text: String) -> Bool {
    ["Open MPI", "OpenRTE", "PRRTE", "prte"].contains { text.contains($0) }
  }

  /// `4.1.4` of `Open MPI v4.1.4, package: …` and of `mpirun (Open MPI) 4.1.4`; empty where there is none.
  static func number(_ text: String) -> String {
    let words = text.split { !($0.isNumber || $0 == "." || $0.isLetter) }
    let numbers = words.map { $0.hasPrefix("v") ? $0.dropFirst() : $0 }
    return numbers.first { $0.first?.isNumber == true && $0.contains(".") }.map(String.init) ?? ""
  }

  /// The first two numbers: those of one series go together.
  private static func series(_ version: String) -> [Substring] { Array(version.split(separator: ".").prefix(2)) }
}
