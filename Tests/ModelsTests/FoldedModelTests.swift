import Kernels
import Layers
import Models
import Tensors
import Testing

/// That a model judges alike with its normalisations in the parameters of the layers before them.
@Suite struct FoldedModelTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test func normalisationsRightBehindAreFolded() throws {
    let model = try Sequential(name: "chain", input: [12, 12, 4]) {
      Conv2D(6, kernel: 3, useBias: false)
      BatchNormalization()
      ReLU()
      MaxPooling2D(2)
      DepthwiseConv2D(kernel: 2, depthMultiplier: 2)
      BatchNormalization(scale: false)
      ReLU(maxValue: 6)
      Conv2D(8, kernel: 1, groups: 2)
      Dropout(0.5)
      BatchNormalization(center: false)
      ActivationLayer(.gelu)
      SeparableConv2D(5, kernel: 2)
      BatchNormalization()
      Flatten()
      Dense(7, useBias: false)
      BatchNormalization(epsilon: 0.1)
      Dense(5)
    }
    #expect(folded(model).count == 5)
    try expectSameOutputs(model)
  }

  /// Behind a function or a pooling, beside another reader, over other channels, at an output: nothing can be folded.
  @Test func whatStaysAStageOfItsOwn() throws {
    let image = SymbolicTensor(input: [8, 8, 3])
    let readTwice = Conv2D(4, kernel: 1)(image)
    let besides = BatchNormalization()(readTwice)
    let rectified = BatchNormalization()(Conv2D(4, kernel: 1, activation: .relu)(image))
    let pooled = BatchNormalization()(AveragePooling2D(1)(Conv2D(4, kernel: 1)(image)))
    let others = Reshape([8, 8, 4])(BatchNormalization()(Reshape([16, 16])(Conv2D(4, kernel: 1)(image))))
    let all = Concatenate()(readTwice, besides, rectified, pooled, others)
    let model = try Model(inputs: image, outputs: Dense(4)(GlobalAveragePooling2D()(all)))
    #expect(folded(model).isEmpty)
    #expect(FoldedModel(model).constants(FloatStorage(count: model.parameterCount).buffer.reading) == nil)
    let dense = Dense(4)(image)
    #expect(folded(try Model(inputs: [image], outputs: [dense, BatchNormalization()(dense)])).isEmpty)
  }

  /// Kernels that are transformed once give the bits of those that are transformed for each group of samples: in one to three
  /// axes, folded and not, used twice, before a function that wants its input, and at an output.
  @Test func preparedKernelsLeaveNoTrace() throws {
    let image = SymbolicTensor(input: [12, 12, 16])
    let shared = LayerInstance(Conv2D(16, kernel: 3, padding: .same))
    let x = ReLU()(shared(image))
    let y = Conv2D(24, kernel: 3, activation: .gelu)(MaxPooling2D(2)(shared(x)))
    let z = Conv3D(16, kernel: 3, padding: .same)(Reshape([4, 4, 4, 6])(y))
    let sequence = Conv1D(20, kernel: 5, padding: .same, activation: .silu)(Reshape([64, 16])(z))
    let ends = [Dense(4)(Flatten()(sequence)), Conv2D(16, kernel: 3)(x)]
    let model = try Model(inputs: [image], outputs: ends)
    let judged = FoldedModel(model.fused)
    #expect(judged.model.stages.count { $0.layer is PreparedConvolution } == 5)
    let values = FloatStorage(fractions(model.parameterCount, seed: 8))
    let constants = try #require(judged.constants(values.buffer.reading))
    let workspace = Workspace(model: model.fused, judged: judged.model, samples: 8)
    let plain = Workspace(model: model.fused, samples: 8)
    for (space, constants) in [(workspace, constants.buffer.reading), (plain, nil)] {
      _ = space.input(samples: 8, isKeeping: false).buffer.update(
        fromContentsOf: fractions(8 * model.input.count, seed: 3))
      space.forward(
        slices: [0..<5, 5..<8], values: values.buffer.reading, constants: constants, draw: nil, isKeeping: false)
    }
    for index in ends.indices {
      let outputs = [workspace, plain].map { Array($0.output(index, samples: 8, isKeeping: false).buffer) }
      #expect(outputs[0] == outputs[1] && Set(outputs[0]).count > 9)
    }
  }

  /// Each place of a layer that is used again has a kernel of its own.
  @Test func layersUsedAgain() throws {
    let image = SymbolicTensor(input: [6, 6, 4])
    let convolution = LayerInstance(Conv2D(4, kernel: 3, padding: .same))
    let x = ReLU()(BatchNormalization()(convolution(image)))
    let y = ReLU()(BatchNormalization()(convolution(x)))
    let model = try Model(inputs: image, outputs: Dense(4)(GlobalMaxPooling2D()(Add()(x, y))))
    #expect(folded(model).count == 2)
    try expectSameOutputs(model)
  }

  /// The normalisations that only pass on what the stage before has given.
  private func folded(_ model: Model) -> [String] {
    zip(model.stages, FoldedModel(model.fused).model.stages).filter {
      $0.operation.layer is BatchNormalization && $1.operation.layer is Identity
    }.map(\.0.name)
  }

  private func expectSameOutputs(_ model: Model, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let values = FloatStorage(fractions(model.parameterCount, seed: 8))
    for entry in model.layout.entries where entry.name.hasSuffix("moving_variance") {
      for i in entry.range { values.buffer[i] = abs(values.buffer[i]) + 0.5 }
    }
    let judged = FoldedModel(model.fused)
    let own = try #require(judged.constants(values.buffer.reading))
    func outputs(_ workspace: Workspace, _ constants: FloatBuffer?) -> [Float] {
      _ = workspace.input(samples: 8).buffer.update(fromContentsOf: fractions(8 * model.input.count, seed: 3))
      return Array(
        workspace.forward(
          slices: [0..<5, 5..<8], values: values.buffer.reading, constants: constants, draw: nil, isKeeping: false
        ).buffer)
    }
    let plain = outputs(Workspace(model: model, samples: 8), nil)
    let folded = outputs(Workspace(model: model.fused, judged: judged.model, samples: 8), own.buffer.reading)
    let largest = plain.map(abs).max() ?? 0
    #expect(zip(plain, folded).allSatisfy { abs($0 - $1) < 1e-5 * largest }, sourceLocation: sourceLocation)
    #expect(largest > 0.01 && Set(plain).count > 9, sourceLocation: sourceLocation)
  }
}
