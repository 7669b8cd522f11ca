import Collectives
import Models
import Optimizers
import Training

/// What training makes small.
public enum Loss: Sendable {
  /// -log of the probability that the softmax over the network's last layer gives to the true class, Keras's
  /// `CategoricalCrossentropy`. A softmax at the network's end is this one, it is not taken twice.
  case categoricalCrossentropy
}

/// What is measured besides the loss.
public enum Metric: Sendable {
  /// The share of samples whose largest output is that of the true class.
  case accuracy
}

extension Sequential {
  /// Reads a network from a file of Keras's, or from a run's `config.json`.
  ///
  /// - Parameter input: the shape of one sample, for a file that leaves it open.
  /// - Throws: `FileError`, missing where there is no file, malformed where it is no network of ours.
  public init(file path: String, input: Shape? = nil) throws {
    self = try ModelFile(path).model(input: input)
  }

  /// The network as the JSON that Keras 3's `model_from_json` reads.
  ///
  /// - Throws: `ModelFormatError` for a layer that Keras does not have.
  public func json() throws -> String { try kerasDocument().document() }

  /// Gives the network its memory, its starting values and all that training takes.
  ///
  /// - Parameters:
  ///   - optimizer: how a gradient becomes an update.
  ///   - loss: what training makes small.
  ///   - metrics: what is measured besides.
  ///   - seed: what all randomness comes from: starting values, order of the samples, dropout.
  ///   - communicator: the ranks that train together, all of which compile the same network; nil for those that `mpirun`
  ///     or `srun` started, or this process alone.
  ///   - threads: the compute threads of this rank; nil for its share of the host's cores.
  /// - Throws: `CollectiveError` when the ranks cannot be joined.
  public func compile(
    optimizer: SGD = SGD(learningRate: 0.01), loss: Loss = .categoricalCrossentropy, metrics: [Metric] = [.accuracy],
    seed: UInt64 = 1, communicator: (any Communicator)? = nil, threads: Int? = nil
  ) throws -> CompiledModel {
    var experiment = Experiment()
    experiment.learningRate = optimizer.schedule.initial
    experiment.decay = optimizer.schedule.decay
    experiment.momentum = optimizer.momentum
    experiment.seed = seed
    experiment.model = name
    experiment.network = try? kerasDocument()  // a layer that Keras lacks can be trained all the same
    let communicator = try communicator ?? Ranks.join()
    return CompiledModel(
      self, experiment, communicator, threads: try threads ?? communicator.planCores(Ranks.environment).threads)
  }
}

extension SGD {
  /// Descends at `learningRate / (1 + decay · step)`.
  public init(learningRate: Float, momentum: Float = 0, decay: Float = 0) {
    self.init(schedule: TimeDecay(initial: learningRate, decay: decay), momentum: momentum)
  }
}
