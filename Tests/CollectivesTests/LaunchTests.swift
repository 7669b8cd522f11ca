import Collectives
import Testing

/// What a process learns from the variables of launchers.
@Suite struct LaunchTests {
  @Test(arguments: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"])
  func launchersAreKnown(_ variable: String) throws {
    #expect(try MPICommunicator.isLaunched(environment: [variable: "1", "SLURM_PROCID": "1", "SLURM_NTASKS": "4"]))
  }

  @Test(arguments: [
    [:], ["SLURM_PROCID": "0", "SLURM_NTASKS": "1"],
    // The shells of `salloc` and `sbatch`, and a single task of a step in an allocation for more.
    ["SLURM_NTASKS": "4"], ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_JOB_ID": "7"],
    ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"],
    ["MV2_COMM_WORLD_SIZE": "1"], ["FLUX_JOB_SIZE": "x"],
  ])
  func oneProcessIsAlone(_ environment: [String: String]) throws {
    #expect(try !MPICommunicator.isLaunched(environment: environment))
  }

  @Test(arguments: [
    (["SLURM_PROCID": "3", "SLURM_NTASKS": "4"], 4, "SLURM_PROCID"),
    (["SLURM_PROCID": "0", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4"], 4, "SLURM_STEP_NUM_TASKS"),
    (["MV2_COMM_WORLD_SIZE": "2", "MV2_COMM_WORLD_RANK": "0", "SLURM_STEP_NUM_TASKS": "9"], 2, "MV2_COMM_WORLD_SIZE"),
    (["FLUX_JOB_SIZE": "8"], 8, "FLUX_JOB_SIZE"),
  ])
  func unconnectedTasksAreRefused(_ environment: [String: String], _ tasks: Int, _ variable: String) {
    let error = CollectiveError.notConnected(tasks: tasks, variable: variable)
    #expect(throws: error) { try MPICommunicator.isLaunched(environment: environment) }
    #expect(error.exitCode == 64)
    #expect(
      error.description.contains("\(tasks) processes (\(variable))") && error.description.contains("a world of 1"))
  }

  @Test func theFirstProcessSpeaks() {
    #expect(MPICommunicator.isFirst(environment: [:]))
    #expect(MPICommunicator.isFirst(environment: ["OMPI_COMM_WORLD_RANK": "0", "SLURM_PROCID": "3"]))
    #expect(!MPICommunicator.isFirst(environment: ["PMI_RANK": "1"]))
  }
}
