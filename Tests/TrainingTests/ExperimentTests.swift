import Datasets
import FoundationEssentials
import Testing
import Training

@Suite struct ExperimentTests {
  @Test func equalExperimentsDoNotDiffer() {
    #expect(Experiment().differences(from: Experiment()).isEmpty)
  }

  @Test func everyFieldThatDiffersIsNamed() {
    var other = Experiment()
    other.batchSize = 64
    other.limit = 100
    other.learningRate = 0.1
    other.reduction = .mpi
    other.shuffle = false
    other.augmentation.flip = true
    #expect(
      other.differences(from: Experiment()) == [
        "augmentation: flip, not none", "batchSize: 64, not 512", "learningRate: 0.1, not 0.01", "limit: 100, not none",
        "reduction: mpi, not tree",
        "shuffle: false, not true",
      ])
    #expect(Experiment().differences(from: other).contains("limit: none, not 100"))
  }

  @Test func theRecipeIsThatOfTheTutorial() {
    let (experiment, schedule) = (Experiment(), Schedule())
    #expect(experiment.model == "keras-cnn")
    #expect((experiment.batchSize, experiment.slice) == (512, 64))
    #expect((experiment.learningRate, experiment.momentum, experiment.decay) == (0.01, 0.5, 4e-4))
    #expect((schedule.epochs, schedule.validateEvery, schedule.checkpointEvery) == (25, 1, 0))
    #expect(schedule.steps == nil)
    // Keras's InverseTimeDecay: 0.01 / (1 + 0.0004 * 2500)
    #expect(experiment.optimizer.schedule.rate(at: 0) == 0.01)
    #expect(abs(experiment.optimizer.schedule.rate(at: 2500) - 0.005) < 1e-9)
  }

  /// Every field comes back, whatever it holds.
  @Test func aFileBringsEveryFieldBack() throws {
    var experiment = Experiment()
    experiment.dataset = "synthetic"
    experiment.datasetDigest = "ab"
    experiment.limit = 7
    experiment.inputShape = [8, 6, 1]
    experiment.augmentation = Augmentation(crop: 4, flip: true, cutout: 3)
    experiment.normalize = true
    experiment.normalization = Normalization(mean: [0.1, 1.0 / 3], deviation: [0.2, 1e-9])
    experiment.model = "other"
    experiment.initialWeights = "cd"
    (experiment.batchSize, experiment.slice, experiment.seed) = (8, 4, 9)
    (experiment.learningRate, experiment.momentum, experiment.decay) = (1, 0.25, 0)
    (experiment.shuffle, experiment.reduction) = (false, .mpi)
    let untouched = Experiment().differences(from: experiment).count
    #expect(untouched == Mirror(reflecting: experiment).children.count, "a field is left out of this test")
    let copy = try JSONDecoder().decode(Experiment.self, from: try JSONEncoder().encode(experiment))
    #expect(copy == experiment)
  }

  @Test func whatAFileDoesNotSpeakOfIsTheDefault() throws {
    let found = try JSONDecoder().decode(Experiment.self, from: Data(#"{"seed": 3}"#.utf8))
    var expected = Experiment()
    expected.seed = 3
    #expect(found == expected)
  }
}
