import FoundationEssentials
import TestSupport
import Testing

/// Networks of keras.applications, from the files that Keras writes: how many numbers they have, and how they judge a few images.
///
/// `Tests/Goldens/keras_applications.py` makes them.
@Suite(.serialized) struct KerasApplicationsTests {
  private static let isPossible = Python.withKeras != nil
  private static let names = [
    "VGG16", "ResNet50", "DenseNet121", "MobileNetV2", "EfficientNetB0", "Xception", "InceptionV3", "MobileNetV3Small",
  ]

  @Test(.enabled("Python has Keras; the standard error says why not") { isPossible }, arguments: names)
  func judgesAsInKeras(name: String) throws {
    try withTemporaryFolder { folder in
      let cnnDist = try CNNDist()
      let script = "\(Golden.checkout)/Tests/Goldens/keras_applications.py"
      let output = try Shell.run([try #require(Python.withKeras), script, folder, name])
      let keras = try #require(output.split(separator: "\n").last).split(separator: " ").map(String.init)
      try #require(keras.count == 5 && keras[0] == name, "\(output)")

      let model = "\(folder)/\(name).keras"
      let summary = try cnnDist(["summary", "--model", model]).replacing(",", with: "")
      #expect(summary.contains("\nTotal params: \(keras[1])\nTrainable params: \(keras[2])\n"), "\(keras)")

      let words = try cnnDist.judgement(["--model", model, "--dataset", "arrays", "--data", "\(folder)/\(name)"])
      try #require(words.count >= 4 && words[0] == "loss" && words[2] == "accuracy", "\(words)")
      let (loss, accuracy) = (try #require(Double(words[1])), try #require(Double(words[3])))
      print("\(name): ours \(loss) \(accuracy), Keras \(keras[3]) \(keras[4])")
      #expect(abs(loss - (try #require(Double(keras[3])))) <= 1e-4)
      #expect(abs(accuracy - (try #require(Double(keras[4])))) <= 1e-4)
    }
  }
}
