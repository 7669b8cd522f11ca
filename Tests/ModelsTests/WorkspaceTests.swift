import Kernels
import Layers
import Models
import Tensors
import Testing

@Suite struct WorkspaceTests {
  private static let drawn: [Int32] = [3, 1, 49_999, 17]

  init() { OpenBLAS.useCallingThreadOnly() }

  private func network() throws -> Sequential {
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

  private func values(_ model: Sequential) -> FloatStorage {
    FloatStorage(fractions(model.parameterCount, seed: 8))
  }

  /// The logits of `x` for the drawn samples.
  private func logits(_ model: Sequential, _ x: [Float], in workspace: Workspace) -> [UInt32] {
    let values = values(model)
    let samples = x.count / model.input.count
    return Self.drawn.withUnsafeBufferPointer { drawn in
      _ = workspace.input(samples: samples).buffer.update(fromContentsOf: x)
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      return workspace.forward(samples: samples, values: values.buffer.reading, draw: draw).buffer.map(\.bitPattern)
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

  @Test func aDivergedLayerShowsInTheLogits() throws {
    let model = try network()
    let (values, workspace) = (values(model), Workspace(model: model, samples: 1))
    values.buffer[0] = .nan
    workspace.input(samples: 1).buffer.update(repeating: 1)
    let logits = workspace.forward(samples: 1, values: values.buffer.reading, draw: nil)
    #expect(logits.buffer.allSatisfy { $0.isNaN })
  }

  @Test func gradientsAreFilledFromTheTail() throws {
    let model = try network()
    let (values, gradients) = (values(model), FloatStorage(nan: model.parameterCount))
    let workspace = Workspace(model: model, samples: 2)
    _ = workspace.input(samples: 2).buffer.update(fromContentsOf: fractions(2 * model.input.count, seed: 1))
    var steps: [(offset: Int, gradients: [Float])] = []
    Self.drawn.withUnsafeBufferPointer { drawn in
      let draw = LayerPass.Draw(seed: 5, epoch: 2, samples: drawn)
      let logits = workspace.forward(samples: 2, values: values.buffer.reading, draw: draw)
      workspace.backward(
        dlogits: logits, values: values.buffer.reading, gradients: gradients.buffer, draw: draw
      ) { steps.append(($0, gradients.floats)) }
    }
    // One call for each layer that learns: the arena's offsets of their kernels, last first.
    let kernels = model.layout.entries.filter { $0.name.hasSuffix("kernel") }
    #expect(steps.map(\.offset) == kernels.map(\.range.lowerBound).reversed())
    #expect(steps.last?.offset == 0)
    for (offset, filled) in steps {
      #expect(filled[offset...].elementsEqual(gradients.floats[offset...]))
      #expect(filled[..<offset].allSatisfy { $0.isNaN })
    }
  }

  @Test func whatFilledThrowsEndsThePass() throws {
    struct Stop: Error {}
    let model = try network()
    let (values, gradients) = (values(model), FloatStorage(nan: model.parameterCount))
    let workspace = Workspace(model: model, samples: 1)
    let logits = workspace.forward(samples: 1, values: values.buffer.reading, draw: nil)
    #expect(throws: Stop.self) {
      try workspace.backward(
        dlogits: logits, values: values.buffer.reading, gradients: gradients.buffer, draw: nil
      ) { _ in throw Stop() }
    }
    #expect(gradients.buffer[0].isNaN)
  }
}
