import Kernels
import Layers
import Models
import Tensors
import Testing

/// Outputs that no window of a pooling reaches are left out, and nothing that can be seen changes.
@Suite struct TrimmingTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test func lastLinesThatNoWindowReachesAreNotComputed() throws {
    let model = try Sequential(name: "odd", input: [15, 16, 3]) {
      Conv2D(20, kernel: 3, activation: .relu)
      MaxPooling2D(2)
      Conv2D(18, kernel: [2, 3], padding: .same, kernelRegularizer: .l2(0.5))
      ActivationLayer(.gelu)
      AveragePooling2D(2)
      Flatten()
      Dense(5)
    }
    #expect(shapes(model.fused) == [[12, 14, 20], [6, 7, 20], [6, 6, 18], [6, 6, 18], [3, 3, 18], [162], [5]])
    try expectSameResults(model)
  }

  @Test func volumesAndSequences() throws {
    let volume = try Sequential(name: "volume", input: [9, 8, 7, 2]) {
      Conv3D(4, kernel: 2)
      Dropout(0.5)
      AveragePooling3D([3, 2, 4], stride: [3, 3, 4])
      Flatten()
      Dense(5)
    }
    // What is drawn from stands on its own.
    #expect(shapes(volume.fused).first == [8, 7, 6, 4])
    let sequence = try Sequential(name: "sequence", input: [40, 3]) {
      Conv1D(17, kernel: 5, padding: .causal, groups: 1)
      MaxPooling1D(3)
      Conv1D(34, kernel: 3, groups: 17)
      MaxPooling1D(3, stride: 5)
      Flatten()
      Dense(5)
    }
    #expect(shapes(sequence.fused).prefix(4) == [[39, 17], [13, 17], [8, 34], [2, 34]])
    try expectSameResults(sequence)
  }

  /// Statistics look at all, and so does whoever else reads or is given the outputs.
  @Test func whatIsLookedAtIsComputed() throws {
    let image = SymbolicTensor(input: [9, 9, 3])
    let measured = MaxPooling2D(2)(BatchNormalization()(Conv2D(4, kernel: 3)(image)))
    let twice = Conv2D(4, kernel: 3)(image)
    let padded = MaxPooling2D(2, padding: .same)(Conv2D(4, kernel: 3)(image))
    let penalised = MaxPooling2D(2)(ActivityRegularization(l2: 0.5)(Conv2D(4, kernel: 3)(image)))
    let all = [measured, MaxPooling2D(2)(twice), padded, penalised].map { Flatten()($0) } + [Flatten()(twice)]
    let model = try Model(inputs: image, outputs: Dense(4)(Concatenate()(all[0], all[1], all[2], all[3], all[4])))
    #expect(shapes(model.fused) == shapes(model))
    let given = Conv2D(4, kernel: 3)(image)
    let two = try Model(inputs: [image], outputs: [MaxPooling2D(2)(given), given])
    #expect(shapes(two.fused) == shapes(two))
  }

  private func shapes(_ model: Model) -> [Shape] { model.stages.map(\.output) }

  private func expectSameResults(_ model: Model) throws {
    let (plain, trimmed) = (try results(of: model), try results(of: model.fused))
    #expect(model.fused.layout.entries.map(\.range) == model.layout.entries.map(\.range))
    #expect(plain.count == trimmed.count)
    let largest = plain.map(abs).max() ?? 0
    #expect(zip(plain, trimmed).allSatisfy { abs($0 - $1) < 1e-5 * largest } && largest > 0)
  }

  /// The outputs and gradients of a slice.
  private func results(of model: Model) throws -> [Float] {
    let values = FloatStorage(fractions(model.parameterCount, seed: 8))
    let workspace = Workspace(model: model, samples: 3)
    _ = workspace.input(samples: 3).buffer.update(fromContentsOf: fractions(3 * model.input.count, seed: 3))
    let outputs = workspace.forward(slices: [0..<3], values: values.buffer.reading, draw: nil)
    let sink = OneSlice(model.layout.gradientCount)
    let results = Array(outputs.buffer)
    try workspace.backward(
      slices: [0..<3], batch: 3, values: values.buffer.reading, draw: nil, into: ManySlices([sink]))
    return results + sink.gradients.buffer
  }
}
