import Collectives

/// Whether the processes that a launcher started have found one another.
struct WorldCheck: Check {
  static let name = "world"

  struct Sighting: Codable {
    /// How many processes the launcher announced, and where.
    var tasks: Int?
    var variable: String?
  }

  func look(_ scene: Scene) -> Sighting {
    let announced = MPICommunicator.announced(scene.environment)
    return Sighting(tasks: announced?.tasks, variable: announced?.variable)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    if scene.size == 1, let tasks = sightings[0].tasks, let variable = sightings[0].variable, tasks > 1 {
      return [
        Finding(
          .serious, "the launcher started \(tasks) processes at least (\(variable)), but this one is a world by itself",
          why: "each would train alone, and all would write to one run folder: the launcher is not of the MPI that the "
            + "program is linked with, which is Open MPI, or Slurm was not told to speak PMIx",
          remedy: variable.hasPrefix("SLURM")
            ? "srun --mpi=pmix cnn-dist train" : LaunchLine.mpirun(scene, ranks: tasks))
      ]
    }
    let hosts = scene.firsts.count
    return [
      .ok(
        scene.size == 1
          ? "this is one process alone" : "\(scene.size) ranks on \(hosts) host\(hosts == 1 ? "" : "s") are one world")
    ]
  }
}
