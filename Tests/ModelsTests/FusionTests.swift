import Kernels
import Layers
import Models
import Tensors
import Testing

/// Which functions run along with the stage before, and that no bit shows it.
@Suite struct FusionTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test func functionsRunAlongWithTheStageBefore() throws {
    let model = try Sequential(name: "chain", input: [12, 12, 3]) {
      Conv2D(6, kernel: 3, useBias: false)
      BatchNormalization()
      ReLU()
      MaxPooling2D(2)
      DepthwiseConv2D(kernel: 2)
      ReLU(maxValue: 6)
      SeparableConv2D(5, kernel: 2)
      ActivationLayer(.gelu)
      Conv2DTranspose(4, kernel: 2)
      LeakyReLU(negativeSlope: 0.2)
      BatchNormalization()
      ActivationLayer(.silu)
      Conv2D(4, kernel: 3)
      ActivationLayer(.tanh)
      Flatten()
      Dense(7)
      Reshape([7, 1])
      ActivationLayer(.sigmoid)
      Flatten()
      Dense(5)
    }
    #expect(fusedFunctions(model).count == 7)
    try expectSameBits(model)
  }

  @Test func aResidualSumIsRectifiedOnTheWay() throws {
    let image = SymbolicTensor(input: [8, 8, 3])
    let x = Conv2D(6, kernel: 3, padding: .same)(image)
    let y = ReLU()(BatchNormalization()(Conv2D(6, kernel: 3, padding: .same)(x)))
    let z = ReLU()(Add()(x, BatchNormalization()(Conv2D(6, kernel: 3, padding: .same)(y))))
    let model = try Model(inputs: image, outputs: Dense(4)(GlobalAveragePooling2D()(z)))
    #expect(fusedFunctions(model) == ["re_lu", "re_lu_1"])
    try expectSameBits(model)
  }

  /// What feeds others too, or is an output, or is no function of single elements, or needs what nobody keeps.
  @Test func whatStaysAStageOfItsOwn() throws {
    let image = SymbolicTensor(input: [8, 8, 3])
    let readTwice = Conv2D(4, kernel: 1)(image)
    let rectified = ReLU()(readTwice)
    let sloped = LeakyReLU()(Conv2D(4, kernel: 1)(image))
    let channels = Softmax()(Conv2D(4, kernel: 1)(image))
    let pooled = ReLU()(AveragePooling2D(1)(image))
    let twice = ReLU()(Conv2D(4, kernel: 1, activation: .tanh)(image))
    let curved = ActivationLayer(.gelu)(Add()(rectified, channels))
    let penalised = ReLU()(ActivityRegularization(l2: 0.5)(Conv2D(4, kernel: 1)(image)))
    let all = Concatenate()(readTwice, rectified, sloped, pooled, twice, curved, penalised)
    let model = try Model(inputs: image, outputs: Dense(4)(GlobalAveragePooling2D()(all)))
    #expect(fusedFunctions(model).isEmpty)
    try expectSameBits(model)
    let dense = Dense(4)(image)
    #expect(fusedFunctions(try Model(inputs: [image], outputs: [dense, ReLU()(dense)])).isEmpty)
  }

  /// A layer that is used again may end in a function at one place and not at another.
  @Test func layersUsedAgain() throws {
    let image = SymbolicTensor(input: [6, 6, 4])
    let convolution = LayerInstance(Conv2D(4, kernel: 3, padding: .same))
    let normalization = LayerInstance(BatchNormalization())
    let frozen = LayerInstance(BatchNormalization(), isTrainable: false)
    let x = ReLU()(normalization(convolution(image)))
    let y = ReLU()(frozen(normalization(convolution(x))))
    let model = try Model(inputs: image, outputs: Dense(4)(GlobalMaxPooling2D()(y)))
    #expect(fusedFunctions(model) == ["re_lu", "re_lu_1"])
    try expectSameBits(model)
  }

  /// What is written stays as it is.
  @Test func nothingThatIsWrittenChanges() throws {
    let model = try Sequential(name: "written", input: [6, 6, 2]) {
      Conv2D(3, kernel: 3)
      BatchNormalization()
      ReLU()
      GlobalAveragePooling2D()
      Dense(4)
    }
    #expect(fusedFunctions(model) == ["re_lu"])
    #expect(model.fused.summary == model.summary)
    #expect(model.fused.layout.entries.map(\.name) == model.layout.entries.map(\.name))
    #expect(model.fused.stages.map(\.written.className) == model.stages.map(\.written.className))
  }

  /// The stages that only pass on what the stage before has given, when it is run.
  private func fusedFunctions(_ model: Model) -> [String] {
    model.fused.stages.filter { $0.operation.layer is Identity }.map(\.name)
  }

  private func expectSameBits(_ model: Model, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (plain, fused) = (try bits(of: model), try bits(of: model.fused))
    #expect(fused == plain, sourceLocation: sourceLocation)
    #expect(plain.allSatisfy { Float(bitPattern: $0).isFinite } && Set(plain).count > 9, sourceLocation: sourceLocation)
  }

  /// The outputs and gradients of two slices in training, and the outputs of inference.
  private func bits(of model: Model) throws -> [UInt32] {
    let slices = [0..<5, 5..<8]
    let drawn: [Int32] = (0..<8).map { 40 - 3 * $0 }
    let values = FloatStorage(fractions(model.parameterCount, seed: 8))
    for entry in model.layout.entries where entry.name.hasSuffix("moving_variance") {
      for i in entry.range { values.buffer[i] = abs(values.buffer[i]) + 0.5 }
    }
    let workspace = Workspace(model: model, samples: 8)
    let x = fractions(8 * model.input.count, seed: 3)
    let sinks = slices.map { _ in OneSlice(model.layout.gradientCount) }
    var bits: [UInt32] = []
    _ = workspace.input(samples: 8).buffer.update(fromContentsOf: x)
    try drawn.withUnsafeBufferPointer { drawn in
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      bits += workspace.forward(slices: slices, values: values.buffer.reading, draw: draw).buffer.map(\.bitPattern)
      try workspace.backward(
        slices: slices, batch: 8, values: values.buffer.reading, draw: draw, into: ManySlices(sinks))
    }
    bits += sinks.flatMap { $0.gradients.buffer.map(\.bitPattern) }
    _ = workspace.input(samples: 8).buffer.update(fromContentsOf: x)
    bits += workspace.forward(slices: slices, values: values.buffer.reading, draw: nil, isKeeping: false).buffer
      .map { abs($0).bitPattern }
    return bits
  }
}
