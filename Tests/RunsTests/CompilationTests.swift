import KerasFiles
import Objectives
import Runs
import Testing

/// What Keras's `compile` was told becomes an experiment's numbers.
@Suite struct CompilationTests {
  private func adopt(
    _ compiled: JSONValue, unless options: Set<String> = []
  ) throws -> (experiment: Experiment, notices: [String]) {
    var experiment = Experiment()
    let compilation = try #require(try CompileInfo(compiled))
    let notices = try experiment.adopt(compilation) { options.contains($0) }
    return (experiment, notices)
  }

  private func compiled(
    _ optimizer: String = "SGD", _ options: [String: JSONValue] = ["learning_rate": 0.5],
    loss: JSONValue = "categorical_crossentropy", metrics: JSONValue = ["accuracy"]
  ) -> JSONValue {
    [
      "optimizer": [
        "module": "keras.optimizers", "class_name": .string(optimizer), "config": .object(options),
        "registered_name": nil,
      ], "loss": loss, "loss_weights": nil, "metrics": metrics, "weighted_metrics": nil, "run_eagerly": false,
    ]
  }

  private func schedule(_ name: String, _ options: [String: JSONValue]) -> JSONValue {
    .object(["class_name": .string(name), "config": .object(options)])
  }

  /// Keras's rates hold up to a boundary, ours from a step on.
  @Test func ratesThatAreNamedStepByStep() throws {
    let rates = schedule("PiecewiseConstantDecay", ["boundaries": [2, 9], "values": [1, 0.5, 0.25], "name": "a"])
    let found = try adopt(compiled("SGD", ["learning_rate": rates])).experiment
    #expect(found.schedule == .piecewise && found.learningRate == 1)
    #expect(found.ratePoints?.map(\.step) == [0, 3, 10] && found.ratePoints?.map(\.rate) == [1, 0.5, 0.25])
    for options: [String: JSONValue] in [
      ["boundaries": [2], "values": [1]], ["boundaries": [9, 2], "values": [1, 2, 3]],
      ["boundaries": [2.5], "values": [1, 2]],
    ] {
      #expect(throws: UsageError.self) {
        try adopt(compiled("SGD", ["learning_rate": schedule("PiecewiseConstantDecay", options)]))
      }
    }
  }

  @Test func theOptimizerComesWithItsNumbers() throws {
    let sgd = try adopt(
      compiled(
        "SGD", ["learning_rate": 0.100_000_001_490_116_12, "momentum": 0.9, "nesterov": true, "weight_decay": nil])
    ).experiment
    #expect((sgd.optimizer, sgd.learningRate, sgd.momentum, sgd.nesterov) == (.sgd, 0.1, 0.9, true))
    #expect((sgd.schedule, sgd.weightDecay) == (.constant, 0))
    let adam = try adopt(
      compiled(
        "AdamW",
        [
          "learning_rate": 0.001, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 0.5, "weight_decay": 0.25, "amsgrad": false,
          "global_clipnorm": 2,
        ])
    ).experiment
    #expect((adam.optimizer, adam.beta1, adam.beta2, adam.epsilon) == (.adamw, 0.8, 0.99, 0.5))
    #expect((adam.weightDecay, adam.clipNorm, adam.learningRate) == (0.25, 2, 0.001))
    // Keras 2 in a whole-model .h5.
    let old = try adopt([
      "loss": "mse",
      "optimizer_config": ["class_name": "Custom>SGD", "config": ["learning_rate": 0.25, "decay": 0.125]],
    ]).experiment
    #expect((old.schedule, old.decay, old.learningRate) == (.time, 0.125, 0.25))
    #expect(old.loss?.kind == .meanSquaredError)
  }

  @Test func schedulesAreOurs() throws {
    func with(_ rate: JSONValue) throws -> Experiment {
      try adopt(compiled("Adam", ["learning_rate": rate])).experiment
    }
    let cosine = try with(schedule("CosineDecay", ["initial_learning_rate": 0.5, "decay_steps": 100, "alpha": 0]))
    #expect((cosine.schedule, cosine.scheduleSteps, cosine.learningRate) == (.cosine, 100, 0.5))
    let drops = try with(
      schedule(
        "ExponentialDecay",
        ["initial_learning_rate": 0.5, "decay_steps": 30, "decay_rate": 0.25, "staircase": true]))
    #expect((drops.schedule, drops.dropEvery, drops.dropFactor) == (.step, 30, 0.25))
    let time = try with(
      schedule("InverseTimeDecay", ["initial_learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.5]))
    #expect((time.schedule, time.decay) == (.time, 0.125))
  }

  @Test func theLossAndTheMetricsAreOurs() throws {
    let own: JSONValue = [
      "module": "keras.losses", "class_name": "CategoricalCrossentropy",
      "config": ["name": "categorical_crossentropy", "from_logits": true, "label_smoothing": 0.125, "axis": -1],
    ]
    let (experiment, notices) = try adopt(
      compiled(
        loss: own,
        metrics: [
          [
            "acc", ["class_name": "TopKCategoricalAccuracy", "config": ["k": 3]],
            ["class_name": "MeanMetricWrapper", "config": ["name": "mae", "fn": "mean_absolute_error"]],
            ["class_name": "CosineSimilarity", "config": ["name": "c"]],
          ]
        ]))
    #expect(
      experiment.loss == Loss(.categoricalCrossentropy, fromLogits: true, labelSmoothing: 0.125)
        && experiment.labelSmoothing == 0.125)
    #expect(experiment.metrics == [.accuracy, .topAccuracy(3), .meanAbsoluteError])
    #expect(notices == ["the metrics cosine_similarity are not measured here"])
    // By the output's name, in a function's clothes.
    let huber = try adopt(compiled(loss: ["out": ["class_name": "Huber", "config": ["delta": 0.5]]])).experiment
    #expect(huber.loss == Loss(.huber, delta: 0.5))
    let function: JSONValue = ["class_name": "function", "config": "mean_squared_error", "module": "builtins"]
    #expect(try adopt(compiled(loss: function)).experiment.loss == Loss(.meanSquaredError))
  }

  /// What would train otherwise is refused, and what the command line says counts instead.
  @Test func whatWeLackIsRefusedUnlessAnOptionSaysOtherwise() throws {
    for (compiled, option, message) in [
      (
        compiled("Ftrl"), "--optimizer",
        "was compiled with the optimizer Ftrl, which we lack: name another with --optimizer"
      ),
      (
        compiled("SGD", ["learning_rate": 0.5, "gradient_accumulation_steps": 2]), "--optimizer",
        "was compiled with SGD's gradient_accumulation_steps 2.0, which we lack"
      ),
      (
        compiled(
          "SGD", ["learning_rate": schedule("CosineDecayRestarts", ["initial_learning_rate": 1, "decay_steps": 5])]),
        "--schedule",
        "was compiled with the schedule CosineDecayRestarts (decay_steps 5, initial_learning_rate 1), which we lack"
      ),
      (compiled(loss: "poisson"), "--loss", "was compiled with the loss poisson, which we lack"),
      (compiled(loss: ["mse", "mae"]), "--loss", "was compiled with 2 losses, which we lack"),
      (
        compiled(loss: ["class_name": "MeanSquaredError", "config": ["reduction": "sum"]]), "--loss",
        "was compiled with the reduction sum of mean_squared_error, which we lack: compile it with sum_over_batch_size"
      ),
      (
        compiled(loss: ["class_name": "SparseCategoricalCrossentropy", "config": ["ignore_class": 0]]), "--loss",
        "was compiled with ignore_class 0 of sparse_categorical_crossentropy, which we lack"
      ),
      (
        compiled("SGD", ["learning_rate": 0.5, "use_ema": true, "ema_overwrite_frequency": 100]), "--optimizer",
        "was compiled with SGD's ema_overwrite_frequency 100.0, which we lack"
      ),
      (
        compiled("SGD", ["learning_rate": -1]), "--optimizer",
        "was compiled with what no training can have: learning_rate -1.0 is out of range"
      ),
    ] {
      let error = #expect(throws: UsageError.self) { try adopt(compiled) }
      #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
      #expect(throws: Never.self) { try adopt(compiled, unless: [option]) }
    }
  }

  /// Keras 2's own defaults, and what is the mean of Keras's losses by another name.
  @Test func whatChangesNothingIsPassedOver() throws {
    let old = try adopt(
      compiled("RMSprop", ["learning_rate": 0.5, "use_ema": false, "ema_overwrite_frequency": 100])
    ).experiment
    #expect(old.ema == nil && old.optimizer == .rmsprop)
    for reduction in ["auto", "sum_over_batch_size", "mean", "mean_with_sample_weight", nil] as [JSONValue] {
      let options: [String: JSONValue] = ["reduction": reduction, "ignore_class": nil, "axis": -1]
      let loss: JSONValue = ["class_name": "SparseCategoricalCrossentropy", "config": .object(options)]
      #expect(try adopt(compiled(loss: loss)).experiment.loss?.kind == .sparseCategoricalCrossentropy)
    }
  }

  @Test func aModelThatWasNotCompiledSaysNothing() throws {
    #expect(try CompileInfo([:]) == nil)
    #expect(try CompileInfo(nil) == nil)
    #expect(throws: ModelFormatError.self) { try CompileInfo(3) }
  }
}
