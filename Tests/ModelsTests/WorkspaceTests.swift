import Kernels
import Layers
import Models
import Tensors
import Testing

@Suite struct WorkspaceTests {
  private static let drawn: [Int32] = [3, 1, 49_999, 17]

  init() { OpenBLAS.useCallingThreadOnly() }

  private func network() throws -> Model {
    try Sequential(name: "tiny", input: [6, 5, 2]) {
      Conv2D(3, kernel: 3, padding: .same, activation: .relu)
      Dropout(0.25)
      Conv2D(4, kernel: 2, activation: .relu)
      MaxPooling2D(2)
      Flatten()
      Dense(6, activation: .relu)
      Dropout(0.25)
      Dense(3, activation: .softmax)
    }
  }

  private func values(_ model: Model) -> FloatStorage {
    FloatStorage(fractions(model.parameterCount, seed: 8))
  }

  /// The logits of `x` for the drawn samples.
  private func logits(_ model: Model, _ x: [Float], in workspace: Workspace) -> [UInt32] {
    let values = values(model)
    let samples = x.count / model.input.count
    return Self.drawn.withUnsafeBufferPointer { drawn in
      _ = workspace.input(samples: samples).buffer.update(fromContentsOf: x)
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      return workspace.forward(slices: [0..<samples], values: values.buffer.reading, draw: draw).buffer.map(
        \.bitPattern)
    }
  }

  @Test func logitsDoNotDependOnWhatTheWorkspaceHeld() throws {
    let model = try network()
    let x = fractions(3 * model.input.count, seed: 1)
    let fresh = logits(model, x, in: Workspace(model: model, samples: 4))
    let used = Workspace(model: model, samples: 4)
    _ = logits(model, [Float](repeating: .nan, count: 4 * model.input.count), in: used)
    #expect(logits(model, x, in: used) == fresh)
    #expect(fresh.allSatisfy { Float(bitPattern: $0).isFinite } && Set(fresh).count == 9)
  }

  @Test func logitsDoNotDependOnTheCapacity() throws {
    let model = try network()
    let x = fractions(3 * model.input.count, seed: 1)
    let exact = logits(model, x, in: Workspace(model: model, samples: 3))
    #expect(logits(model, x, in: Workspace(model: model, samples: 64)) == exact)
  }

  /// What inference leaves out and overwrites does not show: a dropout between layers, before a border and behind one.
  @Test func inferenceHasTheLogitsOfAPassThatKeepsAll() throws {
    let model = try Sequential(name: "dropouts", input: [8, 8, 2]) {
      Dropout(0.5)
      Conv2D(3, kernel: 3, activation: .relu)
      Dropout(0.25)
      MaxPooling2D(2)
      Dropout(0.25)
      Flatten()
      Dense(6, activation: .relu)
      Dropout(0.25)
      Dense(3, activation: .softmax)
    }
    let (values, x) = (values(model), fractions(9 * model.input.count, seed: 4))
    func logits(isKeeping: Bool) -> [UInt32] {
      let workspace = Workspace(model: model, samples: 9)
      _ = workspace.input(samples: 9).buffer.update(fromContentsOf: x)
      return workspace.forward(slices: [0..<6, 6..<9], values: values.buffer.reading, draw: nil, isKeeping: isKeeping)
        .buffer.map(\.bitPattern)
    }
    let kept = logits(isKeeping: true)
    #expect(logits(isKeeping: false) == kept)
    #expect(Set(kept).count > 9)
  }

  @Test func aDivergedLayerShowsInTheLogits() throws {
    let model = try network()
    let (values, workspace) = (values(model), Workspace(model: model, samples: 1))
    values.buffer[0] = .nan
    workspace.input(samples: 1).buffer.update(repeating: 1)
    let logits = workspace.forward(slices: [0..<1], values: values.buffer.reading, draw: nil)
    #expect(logits.buffer.allSatisfy { $0.isNaN })
  }

  @Test func gradientsAreFilledFromTheTail() throws {
    let model = try network()
    let (values, sink) = (values(model), OneSlice(model.layout.gradientCount))
    let workspace = Workspace(model: model, samples: 2)
    _ = workspace.input(samples: 2).buffer.update(fromContentsOf: fractions(2 * model.input.count, seed: 1))
    try Self.drawn.withUnsafeBufferPointer { drawn in
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      workspace.forward(slices: [0..<2], values: values.buffer.reading, draw: draw)
      try workspace.backward(
        slices: [0..<2], batch: 2, values: values.buffer.reading, draw: draw, into: sink)
    }
    // One call for each run of layers that learns, the last first.
    #expect(sink.steps.count > 1)
    #expect(sink.steps.last?.offset == 0)
    #expect(zip(sink.steps, sink.steps.dropFirst()).allSatisfy { $0.offset > $1.offset })
    for (offset, filled) in sink.steps {
      #expect(filled[offset...].elementsEqual(sink.gradients.floats[offset...]))
      #expect(filled[..<offset].allSatisfy { $0.isNaN })
    }
  }

  @Test func whatFilledThrowsEndsThePass() throws {
    struct Stop: Error {}
    let model = try network()
    let (values, sink) = (values(model), OneSlice(model.layout.gradientCount))
    sink.error = Stop()
    let workspace = Workspace(model: model, samples: 1)
    workspace.forward(slices: [0..<1], values: values.buffer.reading, draw: nil)
    #expect(throws: Stop.self) {
      try workspace.backward(
        slices: [0..<1], batch: 1, values: values.buffer.reading, draw: nil, into: sink)
    }
    #expect(sink.gradients.buffer[0].isNaN)
  }

  /// Several slices in one wave have the gradients that each has alone, to the last bit: dropout, convolutions in groups,
  /// and dense products of all rows at once included.
  @Test func aWaveGivesTheBitsOfItsSlices() throws {
    let model = try #require(try BuiltInModels.model(named: "keras-cnn", input: [12, 12, 3], classes: 10))
    try expectBitsOfSlices(model)
  }

  /// Likewise with layers that look at whole slices, that keep the values before their activation, and with dense layers
  /// that have several rows a sample.
  @Test func aWaveOfNormalizedSlicesToo() throws {
    try expectBitsOfSlices(
      Sequential(name: "normalized", input: [12, 12, 3]) {
        BatchNormalization()
        Conv2D(5, kernel: 3, stride: 2, activation: .gelu)
        Dense(6, activation: .silu)
        BatchNormalization()
        Dropout(0.25)
        Reshape([5, -1])
        Conv1D(7, kernel: 2, activation: .tanh)
        GlobalMaxPooling1D()
        BatchNormalization()
        Dense(10, activation: .softmax)
      })
  }

  /// Likewise in a graph, with tensors that feed several layers and layers that are used again.
  @Test func aWaveOfAGraphToo() throws {
    let image = SymbolicTensor(input: [12, 12, 3])
    let again = LayerInstance(Conv2D(6, kernel: 3, padding: .same, activation: .relu))
    let normalization = LayerInstance(BatchNormalization())
    let frozen = LayerInstance(Conv2D(6, kernel: 1, activation: .relu), isTrainable: false)
    let x = again(frozen(image))
    let y = normalization(Add()(x, again(x)))
    let z = Multiply()(normalization(Dropout(0.25)(y)), Maximum()(x, y))
    let rows = LayerInstance(Dense(6, activation: .silu))
    let all = Concatenate()(
      GlobalMaxPooling2D()(rows(z)), GlobalAveragePooling2D()(rows(y)), Dropout(0.5)(Flatten()(z)))
    try expectBitsOfSlices(Model(inputs: image, outputs: Dense(10, activation: .softmax)(all)))
  }

  /// Likewise with convolutions in which several samples of a slice share a product.
  @Test func aWaveOfSmallPlanesToo() throws {
    try expectBitsOfSlices(
      Sequential(name: "small planes", input: [7, 8, 3]) {
        Conv2D(16, kernel: 3, padding: .same, activation: .relu)
        Conv2D(32, kernel: 3, activation: .relu)
        Conv2D(16, kernel: 3, padding: .same)
        Flatten()
        Dense(10, activation: .softmax)
      })
  }

  /// A slice of several groups, which overwrite one another's activations where backward does not need them, has the sum of its
  /// samples' gradients.
  @Test func groupsOfASliceDoNotDisturbOneAnother() throws {
    let model = try Sequential(name: "wide", input: [32, 32, 3]) {
      Conv2D(32, kernel: 3, padding: .same, activation: .relu)
      Dropout(0.25)
      Conv2D(24, kernel: 3, activation: .relu)
      MaxPooling2D(2)
      Conv2D(5, kernel: 1, activation: .silu)
      ReLU()
      AveragePooling2D(3)
      Flatten()
      Dense(10, activation: .softmax)
    }
    let (values, samples) = (values(model), 7)
    let x = fractions(samples * model.input.count, seed: 6)
    let drawn: [Int32] = (0..<7).map { 3 * $0 + 1 }
    /// The gradients of some samples as one slice.
    func gradients(_ range: Range<Int>) throws -> [Float] {
      let (workspace, sink) = (Workspace(model: model, samples: range.count), OneSlice(model.layout.gradientCount))
      _ = workspace.input(samples: range.count).buffer
        .update(fromContentsOf: x[range.lowerBound * model.input.count..<range.upperBound * model.input.count])
      try drawn[range].withUnsafeBufferPointer { drawn in
        let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
        workspace.forward(slices: [0..<range.count], values: values.buffer.reading, draw: draw)
        try workspace.backward(
          slices: [0..<range.count], batch: samples, values: values.buffer.reading, draw: draw,
          into: sink)
      }
      return sink.gradients.floats
    }
    let together = try gradients(0..<samples)
    let alone = try (0..<samples).map { try gradients($0..<$0 + 1) }
    for entry in model.layout.entries {
      let largest = together[entry.range].map(abs).max() ?? 0
      // 30 × 30 terms of each sample, in another order: far below what a sample's lost activations would change.
      let differs = entry.range.first { i in
        abs(alone.reduce(0) { $0 + $1[i] } - together[i]) > 1e-4 * largest
      }
      #expect(differs == nil && largest > 0, "\(entry.name)")
    }
  }

  /// Slices pass through layers that measure them in groups of any size with the same bits: normalisations before and behind all
  /// kinds of layers, of an input, of what others read too, one of another, used again, and where several samples share a
  /// product.
  @Test func bitsDoNotDependOnTheGroups() throws {
    let image = SymbolicTensor(input: [8, 9, 3])
    let again = LayerInstance(BatchNormalization())
    let frozen = LayerInstance(BatchNormalization(), isTrainable: false)
    let normal = BatchNormalization()(image)
    let x = Conv2D(16, kernel: 3, padding: .same, useBias: false)(normal)
    let y = ActivationLayer(.silu)(again(x))
    let z = ReLU()(Add()(x, again(Conv2D(16, kernel: 3, padding: .same)(y)), BatchNormalization()(x)))
    let pooled = MaxPooling2D(2)(ReLU()(BatchNormalization()(BatchNormalization()(z))))
    let narrow = frozen(BatchNormalization()(DepthwiseConv2D(kernel: 2)(pooled)))
    let rows = ActivationLayer(.gelu)(BatchNormalization()(Dense(5)(narrow)))
    let all = Concatenate()(GlobalAveragePooling2D()(rows), GlobalMaxPooling2D()(z), Flatten()(narrow))
    let model = try Model(inputs: image, outputs: Dense(10, activation: .softmax)(all)).fused
    let reference = try gradients(model, [0..<5, 5..<10, 10..<12], from: 0, groupFloats: nil)
    for groupFloats in [1, 3_000, 1 << 20] {
      let found = try gradients(model, [0..<5, 5..<10, 10..<12], from: 0, groupFloats: groupFloats)
      let differing = model.layout.entries.filter { entry in
        !entry.isFixed && zip(found, reference).contains { $0[entry.range] != $1[entry.range] }
      }
      #expect(differing.map(\.name) == [], "groups of \(groupFloats) floats")
    }
    #expect(reference.allSatisfy { $0.allSatisfy { Float(bitPattern: $0).isFinite } })
    try expectBitsOfSlices(model)
  }

  /// Between two convolutions a normalisation and a function keep what goes in, and not what comes out: that is worked out again.
  @Test func whatANormalizationGivesIsNotKept() throws {
    let (blocks, tensor) = (6, 16 * 16 * 8)
    let model = try Sequential(name: "blocks", input: [16, 16, 8]) {
      for _ in 0..<blocks {
        Conv2D(8, kernel: 1)
        BatchNormalization()
        ReLU()
      }
      GlobalAveragePooling2D()
    }
    // Beyond a group: what each convolution gave, the input, and two gradients.
    let more = WorkspacePlan(model.fused, samples: 256).count - WorkspacePlan(model.fused, samples: 128).count
    #expect(more < 128 * (blocks + 4) * tensor)
  }

  private func expectBitsOfSlices(_ model: Model, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let slices = [0..<5, 5..<10, 10..<12]
    let together = try gradients(model, slices, from: 0)
    for (index, slice) in slices.enumerated() {
      let alone = try gradients(model, [0..<slice.count], from: slice.lowerBound)
      #expect(alone == [together[index]], sourceLocation: sourceLocation)
    }
    #expect(together.allSatisfy { $0.allSatisfy { Float(bitPattern: $0).isFinite } }, sourceLocation: sourceLocation)
  }

  /// The gradients of some of twelve samples, slice by slice.
  private func gradients(
    _ model: Model, _ slices: [Range<Int>], from start: Int, groupFloats: Int? = nil
  ) throws -> [[UInt32]] {
    let drawn: [Int32] = (0..<12).map { 40 - 3 * $0 }
    let values = values(model)
    for entry in model.layout.entries where entry.name.hasSuffix("moving_variance") {
      for i in entry.range { values.buffer[i] = abs(values.buffer[i]) + 0.5 }
    }
    let x = fractions(12 * model.input.count, seed: 3)
    let count = slices.last?.upperBound ?? 0
    let workspace = Workspace(model: model, samples: count, groupFloats: groupFloats)
    _ = workspace.input(samples: count).buffer
      .update(fromContentsOf: x[start * model.input.count..<(start + count) * model.input.count])
    let sinks = slices.map { _ in OneSlice(model.layout.gradientCount) }
    try drawn[start..<start + count].withUnsafeBufferPointer { drawn in
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      workspace.forward(slices: slices, values: values.buffer.reading, draw: draw)
      try workspace.backward(
        slices: slices, batch: 12, values: values.buffer.reading, draw: draw, into: ManySlices(sinks))
    }
    return sinks.map { $0.gradients.buffer.map(\.bitPattern) }
  }

  /// Over all slices of a batch, what stands in the place of an average's gradient is the weighted mean of the slices'
  /// statistics: here that of the input itself.
  @Test func sharesOfTheStatisticsAddUpToThoseOfTheBatch() throws {
    let model = try Sequential(name: "mean", input: [2]) { BatchNormalization() }
    let (values, workspace) = (values(model), Workspace(model: model, samples: 3))
    _ = workspace.input(samples: 3).buffer.update(fromContentsOf: [1, 10, 2, 20, 6, 60])
    let sinks = (0..<2).map { _ in OneSlice(model.layout.gradientCount) }
    try Self.drawn.withUnsafeBufferPointer { drawn in
      let (slices, draw) = ([0..<2, 2..<3], LayerPass.Draw(seed: 5, epoch: 2, samples: drawn))
      workspace.forward(slices: slices, values: values.buffer.reading, draw: draw)
      try workspace.backward(
        slices: slices, batch: 3, values: values.buffer.reading, draw: draw, into: ManySlices(sinks))
    }
    let mean = try #require(model.layout.entries.first { $0.name == "batch_normalization/moving_mean" })
    let sums = zip(sinks[0].gradients.floats[mean.range], sinks[1].gradients.floats[mean.range]).map { $0 + $1 }
    // Two products and a sum, each rounded.
    #expect(abs(sums[0] - 3) <= 3 * 3 * 0x1p-24 && abs(sums[1] - 30) <= 30 * 3 * 0x1p-24)
  }
}
