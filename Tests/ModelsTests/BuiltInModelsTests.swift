import Layers
import Models
import Objectives
import Testing

@Suite struct BuiltInModelsTests {
  @Test func everyNameIsKnown() throws {
    for name in BuiltInModels.names {
      let input = BuiltInModels.standardInput(of: name)
      let model = try #require(try BuiltInModels.model(named: name, input: input, classes: 7))
      #expect(model.name == name && model.output == [7])
      _ = try Head(of: model, targets: .classes(7, positions: []))
    }
    #expect(try BuiltInModels.model(named: "keras", input: [32, 32, 3], classes: 10) == nil)
  }

  @Test func numbersToPredictAreNoClasses() {
    for name in BuiltInModels.names {
      let input = BuiltInModels.standardInput(of: name)
      #expect(throws: ShapeError.self) { try BuiltInModels.model(named: name, input: input, classes: 0) }
    }
  }

  /// The counts that the authors give: 1.97 million for airbench94, 0.27 million for the ResNet; and 265 thousand of the series'
  /// network, as Keras counts them.
  @Test(
    arguments: [("airbench94", 1_973_944), ("airbench96", 9_921_848), ("resnet20", 274_042), ("fcn", 265_986)])
  func parameters(name: String, count: Int) throws {
    let classes = name == "fcn" ? 2 : 10
    let model = try BuiltInModels.model(named: name, input: BuiltInModels.standardInput(of: name), classes: classes)
    #expect(model?.parameterCount == count)
  }

  /// The filters that look at the samples begin as these have it, the others let channels through.
  @Test func airbenchsFiltersBeginAsTheyShould() throws {
    let model = try #require(try BuiltInModels.model(named: "airbench94", input: [32, 32, 3], classes: 10))
    let kernels = model.stages.flatMap(\.parameters).filter { $0.name == "kernel" }
    #expect(kernels.first?.initializer == .whitening(Whitening()) && kernels.first?.shape == [2, 2, 3, 24])
    #expect(kernels.dropFirst().dropLast().allSatisfy { $0.initializer == .dirac })
  }
}
