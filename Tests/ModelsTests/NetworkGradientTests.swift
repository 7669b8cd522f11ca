import Kernels
import Layers
import Models
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
  private func check(_ model: Model, seed: UInt64 = 1, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (h, a, z) = (0x1p-9 as Float, 2.0, 2.0)
    let pass = TrainingPass(model, seed: seed)
    let tolerance = Double(h * h) / 6 * a * a * a + 2 * 5 * 8 * 0x1p-24 * z / Double(h)
    let (gradients, values) = (try pass.gradients(), pass.values.buffer)
    // What stands in the place of an average's gradient is none.
    let weights = zip(model.layout.entries, model.stages.flatMap(\.parameters)).filter { $1.role == .weight }
    for (entry, _) in weights {
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

  init(_ model: Model, seed: UInt64) {
    self.model = model
    values = FloatStorage(fractions(model.parameterCount, seed: seed).map { $0 / 2 })
    workspace = Workspace(model: model, samples: labels.count)
    x = fractions(labels.count * model.input.count, seed: 9)
  }

  func loss() -> Double {
    forward { logits, labels, _ in
      SoftmaxCrossentropy.forward(logits: logits.reading, labels: labels).loss / Double(labels.count)
    }
  }

  /// The gradients of the loss, by backward.
  func gradients() throws -> [Float] {
    let sink = OneSlice(model.parameterCount)
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
