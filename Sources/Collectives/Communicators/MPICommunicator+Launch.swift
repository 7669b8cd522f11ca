extension MPICommunicator {
  /// Whether a launcher that MPI knows started this process: `mpirun` sets OMPI_COMM_WORLD_SIZE, `srun --mpi=pmix`
  /// PMIX_RANK, and `srun --mpi=pmi2` PMI_RANK.
  ///
  /// - Throws: `CollectiveError.notConnected` where SLURM started several tasks without any of them. Each would train by
  ///   itself, and all would write to one run folder.
  public static func isLaunched(environment: [String: String]) throws(CollectiveError) -> Bool {
    if ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains(where: { environment[$0] != nil }) { return true }
    try checkAlone(environment)
    return false
  }

  /// Refuses to be alone where SLURM started several tasks.
  static func checkAlone(_ environment: [String: String]) throws(CollectiveError) {
    guard environment["OMPI_COMM_WORLD_SIZE"] == nil, environment["SLURM_PROCID"] != nil else { return }
    if let tasks = environment["SLURM_NTASKS"].flatMap({ Int($0) }), tasks > 1 { throw .notConnected(tasks: tasks) }
  }
}
