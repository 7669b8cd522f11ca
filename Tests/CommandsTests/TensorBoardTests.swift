import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// What TensorBoard's own package reads in a run's folder.
  @Suite(.enabled(if: Counterparts.python != nil)) struct TensorBoardTests {
    private let program: Program

    /// 60 pictures of 8×8 with three classes, a number and a map of two classes for each, and networks for them.
    init() throws {
      program = try Program()
      guard let python = Counterparts.python else { return }
      let layers = [
        "classes": #"{"class_name": "GlobalAveragePooling2D", "config": {"name": "mean"}}, "#
          + #"{"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "softmax"}}"#,
        "numbers": #"{"class_name": "Flatten", "config": {"name": "flat"}}, "#
          + #"{"class_name": "Dense", "config": {"name": "out", "units": 1}}"#,
        "maps": #"{"class_name": "Conv2D", "config": {"name": "out", "filters": 2, "kernel_size": [1, 1], "#
          + #""activation": "softmax"}}"#,
      ]
      for (name, end) in layers {
        let network = """
          {"class_name": "Sequential", "config": {"name": "net", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3], "name": "in"}},
            {"class_name": "Conv2D", "config": {"name": "conv", "filters": 5, "kernel_size": [3, 3], "padding": "same"}},
            {"class_name": "BatchNormalization", "config": {"name": "norm"}}, \(end)]}}
          """
        try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/\(name).json"))
      }
      let script = """
        import numpy as np
        x = np.random.default_rng(1).random((60, 8, 8, 3), np.float32)
        targets = {"classes": np.arange(60) % 3, "numbers": x.mean((1, 2, 3)), "maps": (x[..., :1] > 0.5).astype(np.uint8)}
        for name, y in targets.items(): np.savez(name, x=x, y=y)
        """
      let outcome = try program.start([python, "-c", script]).wait(.seconds(60))
      try #require(outcome.code == 0, "\(outcome.error)")
    }

    /// 45 samples in batches of 16: an epoch has three steps; 15 to validate with.
    private static func recipe(_ kind: String = "classes") -> String {
      "train --dataset arrays --data \(kind).npz --validation-split 0.25 --model \(kind).json --batch-size 16 --slice 4 "
        + "--threads 1"
    }

    /// Runs a command that must succeed.
    @discardableResult
    private func run(
      _ command: String, ranks: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Program.Outcome {
      let outcome = try program(command, ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.error)", sourceLocation: sourceLocation)
      return outcome
    }

    /// What `events.py` prints.
    private struct Events: Decodable {
      struct Folder: Decodable {
        let records: [String: [[Double]]]
        let scalars: [String: [[Double]]]
        let histograms: [String: [[Cell]]]
        let images: [String: [[Int]]]
      }
      let training: Folder
      let validation: Folder?
      let hparams: [String: Cell]
      let status: Int?
    }

    private enum Cell: Decodable, Equatable {
      case flag(Bool)
      case number(Double)
      case text(String)
      case list([Double])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
          self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else if let text = try? container.decode(String.self) {
          self = .text(text)
        } else {
          self = .list(try container.decode([Double].self))
        }
      }

      var number: Double { if case .number(let number) = self { number } else { .nan } }
      var list: [Double] { if case .list(let list) = self { list } else { [] } }
    }

    private func events(_ run: String) throws -> Events {
      let script = "\(#filePath.dropLast("TensorBoardTests.swift".count))events.py"
      let outcome = try program.start([try #require(Counterparts.python), script, run]).wait(.seconds(60))
      try #require(outcome.code == 0, "\(outcome.error)")
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
      return try decoder.decode(Events.self, from: Data(outcome.output.utf8))
    }

    /// Every scalar's steps increase, in the files as they lie and in what TensorBoard makes of them, which is the same; and
    /// those that `metrics.jsonl` has too are the same there. An epoch has three steps.
    private func expectLikeMetrics(
      _ run: String, _ events: Events, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      for folder in [events.training, events.validation].compactMap(\.self) {
        #expect(folder.records == folder.scalars, sourceLocation: sourceLocation)
        for (tag, points) in folder.records {
          let steps = points.map { $0[0] }
          #expect(zip(steps, steps.dropFirst()).allSatisfy(<), "\(tag): \(steps)", sourceLocation: sourceLocation)
        }
      }
      let lines = try program.metrics(run)
      let steps = lines.filter { $0["kind"] == .text("step") }
      let epochs = lines.filter { $0["kind"] == .text("epoch") }
      func expect(_ folder: Events.Folder?, _ tag: String, _ lines: [[String: MetricsValue]], _ key: String) {
        let points = lines.compactMap { line -> [Double]? in
          guard let value = line[key]?.number else { return nil }
          return [line["step"]?.number ?? (line["epoch"]?.number ?? 0) * 3, Double(Float(value))]
        }
        #expect(folder?.records[tag] ?? [] == points, "\(tag)", sourceLocation: sourceLocation)
      }
      for (tag, key) in [
        ("batch_loss", "loss"), ("batch_accuracy", "accuracy"), ("learning_rate", "learning_rate"),
        ("images_per_second", "images_per_second"), ("gradient_norm", "gradient_norm"),
        ("exposed_exchange_ms", "exposed_exchange"),
      ] { expect(events.training, tag, steps, key) }
      for key in ["loss", "accuracy"] {
        expect(events.training, "epoch_\(key)", epochs, key)
        expect(events.validation, "epoch_\(key)", epochs, "validation_\(key)")
      }
    }

    @Test func aRunIsSeenWhole() throws {
      let told = #"--class-weight 1=2 --parameter-rules [{"match":"*/bias","learning-rate":0.02}]"#
      try run(
        "\(Self.recipe()) --epochs 2 --clip-norm 1 --flip --metrics accuracy,top_2_accuracy \(told) --run run", ranks: 2
      )
      let events = try events("run")
      try expectLikeMetrics("run", events)
      #expect(events.training.records["gradient_norm"]?.count == 6)
      #expect(events.training.records["exposed_exchange_ms"]?.count == 6)
      #expect(events.training.records["epoch"] == [[3, 1], [6, 2]])
      #expect(events.training.records["batch_top_2_accuracy"]?.count == 6)
      #expect(events.validation?.records.keys.sorted() == ["epoch_accuracy", "epoch_loss", "epoch_top_2_accuracy"])

      // Every parameter, at both epochs' ends.
      let histograms = events.training.histograms
      #expect(
        histograms.keys.sorted() == [
          "conv/bias", "conv/kernel", "norm/beta", "norm/gamma", "norm/moving_mean", "norm/moving_variance", "out/bias",
          "out/kernel",
        ])
      for (tag, points) in histograms {
        #expect(points.map { $0[0].number } == [3, 6], "\(tag)")
        for point in points {
          let (lowest, highest, count) = (point[1].number, point[2].number, point[3].number)
          let (limits, counts) = (point[6].list, point[7].list)
          #expect(lowest <= highest && count >= 1 && counts.reduce(0, +) == count, "\(tag)")
          #expect(limits.count == counts.count && zip(limits, limits.dropFirst()).allSatisfy(<), "\(tag)")
          #expect(point[5].number >= 0 && abs(point[4].number) <= count * max(-lowest, highest), "\(tag)")
        }
      }
      let weights: Double? = histograms["conv/kernel"]?[0][3].number
      #expect(weights == 135)  // 3 × 3 × 3 × 5
      let images = try #require(events.training.images["filters/conv/kernel"])
      #expect(images.map { $0[0] } == [3, 6])
      #expect(images.allSatisfy { $0[3] > 30 })
      #expect(events.validation?.images["mistakes"]?.map { $0[0] } == [3, 6])

      #expect(events.hparams["batch_size"] == .number(16) && events.hparams["model"] == .text("net"))
      #expect(events.hparams["augmentation/flip"] == .flag(true) && events.hparams["clip_norm"] == .number(1))
      #expect(events.hparams["metrics"] == .text("[accuracy, top_2_accuracy]") && events.hparams["network"] == nil)
      // Runs that differ in these alone can be told apart.
      #expect(events.hparams["class_weights"] == .text("[1, 2, 1]"))
      guard case .text(let rules) = events.hparams["parameter_rules"] else {
        Issue.record("\(events.hparams)")
        return
      }
      #expect(rules.contains(#""match":["*/bias"]"#) && rules.contains("0.02"), "\(rules)")
      #expect(events.status == 1)
    }

    /// Of answers that are numbers none is right; a map has an answer at each place; who does not validate has no validation.
    @Test func otherTargetsAndNoValidation() throws {
      for (kind, options) in [
        ("numbers", "--metrics mean_absolute_error"), ("maps", "--metrics accuracy,mean_io_u"),
        ("classes", "--validate-every 0 --clip-value 0.001"),
      ] {
        try run("\(Self.recipe(kind)) --epochs 1 \(options) --run \(kind)")
        let events = try events(kind)
        try expectLikeMetrics(kind, events)
        #expect((events.validation == nil) == options.contains("--validate-every 0"))
        #expect((events.training.records["epoch_accuracy"] == nil) == (kind == "numbers"))
        #expect((events.training.records["epoch_mean_io_u"] == nil) == (kind != "maps"))
        #expect(events.training.records["exposed_exchange_ms"] == nil)
        #expect(events.validation?.images["mistakes"]?.map { $0[0] } ?? [3] == [3])
        // Not as short as values that are cut off at 0.001 would make it.
        #expect(events.training.records["gradient_norm"]?.allSatisfy { $0[1] > 0.01 } == true)
      }
    }

    /// Killed amid an epoch, and gone on with elsewhere from a checkpoint before that; again with the last one lost.
    @Test func aRunThatIsKilledIsToldOfOnce() throws {
      let options = "--checkpoint-every 5 --validate-every 2 --run"
      let running = try program.start(
        Program.mpirun
          + (["-np", "2", Program.binary]
            + "\(Self.recipe()) --steps 1000000 \(options) run".split(separator: " ")
            .map(String.init)))
      try program.wait(for: 40, in: "run")
      running.kill()
      let outcome = try program("inspect run/checkpoints/latest")
      let line = try #require(outcome.lines.first { $0.hasPrefix("step: ") })
      let step = try #require(Int(line.dropFirst(6)))
      try run("train --resume --steps \(step + 2) --data classes.npz --run run", ranks: 3)
      _ = try program.shell("rm run/checkpoints/step-*\(step + 2).safetensors run/checkpoints/latest")
      try run("train --resume --steps \(step + 5) --data classes.npz --run run")
      try run("\(Self.recipe()) --steps \(step + 5) \(options) control")
      let (events, control) = (try events("run"), try events("control"))
      try expectLikeMetrics("run", events)
      for tag in ["batch_loss", "gradient_norm", "learning_rate", "epoch_loss", "epoch_accuracy"] {
        #expect(events.training.records[tag] == control.training.records[tag], "\(tag)")
      }
      #expect(events.validation?.records == control.validation?.records)
      #expect(events.training.histograms == control.training.histograms)
      #expect(events.hparams == control.hparams && events.status == 1)
    }

    /// A bit of a file has changed, and it has lost its end: what lies before that stays, and it is told.
    @Test func aDamagedFileIsGoneOnWith() throws {
      try run("\(Self.recipe()) --epochs 2 --run run")
      let file = try #require(try program.names(in: "run").first { $0.hasPrefix("events.out.tfevents.") })
      // Amid what the end of the first epoch has left.
      let size = try #require(Int(try program.shell("stat -c %s run/\(file)").lines.first ?? ""))
      try program.damage("run/\(file)", fromEnd: size * 3 / 4)
      let outcome = try run("train --resume --epochs 3 --data classes.npz --run run", ranks: 2)
      #expect(
        outcome.complaints.count == 1 && outcome.error.contains("\(file): is damaged at byte"), "\(outcome.error)")
      let damaged = try events("run").training
      #expect(damaged.records == damaged.scalars)
      #expect(damaged.records["batch_loss"]?.map { $0[0] } == [1, 2, 3, 7, 8, 9])
      _ = try program.shell("truncate -s 5 run/\(file); echo none > run/events.out.tfevents.1.cnn-dist")
      try run("train --resume --epochs 4 --data classes.npz --run run")
      #expect(try events("run").training.records["batch_loss"]?.map { $0[0] } == [7, 8, 9, 10, 11, 12])
      #expect(try events("run").status == 1)
    }

    /// They are not what a run is for: it goes on without, and says so once.
    @Test(arguments: ["run/events", "run/validation"]) func aFullDiskIsNoObstacle(_ place: String) throws {
      let outcome = try program(
        "\(Self.recipe()) --epochs 2 --run run", environment: try program.refusing("write:28", below: place))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.complaints.count == 1 && outcome.error.contains("TensorBoard hears no more"), "\(outcome.error)")
      try run("train --resume --steps 8 --data classes.npz --run run")
      let seen = try events("run").training.records["batch_loss"]?.map { $0[0] }
      #expect(seen == (place == "run/events" ? [7, 8] : [1, 2, 3, 7, 8]))
    }

    @Test func whoDoesNotWantThemHasNone() throws {
      func count() throws -> Int { try program.names(in: "run").count { $0.contains("tfevents") } }
      try run("\(Self.recipe()) --steps 1 --no-tensorboard --run run")
      try run("train --resume --data classes.npz --steps 2 --run run")
      #expect(try count() == 0)
      try run("train --resume --data classes.npz --steps 3 --tensorboard --run run")
      #expect(try count() == 1)
      #expect(try events("run").training.records["batch_loss"]?.map { $0[0] } == [3])
      #expect(try program("\(Self.recipe()) --tensorboard --no-tensorboard").code == 64)
    }
  }
}
