import FoundationEssentials
import Testing

extension ProgramTests {
  /// No shape of run leaves a trace: ranks and threads in every combination, more of them than slices included.
  @Suite struct MatrixTests {
    /// What goes through the matrix. A layer, an optimiser or an augmentation that is added later joins it with a line.
    static let subjects = [
      "--model keras-cnn",
      "--model keras-cnn-no-dropout --no-shuffle --nesterov --weight-decay 0.01 --clip-norm 0.5 --label-smoothing 0.1"
        + " --schedule cosine --warm-up 3",
      "--model normalised.json --optimizer adamw --clip-norm 1 --crop 4 --flip --cutout 8 --normalize",
      "--model everything.json --optimizer adamw --learning-rate 0.003",
      "--model everything.json --optimizer muon --learning-rate 0.002 --lookahead 3 --l2-decay 0.001"
        + " --parameter-rules [{\"match\":\"*/bias\",\"optimizer\":\"sgd\",\"frozen-from\":6}]",
      "--model normalised.json --optimizer rmsprop --centered --momentum 0.5 --clip-tensor-norm 0.1 --flip alternate"
        + " --crop 2 --crop-border reflect",
    ]

    /// A network with batch normalisation, as a file.
    private static let normalised = """
      {"class_name": "Sequential", "config": {"name": "normalised", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3]}},
        {"class_name": "Conv2D", "config": {"name": "a", "filters": 16, "kernel_size": [3, 3], "strides": [2, 2]}},
        {"class_name": "BatchNormalization", "config": {"name": "b"}},
        {"class_name": "ReLU", "config": {"name": "c"}},
        {"class_name": "Dropout", "config": {"name": "d", "rate": 0.2}},
        {"class_name": "Conv2D", "config": {"name": "e", "filters": 24, "kernel_size": [3, 3], "activation": "silu"}},
        {"class_name": "AveragePooling2D", "config": {"name": "f", "pool_size": [2, 2]}},
        {"class_name": "Flatten", "config": {"name": "g"}},
        {"class_name": "Dense", "config": {"name": "h", "units": 40, "activation": "gelu"}},
        {"class_name": "BatchNormalization", "config": {"name": "i"}},
        {"class_name": "Dense", "config": {"name": "j", "units": 10, "activation": "softmax"}}
      ]}}
      """

    /// Every kind of stage in one graph, shared and frozen ones and random ones too; everything.py beside it wrote it.
    private static let everything = URL(filePath: #filePath).appending(path: "../../Goldens/everything.json")

    private static let ranks = [1, 2, 3, 4, 5, 8]
    private static let threads = [1, 2]

    /// 10 steps over 250 samples in batches of 100, 100 and 50: 9 slices with a short last one, and 5.
    private static let shape =
      "train --dataset synthetic --limit 250 --batch-size 100 --slice 12 --validate-every 4 --steps 10"

    @Test(arguments: subjects)
    func everyShapeOfRunGivesTheSameBits(subject: String) throws {
      let program = try Program()
      try Data(Self.normalised.utf8).write(to: URL(filePath: "\(program.folder)/normalised.json"))
      try Data(contentsOf: Self.everything.standardized).write(to: URL(filePath: "\(program.folder)/everything.json"))
      var control: (hash: String, metrics: [[String: MetricsValue]])?
      for ranks in Self.ranks {
        for threads in Self.threads {
          let run = "run-\(ranks)-\(threads)"
          let outcome = try program("\(Self.shape) \(subject) --threads \(threads) --run \(run)", ranks: ranks)
          #expect(outcome.code == 0, "\(ranks) ranks, \(threads) threads: \(outcome.error)")
          let found = (hash: try program.finalHash(run), metrics: try program.timelessMetrics(run))
          if let control {
            #expect(found.hash == control.hash, "\(ranks) ranks, \(threads) threads")
            #expect(found.metrics == control.metrics, "\(ranks) ranks, \(threads) threads")
          }
          control = control ?? found
          _ = try program.shell("rm -r \(run)")  // each has 90 MB of checkpoints
        }
      }
    }
  }
}
