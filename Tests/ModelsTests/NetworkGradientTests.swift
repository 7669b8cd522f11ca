import Kernels
import Layers
import Models
import Objectives
import Tensors
import Testing

/// The gradient of the mean loss by every parameter of whole networks in training, against central differences.
@Suite struct NetworkGradientTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test func convolutionsDropoutPoolingAndDense() throws {
    try check(
      Sequential(name: "tiny", input: [6, 5, 2]) {
        Conv2D(3, kernel: 3, padding: .same, activation: .relu)
        Dropout(0.25)
        Conv2D(4, kernel: 2, activation: .relu)
        MaxPooling2D(2)
        Flatten()
        Dense(6, activation: .relu)
        Dropout(0.25)
        Dense(3, activation: .softmax)
      })
  }

  @Test func reshapingFirst() throws {
    try check(
      Sequential(name: "flat", input: [2, 3, 2]) {
        Flatten()
        Dense(5, activation: .relu)
        Dense(3, activation: .softmax)
      })
  }

  @Test func batchNormalizationBetweenGroups() throws {
    try check(
      Sequential(name: "normalized", input: [5, 4, 2]) {
        Conv2D(3, kernel: 2, useBias: false)
        BatchNormalization()
        ActivationLayer(.silu)
        AveragePooling2D(2, stride: 1)
        Conv2D(4, kernel: 2, activation: .gelu)
        BatchNormalization(scale: false)
        Flatten()
        Dense(3)
        Softmax()
      })
  }

  /// At a layer's end, and as a layer of its own; and the loss's, in front of what only reshapes.
  @Test func softmaxWithinTheNetwork() throws {
    try check(
      Sequential(name: "channels", input: [4, 4, 2]) {
        Conv2D(3, kernel: 3, activation: .softmax)
        Flatten()
        Dense(3, activation: .softmax)
      })
    try check(
      Sequential(name: "layer", input: [4, 4, 2]) {
        Conv2D(3, kernel: 3)
        Softmax()
        Flatten()
        Dense(3)
      })
    try check(
      Sequential(name: "reshaped", input: [3, 3, 2]) {
        Conv2D(3, kernel: 3, activation: .softmax)
        Flatten()
        ActivationLayer(.linear)
      })
  }

  /// The loss overwrites the logits, which are these layers' output, that they read again in backward.
  @Test func lastLayersThatReadTheirOutput() throws {
    try check(
      Sequential(name: "rectified", input: [5]) {
        Dense(4)
        Dense(3, activation: .relu)
      })
    try check(
      Sequential(name: "pooled", input: [4, 4, 2]) {
        Conv2D(3, kernel: 3)
        MaxPooling2D(2)
        Flatten()
      })
  }

  @Test func residuals() throws {
    let image = SymbolicTensor(input: [5, 4, 2])
    let x = Conv2D(3, kernel: 3, padding: .same, activation: .relu)(image)
    let y = Conv2D(3, kernel: 3, padding: .same)(x)
    let sum = ReLU()(Add()(x, y, Conv2D(3, kernel: 1)(image)))
    try check(Model(inputs: image, outputs: Dense(3, activation: .softmax)(Flatten()(sum))), seed: 2)
  }

  /// Branches of several widths, some of them reshaped, that feed several layers each.
  @Test func branchesSideBySide() throws {
    let image = SymbolicTensor(input: [4, 4, 2])
    let left = Conv2D(3, kernel: 3, padding: .same, activation: .relu)(image)
    let right = BatchNormalization()(Conv2D(2, kernel: 1, useBias: false)(image))
    let both = Concatenate()(left, right, left)
    let pooled = GlobalAveragePooling2D()(both)
    let rows = Reshape([16, 2])(Flatten()(right))
    let columns = Conv1D(2, kernel: 3)(rows)
    let stacked = Concatenate(axis: 0)(rows, columns)
    let all = Concatenate()(pooled, Flatten()(stacked), Dropout(0.25)(pooled))
    try check(Model(inputs: image, outputs: Dense(3, activation: .softmax)(all)))
  }

  /// Squeeze and excitation (Hu, Shen and Sun, 2018): a factor for each channel.
  @Test func productsWithARepeatedFactor() throws {
    let image = SymbolicTensor(input: [3, 4, 2])
    let x = Conv2D(4, kernel: 2, activation: .tanh)(image)
    let squeezed = Dense(2, activation: .relu)(GlobalAveragePooling2D()(x))
    let factor = Reshape([1, 1, 4])(Dense(4, activation: .sigmoid)(squeezed))
    let scaled = Multiply()(x, factor)
    let shifted = Add()(factor, Multiply()(scaled, x, scaled))
    try check(Model(inputs: image, outputs: Dense(3)(GlobalAveragePooling2D()(shifted))), seed: 3, scale: 1)
  }

  @Test func differencesMeansAndExtrema() throws {
    let row = SymbolicTensor(input: [6])
    let (a, b, c) = (Dense(5)(row), Dense(5)(row), Dense(5)(row))
    let merged = Concatenate()(
      Subtract()(a, b), Average()(a, b, c), Maximum()(a, b, c), Minimum()([c, a]), Subtract()(c, c))
    try check(Model(inputs: row, outputs: Dense(3)(merged)))
  }

  /// A layer that is used three times, within a group, over whole waves, and on slices, has the sum of its uses' gradients.
  @Test func layersUsedAgain() throws {
    let image = SymbolicTensor(input: [4, 4, 2])
    let convolution = LayerInstance(Conv2D(2, kernel: 3, padding: .same, activation: .tanh, useBias: false))
    let normalization = LayerInstance(BatchNormalization())
    let dense = LayerInstance(Dense(4, activation: .tanh))
    let x = normalization(convolution(convolution(image)))
    let y = normalization(convolution(x))
    let left = dense(Dense(4)(Flatten()(Concatenate()(x, y))))
    try check(Model(inputs: image, outputs: Dense(3)(Add()(left, dense(left)))))
  }

  /// Outputs that cost something by their size, where they feed one layer, several, and the loss.
  @Test func penaltiesOnOutputs() throws {
    let row = SymbolicTensor(input: [5])
    let x = ActivityRegularization(l2: 0.5)(Dense(4, activation: .tanh)(row))
    let y = ActivityRegularization(l1: 0.25)(Dense(4)(x))
    try check(Model(inputs: row, outputs: ActivityRegularization(l2: 0.125)(Dense(3)(Add()(x, y)))))
  }

  /// What does not learn has no gradient, and hands on that of what is before it.
  @Test func layersThatDoNotLearn() throws {
    let image = SymbolicTensor(input: [4, 4, 2])
    let base = LayerInstance(Conv2D(3, kernel: 2, activation: .relu), isTrainable: false)
    let frozen = LayerInstance(BatchNormalization(), isTrainable: false)
    let x = base(image)
    let y = frozen(Conv2D(3, kernel: 1)(x))
    let head = LayerInstance(Dense(4, activation: .tanh), isTrainable: false)(Flatten()(Add()(x, y)))
    let model = try Model(inputs: image, outputs: Dense(3)(head))
    #expect(
      model.layout.entries.filter { !$0.isFixed }.map(\.name) == [
        "conv2d_1/kernel", "conv2d_1/bias", "dense_1/kernel", "dense_1/bias",
      ])
    try check(model)
  }

  /// A network is linear in each single parameter between the kinks of ReLU and max, so only the loss is curved. Along a
  /// direction |a| ≤ A of the logits its third derivative is a third cumulant under softmax, at most (2A)³ / (6·√3) < A³
  /// in size, so that the central quotient is off by less than h²/6·A³.
  ///
  /// A logit is a chain of rounded sums with K < 64 terms on a path in all. Rounding errors have both signs, so of K about
  /// √K add up (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019): five sigma of them are
  /// 5·√K·u·Z with u = 2^-24 and Z the size of the sums. The loss follows with at most twice that, the quotient with
  /// 2·5·√K·u·Z/h. A and Z stay below 2 here.
  ///
  /// Curved layers add h²/6 times a third derivative; with h²/6 below 10^-6, one of hundreds would still be lost in that.
  ///
  /// A kink within h would move the central quotient by half of what it puts between those of the two sides; the seed of
  /// the values is one that has none there.
  private func check(
    _ model: Model, seed: UInt64 = 1, scale: Float = 0.5, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (h, a, z) = (0x1p-9 as Float, 2.0, 2.0)
    let pass = TrainingPass(model, seed: seed, scale: scale)
    let tolerance = Double(h * h) / 6 * a * a * a + 2 * 5 * 8 * 0x1p-24 * z / Double(h)
    let (gradients, values) = (try pass.gradients(), pass.values.buffer)
    // What stands in the place of an average's gradient is none.
    let averages = ["moving_mean", "moving_variance"]
    let weights = model.layout.entries.filter { entry in
      !entry.isFixed && !averages.contains { entry.name.hasSuffix($0) }
    }
    for entry in weights {
      var telling = 0
      for i in entry.range {
        let value = values[i]
        values[i] = value + h
        let above = pass.loss()
        values[i] = value - h
        let below = pass.loss()
        values[i] = value
        let quotient = (above - below) / Double((value + h) - (value - h))
        telling += abs(Double(gradients[i])) > 4 * tolerance ? 1 : 0
        guard abs(Double(gradients[i]) - quotient) > tolerance || gradients[i].isNaN else { continue }
        Issue.record(
          "\(entry.name)[\(i - entry.range.lowerBound)]: backward gives \(gradients[i]), the quotient \(quotient)",
          sourceLocation: sourceLocation)
        break  // one wrong element of a tensor is seldom alone
      }
      #expect(telling > 0, "\(entry.name) has gradients too small to tell", sourceLocation: sourceLocation)
    }
  }
}

/// One slice of a network in training, with everything fixed but the values.
private struct TrainingPass {
  let model: Model
  let values: FloatStorage
  private let workspace: Workspace
  private let x: [Float]
  private let labels: [Int32] = [2, 0, 1, 2]
  private let drawn: [Int32] = [3, 1, 49_999, 17]

  init(_ model: Model, seed: UInt64, scale: Float) {
    let model = (try? Head(of: model, targets: .classes(3, positions: [])).model) ?? model
    self.model = model
    values = FloatStorage(fractions(model.parameterCount, seed: seed).map { $0 * scale })
    workspace = Workspace(model: model, samples: labels.count)
    x = fractions(labels.count * model.input.count, seed: 9)
  }

  func loss() -> Double {
    forward { logits, labels, _ in
      (SoftmaxCrossentropy.forward(logits: logits.reading, labels: labels) + workspace.penalty(of: 0..<labels.count))
        / Double(labels.count)
    }
  }

  /// The gradients of the loss, by backward.
  func gradients() throws -> [Float] {
    let sink = OneSlice(model.layout.gradientCount)
    return try forward { logits, labels, draw in
      SoftmaxCrossentropy.backward(logits: logits.buffer, labels: labels, batch: labels.count)
      try workspace.backward(
        slices: [0..<labels.count], batch: labels.count, values: values.buffer.reading, draw: draw,
        into: sink)
      return sink.gradients.floats
    }
  }

  private func forward<Result>(
    _ body: (TensorView, UnsafeBufferPointer<Int32>, LayerPass.Draw) throws -> Result
  ) rethrows -> Result {
    try drawn.withUnsafeBufferPointer { drawn in
      try labels.withUnsafeBufferPointer { labels in
        _ = workspace.input(samples: labels.count).buffer.update(fromContentsOf: x)
        let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
        return try body(
          workspace.forward(slices: [0..<labels.count], values: values.buffer.reading, draw: draw), labels, draw)
      }
    }
  }
}
