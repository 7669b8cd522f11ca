import FoundationEssentials
import Objectives
import Tensors
import Testing

/// Losses with their gradients, and metrics, against Keras's numbers: `Tests/Goldens/keras_objectives.py` wrote them.
@Suite struct KerasObjectiveTests {
  struct LossCase: Decodable, CustomStringConvertible {
    let name: String
    let output: [Int]
    let outputs: [Float]
    let targets: [Float]
    let areClasses: Bool
    let loss: Double
    let gradient: [Double]
    let fromLogits: Bool?
    let smoothing: Float?
    let delta: Float?

    var description: String { "\(name) of \(output), logits \(fromLogits ?? false), smoothing \(smoothing ?? 0)" }
  }

  struct MetricCase: Decodable, CustomStringConvertible {
    let name: String
    let output: [Int]
    let outputs: [Float]
    let targets: [Float]
    let areClasses: Bool
    let value: Double
    let loss: String

    var description: String { "\(name) of \(output) for \(loss)" }
  }

  private struct Document: Decodable {
    let losses: [LossCase]
    let metrics: [MetricCase]
  }

  private static let document: Document = {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/objectives.json").standardized
    guard let data = try? Data(contentsOf: file), let document = try? JSONDecoder().decode(Document.self, from: data)
    else { preconditionFailure("\(file.path) cannot be read") }
    return document
  }()

  static let losses = document.losses
  static let metrics = document.metrics

  @Test func allAreThere() {
    #expect(Set(Self.losses.map(\.name)) == Set(LossKind.allCases.map(\.rawValue)))
    #expect(Self.losses.count == 15 && Self.metrics.count == 24)
  }

  @Test(arguments: losses)
  func lossAndGradient(_ test: LossCase) throws {
    let objective = try Self.objective(of: test)
    let (outputs, targets) = Self.load(objective, test.outputs, test.targets)
    let samples = outputs.samples
    let found = objective.loss(of: outputs, targets.targets) / Double(samples)
    #expect(abs(found - test.loss) <= 1e-6 * max(1, abs(test.loss)))
    objective.gradient(outputs, targets.targets, batch: samples)
    for (index, expected) in test.gradient.enumerated() {
      let own = Double(outputs.buffer[index])
      // Where probabilities are tiny Keras's float32 gradient is as large as it is inexact.
      #expect(abs(own - expected) <= 1e-6 + 1e-5 * abs(expected), "\(index)")
    }
  }

  /// A sum over slices is that of all: weights count the global batch.
  @Test(arguments: losses)
  func slicesAddUp(_ test: LossCase) throws {
    let objective = try Self.objective(of: test)
    let (outputs, targets) = Self.load(objective, test.outputs, test.targets)
    let (copy, _) = Self.load(objective, test.outputs, test.targets)
    let samples = outputs.samples
    let whole = objective.loss(of: outputs, targets.targets)
    let parts = [0..<1, 1..<samples].map { objective.loss(of: outputs.samples($0), targets.targets.samples($0)) }
    #expect(abs(parts.reduce(0, +) - whole) <= 1e-12 * abs(whole))
    objective.gradient(outputs, targets.targets, batch: samples)
    for part in [0..<1, 1..<samples] {
      objective.gradient(copy.samples(part), targets.targets.samples(part), batch: samples)
    }
    #expect(Array(copy.buffer) == Array(outputs.buffer))
  }

  @Test(arguments: metrics)
  func metric(_ test: MetricCase) throws {
    let (metric, kind) = (try #require(Metric(name: test.name)), try #require(LossKind(name: test.loss)))
    #expect(metric.name == test.name)
    let objective = Self.objective(Loss(kind), .values, test.output, test.areClasses, metrics: [metric])
    let (outputs, targets) = Self.load(objective, test.outputs, test.targets)
    let row = FloatStorage(count: objective.rowCount)
    // In two slices, as two ranks would count.
    var tally = objective.measure(outputs.samples(0..<2), targets.targets.samples(0..<2), row: row.buffer)
    let rest = 2..<outputs.samples
    tally += objective.measure(outputs.samples(rest), targets.targets.samples(rest), row: row.buffer)
    let value = try #require(objective.values(of: tally).first?.value)
    #expect(abs(value - test.value) <= 2e-6 * max(1, test.value))
  }

  @Test func ofEqualOutputsTheFirstIsTheAnswer() {
    let objective = Self.objective(
      Loss(.sparseCategoricalCrossentropy), .softmaxLogits, [3], true, metrics: [.accuracy])
    let (outputs, targets) = Self.load(objective, [2, 2, 1, 2, 2, 1], [0, 1])
    let tally = objective.measure(outputs, targets.targets, row: FloatStorage(count: 3).buffer)
    #expect(tally.counters == [1, 2])
  }

  /// A class that counts double has twice the loss and twice the gradient, in every form.
  @Test(arguments: [Objective.Form.softmaxLogits, .values])
  func classWeights(_ form: Objective.Form) {
    let loss = Loss(.sparseCategoricalCrossentropy)
    let outputs: [Float] = form == .values ? [0.2, 0.8, 0.5, 0.5] : [1, 2, -1, 0.5]
    func run(_ weights: [Float]?) -> (loss: Double, gradient: [Float]) {
      let objective = Objective(
        loss, form: form, output: [2], targets: .classes(2, positions: []), metrics: [], classWeights: weights)
      let (outputs, targets) = Self.load(objective, outputs, [0, 1])
      let loss = objective.loss(of: outputs, targets.targets)
      objective.gradient(outputs, targets.targets, batch: 2)
      return (loss, Array(outputs.buffer))
    }
    let (plain, none, first) = (run(nil), run([1, 1]), run([2, 1]))
    #expect(none.loss == plain.loss && none.gradient == plain.gradient)
    #expect(first.gradient == [2 * plain.gradient[0], 2 * plain.gradient[1], plain.gradient[2], plain.gradient[3]])
    #expect(first.loss > plain.loss)
  }

  private static func objective(of test: LossCase) throws -> Objective {
    let kind = try #require(LossKind(name: test.name))
    let loss = Loss(kind, delta: test.delta ?? 1, labelSmoothing: test.smoothing ?? 0)
    let form: Objective.Form =
      test.fromLogits == true ? (kind.isCategorical ? .softmaxLogits : .sigmoidLogits) : .values
    return objective(loss, form, test.output, test.areClasses, metrics: [])
  }

  private static func objective(
    _ loss: Loss, _ form: Objective.Form, _ output: [Int], _ areClasses: Bool, metrics: [Metric]
  ) -> Objective {
    let targets: TargetKind =
      areClasses ? .classes(output.last ?? 1, positions: Shape(Array(output.dropLast()))) : .values(Shape(output))
    return Objective(loss, form: form, output: Shape(output), targets: targets, metrics: metrics)
  }

  private static func load(
    _ objective: Objective, _ outputs: [Float], _ targets: [Float]
  ) -> (TensorView, TargetBuffer) {
    let samples = outputs.count / objective.output.count
    let memory = FloatStorage(outputs)
    let buffer = TargetBuffer(objective, samples: samples)
    let count = targets.count / samples
    for n in 0..<samples {
      let own = targets[n * count..<(n + 1) * count]
      buffer.load(
        n, classes: { classes in for (i, value) in own.enumerated() { classes[i] = Int32(value) } },
        values: { values in _ = values.update(fromContentsOf: own) })
    }
    leaked.append(memory)
    return (TensorView(samples: samples, shape: objective.output, buffer: memory.buffer), buffer)
  }

  /// Views do not keep their memory.
  nonisolated(unsafe) private static var leaked: [FloatStorage] = []
}
