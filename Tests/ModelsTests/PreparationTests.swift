import Kernels
import Layers
import Models
import Tensors
import Testing

/// That a model judges alike, to the last bit, with kernels that are prepared once.
@Suite struct PreparationTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  /// Every kind of layer that prepares its kernel, alone and folded, beside those that do not.
  @Test func everyKindOfConvolution() throws {
    let planes = try Sequential(name: "planes", input: [12, 12, 3]) {
      Conv2D(16, kernel: 3, padding: .same, activation: .relu)
      Conv2D(20, kernel: 3, useBias: false)
      BatchNormalization()
      ReLU()
      Conv2D(24, kernel: 5, padding: .same, activation: .gelu)
      Conv2D(24, kernel: 1)
      Conv2D(24, kernel: 3, stride: 2, padding: .same)
      DepthwiseConv2D(kernel: 3, padding: .same)
      Conv2D(32, kernel: 3, padding: .same, groups: 2)
      SeparableConv2D(16, kernel: 3, padding: .same)
      Conv2DTranspose(16, kernel: 3, activation: .relu)
      Conv2DTranspose(8, kernel: 2, stride: 2)
      GlobalAveragePooling2D()
      Dense(5)
    }
    #expect(prepared(planes) == ["conv2d_1", "conv2d_2", "conv2d_5", "conv2d_transpose"])
    try expectSameBits(planes)

    let series = try Sequential(name: "series", input: [40, 16]) {
      Conv1D(24, kernel: 5, padding: .causal, activation: .relu)
      Conv1D(32, kernel: 3)
      Conv1DTranspose(16, kernel: 4)
      GlobalMaxPooling1D()
      Dense(2)
    }
    #expect(prepared(series) == ["conv1d", "conv1d_1", "conv1d_transpose"])
    try expectSameBits(series)

    let volumes = try Sequential(name: "volumes", input: [6, 7, 8, 16]) {
      Conv3D(20, kernel: 3, padding: .same, activation: .relu)
      MaxPooling3D(2)
      Conv3DTranspose(16, kernel: 3)
      GlobalAveragePooling3D()
      Dense(1)
    }
    #expect(prepared(volumes) == ["conv3d", "conv3d_transpose"])
    try expectSameBits(volumes)
  }

  /// Each place of a layer finds what was prepared for its own input.
  @Test func layersUsedAgainAndBranches() throws {
    let image = SymbolicTensor(input: [6, 6, 16])
    let convolution = LayerInstance(Conv2D(16, kernel: 3, padding: .same))
    let x = ReLU()(BatchNormalization()(convolution(image)))
    let y = ReLU()(BatchNormalization()(convolution(MaxPooling2D(2, stride: 1)(x))))
    let sum = Concatenate()(GlobalMaxPooling2D()(x), GlobalMaxPooling2D()(y))
    let model = try Model(inputs: image, outputs: Dense(4)(sum))
    #expect(prepared(model) == ["conv2d", "conv2d"])
    try expectSameBits(model)
  }

  /// The end of VGG16 and of ResNet-18: many channels over few pixels.
  @Test func wideLayersOnSmallPictures() throws {
    let model = try Sequential(name: "end", input: [14, 14, 128]) {
      Conv2D(256, kernel: 3, padding: .same, activation: .relu)
      Conv2D(256, kernel: 3, padding: .same, activation: .relu)
      MaxPooling2D(2)
      Conv2D(256, kernel: 3, padding: .same, activation: .relu)
      Flatten()
      Dense(10)
    }
    try expectSameBits(model)
    // Whatever goes through at once has some share, and it shrinks with the number of samples.
    let counts = [1, 4, 16, 4096].map { preparedCount(model, samples: $0) }
    #expect(counts[0] == counts[1] && counts[0] > 4 * (128 * 256 + 256 * 256 * 2) * 9)
    #expect(counts == counts.sorted(by: >))
  }

  @Test func whatIsNotWorthItIsNotPrepared() throws {
    // Few channels over many pixels, and a single pass.
    let wide = try Sequential(name: "wide", input: [64, 64, 16]) { Conv2D(16, kernel: 3) }
    #expect(preparedCount(wide, samples: 1) == 0)
    let small = try Sequential(name: "small", input: [8, 8, 64]) { Conv2D(64, kernel: 3) }
    #expect(preparedCount(small, samples: 1) > 0)
    #expect(preparedCount(small, samples: 1, judged: 1) == 0)
    #expect(preparedCount(small, samples: 1, judged: 0) == 0)
    #expect(WorkspacePlan(small, samples: 1, judged: .max).preparation.count == 0)  // backward may follow
    // What is prepared once takes no scratch memory of any thread.
    let plan = WorkspacePlan(small, samples: 1, isKeeping: false, judged: .max)
    #expect(plan.count + plan.preparation.count <= WorkspacePlan(small, samples: 1, isKeeping: false).count + 16)
  }

  private func preparedCount(_ model: Model, samples: Int, judged: Int = .max) -> Int {
    WorkspacePlan(model, samples: samples, isKeeping: false, judged: judged).preparation.count
  }

  /// The stages whose kernels are prepared for samples that come one by one.
  private func prepared(_ model: Model) -> [String] {
    let folded = FoldedModel(model.fused).model
    let plan = WorkspacePlan(folded, samples: 1, isKeeping: false, judged: .max)
    return zip(folded.stages, plan.preparation.places).compactMap { $1 == nil ? nil : $0.name }
  }

  /// One sample at a time, and some in slices, by one worker or by several that share what they prepare.
  private func expectSameBits(_ model: Model, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let values = FloatStorage(fractions(model.parameterCount, seed: 8))
    for entry in model.layout.entries where entry.name.hasSuffix("moving_variance") {
      for i in entry.range { values.buffer[i] = abs(values.buffer[i]) + 0.5 }
    }
    let folded = FoldedModel(model.fused)
    let judging = folded.values(values.buffer.reading) ?? values
    let x = fractions(7 * model.input.count, seed: 3)
    for (slices, workers) in [([0..<1], 1), ([0..<2, 2..<3], 3)] {
      let samples = slices.last?.upperBound ?? 0
      func workspace(judged: Int) -> Workspace {
        Workspace(
          model: model.fused, training: nil,
          inference: WorkspacePlan(folded.model, samples: samples, isKeeping: false, judged: judged))
      }
      func outputs(_ workspace: Workspace, _ prepared: FloatBuffer?) -> [Float] {
        stride(from: 0, through: 7 - samples, by: samples).flatMap { first in
          let own = x[first * model.input.count..<(first + samples) * model.input.count]
          _ = workspace.input(samples: samples, isKeeping: false).buffer.update(fromContentsOf: own)
          return Array(
            workspace.forward(
              slices: slices, values: judging.buffer.reading, prepared: prepared, draw: nil, isKeeping: false
            ).buffer)
        }
      }
      let team = (0..<workers).map { _ in workspace(judged: .max) }
      let prepared = FloatStorage(nan: team[0].preparedCount)
      #expect(prepared.buffer.count > 0, sourceLocation: sourceLocation)
      for (worker, workspace) in team.enumerated() {
        workspace.prepare(judging.buffer.reading, into: prepared.buffer, worker: worker, of: workers)
      }
      let plain = outputs(workspace(judged: 0), nil)
      #expect(Set(plain).count > 6, sourceLocation: sourceLocation)
      for workspace in team {
        let found = outputs(workspace, prepared.buffer.reading)
        #expect(
          found.map(\.bitPattern) == plain.map(\.bitPattern), "\(model.name), \(slices)", sourceLocation: sourceLocation
        )
      }
    }
  }
}
