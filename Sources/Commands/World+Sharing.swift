import Runs
import Training

extension World {
  /// What a rank has of its host where groups of ranks work side by side, worked out before they part.
  struct HostShare {
    let cores: CorePlan
    let memory: MemoryShare
  }

  /// Works out this rank's cores, where that is not done yet, and keeps to them; see `Communicator.planCores`.
  func planCores(threads: Int?) throws -> CorePlan {
    guard let share else { return try communicator.planCores(environment, threads: threads) }
    communicator.adopt(share.cores, threads: threads)
    return share.cores
  }

  /// The bytes that this rank may take; `asked` is what the user says.
  func memoryBudget(_ asked: Int?) -> MemoryBudget {
    share.map { MemoryBudget(asked, $0.memory) } ?? MemoryBudget(asked, communicator)
  }
}
