import Datasets
import KerasFiles
import Models
import Runs
import Tensors
import Testing

/// What becomes of samples, as layers in front of a network.
@Suite struct PreprocessingTests {
  /// The layers before the network, each with what feeds it.
  private func rows(of input: JSONValue) throws -> [String] {
    var experiment = Experiment()
    (experiment.dataset, experiment.normalization) = ("arrays", .ofEachSample)
    let network = try Model(
      Architecture(keras: [
        "class_name": "Sequential",
        "config": [
          "name": "net",
          "layers": [
            ["class_name": "InputLayer", "config": ["name": "i", "batch_shape": input]],
            ["class_name": "Flatten", "config": ["name": "f"]],
          ],
        ],
      ]))
    let model = try experiment.preprocessing(network)
    // It goes to Keras as it is.
    #expect(try Model(Architecture(keras: model.kerasDocument())).stages.map(\.name) == model.stages.map(\.name))
    return model.stages.dropLast().map { "\($0.name)\($0.inputs) \($0.output)" }
  }

  /// A sample that is the same everywhere is exactly 0 behind the subtraction, as it is in training.
  @Test func samplesByThemselvesAreFirstMovedToTheirLargestNumber() throws {
    #expect(
      try rows(of: [nil, 4, 4, 3]) == [
        "input_global_max_pooling2d[0] (1, 1, 3)", "input_subtract[0, 1] (4, 4, 3)",
        "input_group_normalization[2] (4, 4, 3)",
      ])
    #expect(
      try rows(of: [nil, 5]) == [
        "input_reshape[0] (5, 1)", "input_global_max_pooling1d[1] (1, 1)", "input_subtract[1, 2] (5, 1)",
        "input_group_normalization[3] (5, 1)", "input_flatten[4] (5,)",
      ])
  }
}
