import Kernels
import Layers
import Tensors
import Testing

/// Every layer against Keras: outputs, and gradients of the input and of every parameter.
@Suite struct KerasLayerTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  /// Sums here have at most 60 products of numbers up to 2 and the functions behind them a few roundings; 100 roundings of
  /// 2^-24 of the largest element are 6e-6. A wrong convention anywhere changes the first digit.
  private static let tolerance: Float = 6e-6

  @Test func outputsAndGradientsAreKerass() throws {
    let golden = try KerasLayers.load()
    #expect(golden.cases.count > 80)
    for test in golden.cases {
      let layer = try test.ours()
      let results = try run(layer, test, samples: golden.samples)
      close(results.y, test.y, "y of \(test.testDescription)")
      close(results.dx, test.dx, "dx of \(test.testDescription)")
      for (name, gradient) in test.gradients {
        close(results.gradients[name] ?? [], gradient, "d\(name) of \(test.testDescription)")
      }
      for (name, average) in test.averages {
        close(results.averages[name] ?? [], average, "\(name) of \(test.testDescription)")
      }
      #expect(results.gradients.count == test.gradients.count && results.averages.count == test.averages.count)
    }
  }

  private func close(_ found: [Float], _ expected: [Float], _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    let scale = max(expected.reduce(0) { max($0, abs($1)) }, 1)
    let worst = zip(found, expected).enumerated().first { !(abs($1.0 - $1.1) <= Self.tolerance * scale) }
    guard let (index, pair) = worst else { return }
    Issue.record("element \(index) of \(what) is \(pair.0), in Keras \(pair.1)")
  }

  private struct Results {
    let y, dx: [Float]
    var gradients: [String: [Float]] = [:]
    /// The averages after one step.
    var averages: [String: [Float]] = [:]
  }

  private func run(_ layer: any Layer, _ test: KerasLayer, samples: Int) throws -> Results {
    let input = Shape(test.input)
    let output = try layer.outputShape(for: input)
    #expect(output == Shape(test.output), "\(test.testDescription)")
    var layout = ParameterLayout()
    let specifications = layer.parameters(for: input)
    let ranges = specifications.map { layout.append(name: $0.name, shape: $0.shape) }
    let values = FloatStorage(
      specifications.enumerated().flatMap { index, specification in
        KerasLayers.numbers(specification.shape.count, seed: 2 + index).map {
          specification.name == "moving_variance" ? abs($0) + 0.5 : $0
        }
      })
    let x = FloatStorage(KerasLayers.numbers(samples * input.count, seed: 1))
    let dy = FloatStorage(KerasLayers.numbers(samples * output.count, seed: 20))
    if layer.isReshaping { return Results(y: x.floats, dx: dy.floats) }

    let (y, dx) = (FloatStorage(nan: dy.buffer.count), FloatStorage(nan: x.buffer.count))
    let gradients = FloatStorage(nan: layout.count)
    let scratch = FloatStorage(nan: layer.scratchCount(for: input))
    let kept = FloatStorage(nan: layer.keptCount(for: input) * samples)
    func view(_ storage: FloatStorage, _ shape: Shape) -> TensorView {
      TensorView(samples: samples, shape: shape, buffer: storage.buffer)
    }
    [Int32](repeating: 0, count: samples).withUnsafeBufferPointer { drawn in
      let pass = LayerPass(
        values: values.buffer.reading, gradients: gradients.buffer, ranges: ranges, scratch: scratch.buffer,
        kept: kept.buffer.part(0..<layer.keptCount(for: input) * (layer.grain == .slice ? 1 : samples)), layer: 0,
        slices: [0..<samples], draw: test.isTraining ? LayerPass.Draw(seed: 1, epoch: 0, samples: drawn) : nil)
      layer.forward(x: view(x, input), y: view(y, output), in: pass)
      layer.backward(x: view(x, input), y: view(y, output), dy: view(dy, output), dx: view(dx, input), in: pass)
      layer.parameterGradients(x: view(x, input), dy: view(dy, output), in: pass)
    }
    withExtendedLifetime((scratch, kept)) {}
    var results = Results(y: y.floats, dx: dx.floats)
    for (specification, range) in zip(specifications, ranges) {
      let gradient = gradients.floats[range]
      switch specification.role {
      case .fixed: break
      case .weight: results.gradients[specification.name] = Array(gradient)
      case .average(let momentum):
        // Outside of training Keras leaves its averages as they are; so does the update, whose statistic is the average.
        results.averages[specification.name] = zip(values.floats[range], gradient).map {
          momentum * $0 + (1 - momentum) * $1
        }
      }
    }
    return results
  }
}
