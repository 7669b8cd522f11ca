import Collectives
import Datasets
import KerasFiles
import Models
import Objectives
import Optimizers
import Runs
import Training

extension Model {
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
  ///   - loss: what training makes small; nil for the loss that goes with the network's end and the data's targets.
  ///   - metrics: what is measured besides.
  ///   - parameterRules: how some parameters learn, by the first rule that matches their names.
  ///   - lookahead: slow weights that follow the others and are judged in their place; nil for none.
  ///   - clipNorm: the norm to which the whole gradient is cut down where it is longer; nil for none.
  ///   - augmentation: what is changed at random in training samples.
  ///   - normalizes: over what samples are brought to mean 0 and deviation 1: each channel of the samples of the first `fit`,
  ///     which `true` says as well, each of their places, or each sample by itself.
  ///   - seed: what all randomness comes from: starting values, order of the samples, dropout.
  ///   - communicator: the ranks that train together, all of which compile the same network; nil for those that `mpirun`
  ///     or `srun` started, or this process alone.
  ///   - threads: the compute threads of this rank; nil for its share of the host's cores.
  /// - Throws: `UsageError` for an optimizer of your own, a rule that matches nothing, or numbers that cannot be; `CollectiveError` when the ranks cannot be joined.
  public func compile(
    optimizer: any Optimizer = SGD(), loss: Loss? = nil, metrics: [Metric] = [.accuracy],
    parameterRules: [ParameterRule] = [], lookahead: Lookahead? = nil, clipNorm: Float? = nil,
    augmentation: Augmentation = Augmentation(), normalizes: NormalizationKind = .none,
    seed: UInt64 = 1,
    communicator: (any Communicator)? = nil, threads: Int? = nil
  ) throws -> CompiledModel {
    var experiment = Experiment()
    try experiment.update.adopt(optimizer)
    experiment.loss = loss
    experiment.metrics = metrics
    experiment.labelSmoothing = loss?.labelSmoothing ?? 0
    experiment.parameterRules = parameterRules.isEmpty ? nil : parameterRules
    try experiment.checkRules(of: self)
    (experiment.lookahead, experiment.clipNorm) = (lookahead, clipNorm)
    (experiment.augmentation, experiment.normalize) = (augmentation, normalizes)
    if let flaw = experiment.flaw { throw UsageError("no training can be like that: \(flaw) is out of range") }
    experiment.seed = seed
    experiment.model = name
    experiment.network = try? kerasDocument()  // a layer that Keras lacks can be trained all the same
    let communicator = try communicator ?? Ranks.join()
    for complaint in try communicator.complaintsOfKernels(KernelChoice(Ranks.environment)) {
      Ranks.tell(complaint)
    }
    let plan = try communicator.planCores(Ranks.environment, threads: threads)
    return try CompiledModel(
      self, experiment, communicator, threads: threads ?? plan.threads)
  }
}
