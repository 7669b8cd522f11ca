import Collectives
import Testing

@Suite struct LaunchTests {
  @Test(arguments: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"])
  func launchersAreKnown(_ variable: String) throws {
    #expect(try MPICommunicator.isLaunched(environment: [variable: "1", "SLURM_PROCID": "1", "SLURM_NTASKS": "4"]))
  }

  @Test func oneProcessIsAlone() throws {
    #expect(try !MPICommunicator.isLaunched(environment: [:]))
    #expect(try !MPICommunicator.isLaunched(environment: ["SLURM_PROCID": "0", "SLURM_NTASKS": "1"]))
    #expect(try !MPICommunicator.isLaunched(environment: ["SLURM_NTASKS": "4"]))
  }

  @Test func unconnectedTasksAreRefused() {
    let error = CollectiveError.notConnected(tasks: 4)
    #expect(throws: error) {
      try MPICommunicator.isLaunched(environment: ["SLURM_PROCID": "3", "SLURM_NTASKS": "4"])
    }
    #expect(error.exitCode == 64)
    #expect(error.description.contains("srun --mpi=pmix"))
  }
}
