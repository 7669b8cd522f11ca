import FoundationEssentials
import Runs
import Tensors
import TestSupport
import Testing

extension ProgramTests {
  /// Numbers that are none: found in their step by all ranks together.
  @Suite struct NotFiniteTests {
    private let program: Program

    /// A network without anything that would tame its numbers.
    private static let model = """
      {"class_name": "Sequential", "config": {"name": "bare", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
        {"class_name": "AveragePooling2D", "config": {"name": "pool", "pool_size": 8}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 10, "activation": "softmax"}}]}}
      """
    private static let recipe =
      "--model bare.json --dataset synthetic --limit 100 --batch-size 20 --slice 4 --validate-every 0"

    init() throws {
      program = try Program()
      try Data(Self.model.utf8).write(to: URL(filePath: "\(program.folder)/bare.json"))
    }

    /// Weights for `bare.json` whose only numbers are those of the first class, all the same: its logit grows with the
    /// light of a picture. `spoil` is put at one place of the kernel.
    private func writeWeights(_ name: String, light: Float, spoil: Float? = nil) throws {
      var writer = SafetensorsWriter()
      let (kernel, bias) = (FloatStorage(count: 480), FloatStorage(count: 10))
      for row in 0..<48 { kernel.buffer[10 * row] = light }
      if let spoil { kernel.buffer[123] = spoil }
      writer.add(name: "out/kernel", shape: [48, 10], floats: kernel.buffer.reading)
      writer.add(name: "out/bias", shape: [10], floats: bias.buffer.reading)
      try writer.write(to: "\(program.folder)/\(name)", metadata: [:])
    }

    /// Weights so large that the sum of the losses of some batches is more than a float can hold.
    private func writeWeightsOnTheBrink() throws {
      try writeWeights("bright", light: 1e30)
      let outcome = try program("train \(Self.recipe) --weights bright --learning-rate 0 --epochs 2 --run measure")
      try #require(outcome.code == 0, "\(outcome.error)")
      let losses = try program.metrics("measure").filter { $0["kind"] == .text("step") }.compactMap {
        $0["loss"]?.number
      }
      let middle = losses.sorted()[losses.count / 2]
      try writeWeights("brink", light: Float(1e30 * Double(Float.greatestFiniteMagnitude) / 20 / (middle * 1.0001)))
    }

    @Test func theRunStopsOnAllRanksAndKeepsItsCheckpoint() throws {
      for (ranks, reduction) in [(nil, "tree"), (2, "tree"), (3, "mpi")] {
        let run = "run-\(ranks ?? 0)-\(reduction)"
        let begun = try program(
          "train \(Self.recipe) --learning-rate 1e38 --momentum 0.9 --steps 1 --reduction \(reduction) --run \(run)",
          ranks: ranks)
        #expect(begun.code == 0, "\(begun.error)")
        let before = try program.inventory("\(run)/checkpoints")
        let stopped = try program("train --resume --run \(run) --epochs 1", ranks: ranks)
        #expect(stopped.code == 65, "\(stopped.error)")
        let told = stopped.complaints.filter { $0.contains("was not taken, because the loss is") }
        #expect(told.count == 1)
        #expect(told[0].hasPrefix("step 2 was not taken"))
        #expect(told[0].contains("the last good checkpoint is \(run)/checkpoints/step-00000001.safetensors: "))
        #expect(try program.inventory("\(run)/checkpoints") == before)
        #expect(try program.metrics(run).count == 1)
      }
    }

    @Test func skippedStepsAreTheSameOnAnyNumberOfRanks() throws {
      try writeWeightsOnTheBrink()
      let options = "\(Self.recipe) --weights brink --epochs 2 --journal"
      // Without the option the run ends.
      #expect(try program("train \(options) --run stopped").code == 65)
      let control = try program("train \(options) --on-nan skip --run control")
      #expect(control.code == 0, "\(control.error)")
      let metrics = try program.timelessMetrics("control")
      let skipped = metrics.filter { $0["skipped"] != nil }
      #expect(0 < skipped.count && skipped.count < 10)
      #expect(skipped.allSatisfy { $0["skipped"] == .text("the loss is Infinity") && $0["loss"] == .text("Infinity") })
      #expect(metrics.last?["skipped_steps"]?.number == Double(skipped.count))
      #expect(control.output.contains(", \(skipped.count) step"))
      #expect(control.output.contains("left out; run folder control"))
      let hash = try program.finalHash("control")
      for ranks in 1...4 {
        let run = "run-\(ranks)"
        let outcome = try program(
          "train \(options) --on-nan skip --threads \(ranks % 2 + 1) --run \(run)", ranks: ranks)
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(try program.finalHash(run) == hash, "\(ranks) ranks")
        #expect(try program.timelessMetrics(run) == metrics, "\(ranks) ranks")
        #expect(try program("compare control \(run)").code == 0)
      }
      let own = try program("train \(options) --on-nan skip --reduction mpi --run mpi", ranks: 3)
      #expect(own.code == 0, "\(own.error)")
      #expect(try program.timelessMetrics("mpi").filter { $0["skipped"] != nil }.count == skipped.count)
    }

    /// The count goes on with the run, and what stopped one is passed over by another.
    @Test func aStoppedRunGoesOnWithSkipping() throws {
      try writeWeightsOnTheBrink()
      let options = "\(Self.recipe) --weights brink --epochs 2 --journal"
      #expect(try program("train \(options) --on-nan skip --run control").code == 0)
      #expect(try program("train \(options) --run run", ranks: 2).code == 65)
      try program.resume("--run run --on-nan skip --steps 7")
      try program.resume("--run run --epochs 2", ranks: 3)
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
      // A step that was left out is replayed as one.
      let step = try #require(
        program.metrics("control").last { $0["skipped"] != nil && ($0["step"]?.number ?? 0) > 5 }?["step"]?.number)
      let replayed = try program("replay run --step \(Int(step))")
      #expect(replayed.code == 0, "\(replayed.error)")
      #expect(replayed.output.contains("step \(Int(step)) agrees with the journal and the metrics"))
    }

    @Test func filesWithSuchNumbersAreRefused() throws {
      try writeWeights("nan", light: 1, spoil: .nan)
      try writeWeights("infinite", light: 1, spoil: -.infinity)
      for (file, word) in [("nan", "NaN"), ("infinite", "-Infinity")] {
        for command in ["train \(Self.recipe) --run none", "evaluate --model bare.json --dataset synthetic"] {
          let refused = try program("\(command) --weights \(file)", ranks: 2)
          #expect(refused.code == 65)
          #expect(refused.complaints.count == 1)
          #expect(
            refused.complaints[0].hasPrefix("\(file): tensor out/kernel holds \(word) at 123, expected finite numbers"))
        }
      }
      #expect(try !program.names(in: ".").contains("none"))
    }
  }
}
