import FoundationEssentials
import KerasFiles
import Kernels
import Models
import Tensors
import Testing

/// The networks that public programs have (`Tests/Goldens/keras_networks.py`): with kernels that are prepared once they judge
/// as without, to the last bit.
@Suite struct PreparedNetworkTests {
  private struct Goldens: Decodable {
    let networks: [Network]
  }

  struct Network: Decodable, CustomTestStringConvertible {
    let name: String
    let architecture: String
    var testDescription: String { name }
  }

  private static let networks: [Network] =
    (try? JSONDecoder().decode(
      Goldens.self, from: Data(contentsOf: URL(filePath: GraphTests.golden("networks.json")))))?.networks ?? []

  @Test func theGoldenIsThere() {
    #expect(Self.networks.count >= 30)
  }

  @Test(arguments: networks) func bitsAreTheSame(_ network: Network) throws {
    OpenBLAS.useCallingThreadOnly()
    let written = try Model(Architecture(keras: JSONValue(json: network.architecture.utf8)))
    let model = written.fused
    let folded = FoldedModel(model)
    let values = FloatStorage(count: model.parameterCount)
    model.initialize(values.buffer, seed: 5)
    let judging = folded.values(values.buffer.reading) ?? values
    func outputs(judged: Int) -> (floats: [UInt32], prepared: Int) {
      let workspace = Workspace(
        model: model, training: nil,
        inference: WorkspacePlan(folded.model, samples: 2, isKeeping: false, judged: judged))
      let prepared = FloatStorage(count: workspace.preparedCount)
      workspace.prepare(judging.buffer.reading, into: prepared.buffer)
      for (index, input) in model.inputs.enumerated() {
        let view = workspace.input(index, samples: 2, isKeeping: false)
        for i in 0..<2 * input.shape.count { view.buffer[i] = Float(i * 37 % 101) / 101 }
      }
      workspace.forward(
        slices: [0..<2], values: judging.buffer.reading, prepared: prepared.buffer.reading, draw: nil,
        isKeeping: false)
      let floats = model.outputs.indices.flatMap { Array(workspace.output($0, samples: 2, isKeeping: false).buffer) }
      return (floats.map(\.bitPattern), prepared.buffer.count)
    }
    let (plain, once) = (outputs(judged: 0), outputs(judged: .max))
    #expect(plain.prepared == 0)
    #expect(once.floats == plain.floats)
    print("\(network.name): \(once.prepared) floats prepared of \(model.parameterCount)")
  }
}
