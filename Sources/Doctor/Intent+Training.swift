import Models
import Runs
import Training

extension Scene.Intent {
  /// Takes in what a training of `model` is going to need.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - experiment: its batches and its optimizer.
  ///   - samples: how many it trains on.
  ///   - threads: the compute threads of each rank.
  public mutating func expect(_ model: Model, _ experiment: Experiment, samples: Int, threads: Int) {
    checkpointBytes = (model.parameterCount + experiment.stateNames(for: model).count * model.layout.gradientCount) * 4
    memoryNeed = { rank, ranks in
      MemoryNeed(
        training: model, experiment: experiment, samples: samples, judged: 0, rank: rank, ranks: ranks,
        threads: threads,
        budget: MemoryBudget(asked: 1, ranks: 1, shared: 1, own: nil)
      ).bytes
    }
  }
}
