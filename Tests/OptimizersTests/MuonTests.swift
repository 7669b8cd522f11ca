import FoundationEssentials
import Kernels
import Optimizers
import Tensors
import Testing

/// Steps of Muon against Keras's own and against airbench94's: `Tests/Goldens/recipes.py` wrote them.
@Suite struct MuonTests {
  private struct Document: Decodable {
    let kerasMuon: [String: Steps]
    let airbenchMuon: [String: Steps]
  }

  private struct Steps: Decodable {
    let shape: [Int]
    let start: [Float]
    let gradients: [[Float]]
    let steps: [[Double]]
  }

  private func load() throws -> Document {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/recipes.json").standardized
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Document.self, from: Data(contentsOf: file))
  }

  private func check(_ rule: Muon, _ steps: Steps, _ name: String) {
    let shape = Shape(steps.shape)
    // Something lies in front, which nothing touches.
    var layout = ParameterLayout()
    layout.append(name: "front", shape: [3])
    let range = layout.append(name: "w", shape: shape)
    let arena = ParameterArena(layout: layout, optimizerStates: rule.stateNames)
    let scratch = FloatStorage(count: rule.scratchCount(for: shape))
    _ = arena.values.buffer.part(range).update(fromContentsOf: steps.start)
    for (step, expected) in steps.steps.enumerated() {
      _ = arena.gradients.buffer.part(range).update(fromContentsOf: steps.gradients[step])
      rule.update(arena, tensor: range, shape: shape, step: step, scratch: scratch.buffer)
      for (found, expected) in zip(arena.values.buffer.part(range), expected) {
        #expect(abs(Double(found) - expected) <= 5e-6 * max(1, abs(expected)), "\(name), step \(step + 1)")
      }
    }
    #expect(arena.values.buffer[0..<3].allSatisfy { $0 == 0 })
  }

  @Test func stepsAreKerass() throws {
    let goldens = try load().kerasMuon
    check(Muon(0.01, weightDecay: 0.1), try #require(goldens["wide"]), "wide")
    check(
      Muon(0.01, momentum: 0.8, isNesterov: false, steps: 3, weightDecay: 0.1), try #require(goldens["tall"]), "tall")
  }

  @Test func stepsAreAirbenchs() throws {
    let rule = Muon(0.24, momentum: 0.6, steps: 3, scale: .none, rescales: true)
    for (name, steps) in try load().airbenchMuon { check(rule, steps, name) }
  }

  @Test func onlyMatricesAreTaken() {
    #expect(Muon().takes([3, 4]) && Muon().takes([3, 3, 2, 8]) && !Muon().takes([8]) && !Muon().takes([]))
  }

  /// Singular values come near 1: X·Xᵀ is near the identity, whichever side is longer.
  @Test(arguments: [(3, 8), (8, 3), (5, 5), (1, 6)])
  func updatesAreNearlyOrthogonal(rows: Int, columns: Int) {
    let matrix = FloatStorage(count: rows * columns)
    var random = RandomSequence(RandomKey(seed: 5, purpose: .shuffling))
    for i in 0..<matrix.buffer.count { matrix.buffer[i] = random.uniform() - 0.5 }
    let orthogonalization = Orthogonalization(rows: rows, columns: columns)
    let scratch = FloatStorage(count: orthogonalization.scratchCount)
    orthogonalization.run(matrix.buffer, steps: 8, scratch: scratch.buffer)
    let side = min(rows, columns)
    for i in 0..<side {
      for j in 0..<side {
        var product: Float = 0
        for k in 0..<max(rows, columns) {
          let (a, b) =
            rows <= columns ? (i * columns + k, j * columns + k) : (k * columns + i, k * columns + j)
          product += matrix.buffer[a] * matrix.buffer[b]
        }
        // The coefficients leave singular values between 0.68 and 1.13.
        #expect(i == j ? 0.4...1.4 ~= product : abs(product) < 0.4, "\(i), \(j): \(product)")
      }
    }
  }

  /// No gradient at all moves nothing, and leaves no NaN.
  @Test func withoutGradientNothingMoves() {
    var layout = ParameterLayout()
    layout.append(name: "w", shape: [2, 2])
    let arena = ParameterArena(layout: layout, optimizerStates: ["momentum"])
    let rule = Muon(0.1, rescales: true)
    let scratch = FloatStorage(count: rule.scratchCount(for: [2, 2]))
    rule.update(arena, tensor: 0..<4, shape: [2, 2], step: 0, scratch: scratch.buffer)
    #expect(arena.values.buffer.allSatisfy { $0 == 0 })
  }
}
