extension MPICommunicator {
  /// Variables in which a launcher tells a process how many there are, or which of them it is. The first number that is set
  /// was set by the innermost launcher: mpirun may run inside a step of Slurm's, whose number is that of mpirun's helpers.
  private static let announcements: [(variable: String, isRank: Bool)] = [
    ("OMPI_COMM_WORLD_SIZE", false), ("MV2_COMM_WORLD_SIZE", false), ("PMI_SIZE", false), ("PMI_RANK", true),
    ("PMIX_RANK", true), ("FLUX_JOB_SIZE", false), ("JSM_NAMESPACE_SIZE", false), ("SLURM_STEP_NUM_TASKS", false),
    ("SLURM_PROCID", true),
  ]

  /// How many processes the launcher started at least, and which of its variables tells; nil without a launcher.
  ///
  /// A batch allocation is none: its shell has SLURM_NTASKS, and in `sbatch` a SLURM_PROCID of 0, but no step.
  package static func announced(_ environment: [String: String]) -> (tasks: Int, variable: String)? {
    var announced: (tasks: Int, variable: String)?
    for (variable, isRank) in announcements {
      guard let value = environment[variable].flatMap({ Int($0) }) else { continue }
      let tasks = isRank ? value + 1 : value
      if tasks > announced?.tasks ?? 0 { announced = (tasks, variable) }
      if !isRank { break }
    }
    return announced
  }

  /// Whether a launcher that MPI may know started this process: Open MPI's `mpirun` sets OMPI_COMM_WORLD_SIZE, `srun
  /// --mpi=pmix` PMIX_RANK, and `srun --mpi=pmi2`, MPICH and Intel MPI PMI_RANK.
  ///
  /// - Throws: `CollectiveError.notConnected` where another launcher started several processes. Each would train by itself,
  ///   and all would write to one run folder.
  public static func isLaunched(environment: [String: String]) throws(CollectiveError) -> Bool {
    if let (_, variable) = announced(environment), isChildOfRank(variable) { return false }
    if ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains(where: { environment[$0] != nil }) { return true }
    try checkAlone(environment)
    return false
  }

  /// Whether a rank of an MPI program started this process, such as a script that uses MPI: then the launcher's `variable`
  /// speaks of that rank, which has it too, and this process is one by itself.
  private static func isChildOfRank(_ variable: String) -> Bool {
    for process in Ancestors.processes() {
      let program = Ancestors.program(of: process)
      if launchers.contains(where: { program.hasSuffix("/\($0)") }) { return false }
      let usesMPI = Ancestors.uses("libmpi.so", process) || Ancestors.uses("libmpich", process)
      if usesMPI && Ancestors.has(variable, process) { return true }
    }
    return false
  }

  /// The programs that start ranks, on their own host or on others.
  package static let launchers = openMPIProcesses + ["hydra_pmi_proxy", "slurmstepd"]
  /// Open MPI's launchers, and its daemons on other hosts.
  package static let openMPIProcesses = openMPILaunchers + ["orted", "prted"]
  /// Open MPI's launchers, by the names of their files.
  public static let openMPILaunchers = ["orterun", "prterun", "prte", "mpirun", "mpiexec"]

  /// Whether this process is the launcher's first, as far as its variables tell: the one that speaks while MPI is not there.
  public static func isFirst(environment: [String: String]) -> Bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"]
    return ranks.lazy.compactMap { environment[$0] }.first.map { $0 == "0" } ?? true
  }

  /// Refuses to be alone where the launcher meant more.
  static func checkAlone(_ environment: [String: String]) throws(CollectiveError) {
    guard let (tasks, variable) = announced(environment), tasks > 1 else { return }
    throw .notConnected(tasks: tasks, variable: variable)
  }
}
