import Files
import FoundationEssentials
import TestSupport
import Testing

/// 50 steps of whole networks, as Keras described them in its own JSON, against Keras: every kind of layer, and SGD, Adam and
/// AdamW with momentum, clipping, schedules and smoothed labels. `Tests/Goldens/keras_training.py` wrote the goldens.
@Suite(.serialized) struct KerasTrainingTests {
  @Test func synthetic() throws {
    try withTemporaryFolder { folder in
      try CNNDist()(["fetch", "synthetic", "--data", folder])
      try compare(Networks("training-synthetic"), folder, [])
    }
  }

  @Test(.enabled("CIFAR-10 with the golden's bytes; the standard error says why not") { RealCIFAR10.folder != nil })
  func cifar10() throws {
    let folder = try #require(RealCIFAR10.folder)
    try compare(Networks("training-cifar10"), folder, ["--data", folder])
  }

  private func compare(_ golden: Networks, _ folder: String, _ data: [String]) throws {
    let digest = try MappedFile("\(folder)/data_batch_1.bin").withBytes { Digest.of($0) }
    try #require(digest == golden.trainingSha256, "the data set has other bytes than when the golden was made")
    let cnnDist = try CNNDist()
    for model in golden.models {
      try withTemporaryFolder { folder in
        let file = "\(folder)/model.json"
        try Data(model.architecture.utf8).write(to: URL(filePath: file))
        let recipe =
          ["train", "--model", file, "--dataset", golden.dataset] + data
          + ["--seed", "\(golden.seed)", "--no-shuffle", "--batch-size", "\(golden.batchSize)"]
          + ["--slice", "\(golden.batchSize)", "--validate-every", "0"]
        for (index, run) in model.runs.enumerated() {
          let path = "\(folder)/run-\(index)"
          try cnnDist(recipe + run.options.split(separator: " ").map(String.init) + ["--steps", "50", "--run", path])
          let initial = try cnnDist(["inspect", "\(path)/checkpoints/step-00000000.safetensors"])
          try #require(
            initial.contains("weights sha256: \(model.initialWeightsSha256)\n"),
            "the initial weights are not those that Keras started from, so nothing else can agree")
          let losses = try StepLine.read(path).map(\.loss)
          try #require(losses.count == run.losses.count)
          let deviations = zip(losses, run.losses).map { abs($0 - $1) / abs($1) }
          print("\(golden.dataset), \(run.options): within \(deviations.max() ?? 0) of Keras's losses")
          #expect(deviations.allSatisfy { $0 <= 1e-4 }, "\(run.options): \(deviations)")
        }
      }
    }
  }

  private struct Networks: Decodable {
    struct Model: Decodable {
      let architecture: String
      let initialWeightsSha256: String
      let runs: [Run]
    }

    struct Run: Decodable {
      let options: String
      let losses: [Double]
    }

    let dataset: String
    let trainingSha256: String
    let seed: UInt64
    let batchSize: Int
    let models: [Model]

    init(_ name: String) throws { self = try Golden.read(name) }
  }
}
