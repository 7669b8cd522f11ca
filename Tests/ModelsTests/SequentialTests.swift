import Kernels
import Layers
import Models
import Objectives
import Tensors
import Testing

@Suite struct SequentialTests {
  @Test func shapeErrorsNameTheLayer() {
    #expect(throws: ShapeError("layer 1 of tiny, conv1d: takes (length, channels), got (4, 4, 3)")) {
      try Sequential(name: "tiny", input: [8, 8, 3]) {
        MaxPooling2D(2)
        Conv1D(10, kernel: 2)
      }
    }
    #expect(throws: ShapeError("layer 2 of deep, conv2d_1: a kernel of 3 × 3 does not fit into (2, 2, 4)")) {
      try Sequential(name: "deep", input: [6, 6, 1]) {
        Conv2D(4, kernel: 3)
        MaxPooling2D(2)
        Conv2D(4, kernel: 3)
      }
    }
    #expect(throws: ShapeError("layer 1 of image, reshape: cannot make [5] of the 36 elements of (36,)")) {
      try Sequential(name: "image", input: [6, 6, 1]) {
        Flatten(); Reshape([5])
      }
    }
  }

  @Test(arguments: [0, 1, 3], [false, true])
  func layersCanBeWrittenWithIfAndFor(_ depth: Int, _ dropout: Bool) throws {
    let model = try Sequential(name: "built", input: [9, 9, 1]) {
      for index in 0..<depth {
        Conv2D(index + 1, kernel: 2)
        if dropout { Dropout(0.5) }
      }
      Flatten()
      if dropout { Dense(4, activation: .relu) } else { Dense(3, activation: .relu) }
      Dense(2, activation: .softmax)
    }
    let convolutions = (0..<depth).flatMap { index -> [String] in
      let suffix = index == 0 ? "" : "_\(index)"
      return dropout ? ["conv2d\(suffix)", "dropout\(suffix)"] : ["conv2d\(suffix)"]
    }
    #expect(model.stages.map(\.name) == convolutions + ["flatten", "dense", "dense_1"])
    #expect(model.stages.suffix(2).map(\.output) == [[dropout ? 4 : 3], [2]])
  }

  @Test func onlyASoftmaxAtTheVeryEndIsLeftToTheLoss() throws {
    let model = try Sequential(name: "soft", input: [4]) {
      Dense(3, activation: .softmax)
      Dense(2, activation: .relu)
    }
    #expect(model.stages.map { ($0.layer as? Dense)?.activation } == [.softmax, .relu])
    #expect(throws: ShapeError.self) { try Head(of: model, targets: .classes(2, positions: [])) }
  }
}
