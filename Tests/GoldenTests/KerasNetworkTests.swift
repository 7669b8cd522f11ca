import FoundationEssentials
import TestSupport
import Testing

/// 20 steps of the kinds of networks that public programs have, as Keras wrote them, against Keras: graphs with every way to
/// merge, nested, shared and frozen layers, a class a pixel, labels, numbers, series and volumes; and every optimizer.
/// `Tests/Goldens/keras_networks.py` wrote the golden.
@Suite(.serialized) struct KerasNetworkTests {
  @Test func theGoldenIsThere() throws {
    #expect(try #require(NetworkGoldens.all).networks.count >= 30)
  }

  @Test(arguments: NetworkGoldens.all?.networks ?? [])
  func trainsAsInKeras(network: NetworkGolden) throws {
    let goldens = try #require(NetworkGoldens.all)
    let cnnDist = try CNNDist()
    try withTemporaryFolder { folder in
      try network.write(to: folder, steps: goldens.steps, tested: goldens.tested)
      let data = ["--dataset", "arrays", "--data", folder]
      let run = "\(folder)/run"
      try cnnDist(
        ["train", "--model", "\(folder)/model.json", "--weights", "\(folder)/weights.safetensors"] + data
          + ["--no-shuffle", "--batch-size", "\(network.batchSize)", "--slice", "\(network.batchSize)"]
          + ["--steps", "\(goldens.steps)", "--validate-every", "0", "--run", run]
          + network.options.split(separator: " ").map(String.init))
      let losses = try StepLine.read(run).map(\.loss)
      try #require(losses.count == network.exact.count)
      let deviations = zip(losses, network.exact).map(Self.deviation)
      let (first, all) = (deviations.prefix(4).max() ?? 0, deviations.max() ?? 0)
      print("\(network.name): the first four losses are within \(first) of Keras's, all within \(all)")
      // What rounding alone does in Keras leaves room for what it does here.
      for (step, deviation) in deviations.enumerated() {
        let bound = max(step < 4 ? 1e-6 : 1e-3, 4 * network.rounding[step])
        #expect(deviation <= bound, "step \(step + 1): \(losses[step]), Keras \(network.exact[step])")
      }

      let words = try cnnDist.judgement(["--run", run, "--data", folder])
      try #require(words.count >= 2 && words[0] == "loss")
      let loss = try #require(Double(words[1]))
      print("\(network.name): test loss \(loss), Keras \(network.judgement[0])")
      let bound = max(1e-3, 4 * network.judgementRounding[0])
      #expect(abs(loss - network.judgement[0]) <= bound * network.judgement[0] + 0.5e-4)
    }
  }

  private static func deviation(_ found: Double, _ expected: Double) -> Double { abs(found - expected) / abs(expected) }
}
