import Datasets
import FoundationEssentials
import TestSupport
import Testing

/// Models and weights between Keras and the program, both ways, by the recipes in ModelsFromKeras.md.
///
/// `Tests/Goldens/keras_exchange.py` makes the models and runs the recipes.
@Suite(.serialized) struct KerasExchangeTests {
  private static let isPossible = Python.withKeras != nil

  /// Keras makes five models and judges them; the program reads what Keras wrote and gives the same figures.
  @Test(.enabled("Python has Keras; the standard error says why not") { isPossible })
  func modelsAndWeightsComeFromKeras() throws {
    try withTemporaryFolder { folder in
      let (cnnDist, data) = (try CNNDist(), try Self.data(in: folder))
      let judgements = try Self.keras("export", folder, data)
      try #require(judgements.count == 5)
      for keras in judgements {
        let file = "\(folder)/\(keras.name)"
        var ways = [
          ["--model", "\(file).keras"], ["--model", "\(file).h5"],
          ["--model", "\(file).json", "--weights", "\(file).weights.h5"],
          ["--model", "\(file).json", "--weights", "\(file).h5"],
        ]
        // The recipe is for the layers of the outermost model.
        if keras.name != "nested" { ways.append(["--model", "\(file).json", "--weights", "\(file).safetensors"]) }
        for way in ways {
          try Self.compare(cnnDist.judgement(way + ["--dataset", "cifar10", "--data", data]), keras)
        }
      }
    }
  }

  /// The program trains a model of Keras's; Keras makes it from what stands in the run, and judges it likewise.
  @Test(.enabled("Python has Keras; the standard error says why not") { isPossible })
  func runsGoBackToKeras() throws {
    try withTemporaryFolder { folder in
      let (cnnDist, data) = (try CNNDist(), try Self.data(in: folder))
      _ = try Self.keras("export", folder, data)
      for name in ["images", "series", "volumes", "graph", "nested"] {
        let run = "\(folder)/\(name)/runs/first"
        try cnnDist([
          "train", "--model", "\(folder)/\(name).json", "--dataset", "cifar10", "--data", data, "--limit", "2000",
          "--batch-size", "250", "--epochs", "1", "--run", run,
        ])
        let keras = try #require(try Self.keras("import", "\(folder)/\(name)", data).first)
        #expect(keras.name == name)
        try Self.compare(cnnDist.judgement(["--run", run, "--data", data]), keras)
      }
    }
  }

  private struct Judgement {
    let name: String
    let loss: Double
    let accuracy: Double
  }

  /// The embedded data set as CIFAR-10's files.
  private static func data(in folder: String) throws -> String {
    try CNNDist()(["fetch", "synthetic", "--data", "\(folder)/data"])
    return "\(folder)/data"
  }

  private static func keras(_ way: String, _ folder: String, _ data: String) throws -> [Judgement] {
    let recipes = "/Sources/KerasFiles/KerasFiles.docc/ModelsFromKeras.md"
    let script = [Golden.checkout + "/Tests/Goldens/keras_exchange.py", Golden.checkout + recipes]
    let output = try Shell.run([try #require(Python.withKeras)] + script + [way, folder, data])
    return output.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, let loss = Double(words[1]), let accuracy = Double(words[2]) else { return nil }
      return Judgement(name: String(words[0]), loss: loss, accuracy: accuracy)
    }
  }

  /// Of 10,000 samples, one may have its two largest outputs as close as the rounding is; the loss is printed with four
  /// decimals.
  private static func compare(_ words: [Substring], _ keras: Judgement) throws {
    try #require(words.count >= 4 && words[0] == "loss" && words[2] == "accuracy", "\(words)")
    let (loss, accuracy) = (try #require(Double(words[1])), try #require(Double(words[3])))
    print("\(keras.name): ours \(loss) \(accuracy), Keras \(keras.loss) \(keras.accuracy)")
    #expect(abs(loss - keras.loss) <= 1e-4, "\(keras.name)")
    #expect(abs(accuracy - keras.accuracy) < 1.5e-4, "\(keras.name)")
  }
}
