import Kernels
import Layers
import Models
import Tensors
import Testing

@Suite struct GraphTests {
  @Test func whatCannotBeIsNamed() throws {
    let image = SymbolicTensor(input: [4, 4, 2])
    let x = Conv2D(3, kernel: 3)(image)
    #expect(
      throws: ShapeError(
        "layer 1 of net, add: takes inputs of one shape, or of extent 1 to be repeated, got [(2, 2, 3), (4, 4, 2)]")
    ) {
      try Model(name: "net", inputs: image, outputs: Add()(x, image))
    }
    #expect(
      throws: ShapeError(
        "layer 1 of net, concatenate: takes inputs that are alike but for axis -1, got [(2, 2, 3), (4, 4, 2)]")
    ) {
      try Model(name: "net", inputs: image, outputs: Concatenate()(x, image))
    }
    #expect(throws: ShapeError("the graph begins at an input other (7,) that is not among the model's inputs")) {
      try Model(inputs: image, outputs: Add()(Flatten()(image), SymbolicTensor(input: [7], name: "other")))
    }
    #expect(throws: ShapeError("the input second of net leads to no output")) {
      try Model(name: "net", inputs: [image, SymbolicTensor(input: [3], name: "second")], outputs: [x])
    }
    #expect(throws: ShapeError("layer a of net leads to no output")) {
      try Model(
        name: "net", inputs: [Model.Input(name: "x", shape: [3])],
        layers: [
          PlacedLayer(name: "a", .layer(Dense(2)), inputs: [0]), PlacedLayer(name: "b", .layer(Dense(2)), inputs: [0]),
        ], outputs: [2])
    }
    let again = LayerInstance(Dense(3))
    #expect(throws: ShapeError("layer 1 of net, dense: is used again for [(3,)], its parameters were made for [(5,)]"))
    {
      let row = SymbolicTensor(input: [5])
      _ = try Model(name: "net", inputs: row, outputs: again(again(row)))
    }
  }

  /// Of a chain only two activations are in use at a time where backward does not need them, of a graph those that are
  /// still to be merged too.
  @Test func memoryIsUsedAgain() throws {
    let image = SymbolicTensor(input: [64, 64, 4])
    var x = image
    for _ in 0..<10 { x = Conv2D(4, kernel: 3, padding: .same, activation: .relu)(x) }
    let deep = try Model(inputs: image, outputs: GlobalAveragePooling2D()(x))
    let merged = try Model(inputs: image, outputs: GlobalAveragePooling2D()(Add()(x, image)))
    let tensor = 64 * 64 * 4
    func inference(_ model: Model) -> Int { WorkspacePlan(model, samples: 1, isKeeping: false).count }
    #expect(inference(deep) < 4 * tensor + WorkspacePlan(deep, samples: 1).scratch.count)
    #expect(inference(merged) < 5 * tensor + WorkspacePlan(merged, samples: 1).scratch.count)
    // Ten outputs that backward reads, two gradients.
    let training = WorkspacePlan(deep, samples: 1)
    #expect(12 * tensor...14 * tensor ~= training.count - training.scratch.count)
  }

  /// No two buffers that are in use at the same time overlap, and a good part of the block is used twice.
  @Test func placesDoNotOverlap() {
    var words = RandomSequence(RandomKey(seed: 3, purpose: .synthesis))
    let buffers = (0..<200).map { _ in
      let start = Int(words.below(100))
      return MemoryPlan.Buffer(count: Int(words.below(5000)), life: start...start + Int(words.below(20)))
    }
    let plan = MemoryPlan(buffers, first: 2)
    for (a, first) in buffers.enumerated() {
      #expect(plan.offsets[a] % 16 == 0 && plan.offsets[a] + first.count <= plan.count)
      for (b, second) in buffers.enumerated() where a < b && first.life.overlaps(second.life) {
        let (x, y) = (plan.offsets[a]..<plan.offsets[a] + first.count, plan.offsets[b]..<plan.offsets[b] + second.count)
        #expect(!x.overlaps(y))
      }
    }
    let inUse = (0..<120).map { time in
      buffers.reduce(0) { $0 + ($1.life.contains(time) ? ($1.count + 15) / 16 * 16 : 0) }
    }
    #expect(plan.least == inUse.max())
    #expect(plan.least <= plan.count && plan.count < plan.least * 5 / 4)
    #expect(plan.offsets[0] == 0 && plan.offsets[1] == (buffers[0].count + 15) / 16 * 16)
    #expect(plan.count < buffers.reduce(0) { $0 + $1.count } / 3)
  }

  /// Graphs of all kinds of stages take hardly more than what is in use at one time.
  @Test(arguments: 0..<20) func plansAreTight(seed: Int) throws {
    var words = RandomSequence(RandomKey(seed: 5, purpose: .synthesis, epoch: seed))
    let image = SymbolicTensor(input: [16, 16, 8])
    var (wide, x) = ([image], image)
    for _ in 0..<12 {
      let other = wide[Int(words.below(UInt32(wide.count)))]
      switch words.below(6) {
      case 0: x = BatchNormalization()(x)
      case 1: x = ReLU()(x)
      case 2: x = Conv2D(8, kernel: 3, padding: .same, activation: .gelu)(x)
      case 3: x = UpSampling2D(2)(MaxPooling2D(2)(x))
      case 4: x = Add()(x, other)
      default: x = Conv2D(8, kernel: 3, padding: .same)(Concatenate()(x, other))
      }
      wide.append(x)
    }
    let model = try Model(inputs: image, outputs: Dense(3)(Flatten()(x)))
    for isKeeping in [true, false] {
      let plan = WorkspacePlan(model, samples: 5, isKeeping: isKeeping)
      #expect(plan.least <= plan.count && plan.count < plan.least * 11 / 10, "\(plan.count) for \(plan.least)")
    }
  }

  /// What is kept behind a pooling is gone when backward comes to what is in front of it.
  @Test func runsAreCutAtPoolings() throws {
    let image = SymbolicTensor(input: [64, 64, 4])
    func convolutions(_ x: SymbolicTensor) -> SymbolicTensor {
      var x = x
      for _ in 0..<4 { x = Conv2D(16, kernel: 3, padding: .same, activation: .relu)(x) }
      return x
    }
    let x = convolutions(BatchNormalization()(Conv2D(16, kernel: 3, padding: .same)(image)))
    let model = try Model(inputs: image, outputs: GlobalAveragePooling2D()(convolutions(MaxPooling2D(2)(x))))
    let tensor = 64 * 64 * 16
    let plan = WorkspacePlan(model, samples: 32)
    // Kept are two tensors around the normalisation, three of the convolutions, and the pooling's winners and output, a
    // quarter each. Then either four more quarters, or the gradient of the normalisation's output and that of the pooling's.
    let floats = Double((plan.count - plan.scratch.count) / 32) / Double(tensor)
    #expect(6.5...7.25 ~= floats)
  }

  /// Two outputs, one of which feeds the other: each has a copy of its own, and the first gets both gradients.
  @Test func severalInputsAndOutputs() throws {
    let (a, b) = (SymbolicTensor(input: [3], name: "a"), SymbolicTensor(input: [2], name: "b"))
    let first = Dense(2, useBias: false)(a)
    let second = Multiply()(first, b)
    let model = try Model(inputs: [a, b], outputs: [first, second])
    let workspace = Workspace(model: model, samples: 1)
    _ = workspace.input(0, samples: 1).buffer.update(fromContentsOf: [1, 2, 3])
    _ = workspace.input(1, samples: 1).buffer.update(fromContentsOf: [10, 100])
    let (values, sink) = (FloatStorage([1, 2, 3, 4, 5, 6]), OneSlice(6))
    workspace.forward(slices: [0..<1], values: values.buffer.reading, draw: nil)
    #expect(Array(workspace.output(0, samples: 1).buffer) == [22, 28])
    #expect(Array(workspace.output(1, samples: 1).buffer) == [220, 2800])
    _ = workspace.output(0, samples: 1).buffer.update(fromContentsOf: [1, 2])
    _ = workspace.output(1, samples: 1).buffer.update(fromContentsOf: [1, 1])
    try workspace.backward(slices: [0..<1], batch: 1, values: values.buffer.reading, draw: nil, into: sink)
    // dy = (1, 2) + (10, 100)
    #expect(sink.gradients.floats == [11, 102, 22, 204, 33, 306])
  }

  /// Two places of one layer move its averages in turn: 0.5·(0.5·v + 0.5·s₀) + 0.5·s₁.
  @Test func averagesOfALayerThatIsUsedAgain() throws {
    let row = SymbolicTensor(input: [1])
    let normalization = LayerInstance(BatchNormalization(momentum: 0.5, center: false, scale: false))
    let second = ActivationLayer(.linear)(Dense(1, useBias: false)(row))
    let model = try Model(
      inputs: row, outputs: Concatenate()(normalization(row), normalization(second), Dense(1, useBias: false)(row)))
    let (workspace, sink) = (Workspace(model: model, samples: 2), OneSlice(model.layout.gradientCount))
    _ = workspace.input(samples: 2).buffer.update(fromContentsOf: [1, 3])
    let names = model.layout.entries.map(\.name)
    #expect(
      names == [
        "batch_normalization/moving_mean", "batch_normalization/moving_variance", "dense/kernel", "dense_1/kernel",
      ])
    let values = FloatStorage([0, 1, 10, 1])
    try ([1, 2] as [Int32]).withUnsafeBufferPointer { drawn in
      let draw = LayerPass.Draw(seed: 1, epoch: 0, samples: drawn)
      workspace.forward(slices: [0..<2], values: values.buffer.reading, draw: draw).buffer.update(repeating: 0)
      try workspace.backward(slices: [0..<2], batch: 2, values: values.buffer.reading, draw: draw, into: sink)
    }
    guard case .average(let momentum) = model.stages[0].parameters[0].role else {
      Issue.record("the mean is an average")
      return
    }
    #expect(momentum == 0.25)
    // The statistics are 2 and 20, 1 and 100.
    #expect(abs((1 - momentum) * sink.gradients.floats[0] - (0.25 * 2 + 0.5 * 20)) < 1e-5)
    #expect(abs((1 - momentum) * sink.gradients.floats[1] - (0.25 * 1 + 0.5 * 100)) < 1e-4)
  }
}
