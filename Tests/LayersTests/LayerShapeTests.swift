import Kernels
import Layers
import Tensors
import Testing

@Suite struct LayerShapeTests {
  @Test func outputs() throws {
    #expect(try Conv2D(8, kernel: 3).outputShape(for: [32, 30, 3]) == [30, 28, 8])
    #expect(try Conv2D(8, kernel: 3, padding: .same).outputShape(for: [32, 30, 3]) == [32, 30, 8])
    #expect(try Conv2D(8, kernel: 5, padding: .same).outputShape(for: [2, 2, 3]) == [2, 2, 8])
    #expect(try Conv2D(8, kernel: 4).outputShape(for: [4, 5, 1]) == [1, 2, 8])
    #expect(try MaxPooling2D(2).outputShape(for: [7, 6, 5]) == [3, 3, 5])
    #expect(try MaxPooling2D(3).outputShape(for: [3, 11, 5]) == [1, 3, 5])
    #expect(try Dense(10).outputShape(for: [7]) == [10])
    #expect(Flatten().outputShape(for: [4, 3, 2]) == [24])
    #expect(Dropout(0.2).outputShape(for: [4, 3, 2]) == [4, 3, 2])
  }

  @Test func parameters() {
    let conv2D = Conv2D(8, kernel: 3).parameters(for: [32, 30, 5])
    #expect(conv2D.map(\.name) == ["kernel", "bias"])
    #expect(conv2D.map(\.shape) == [[3, 3, 5, 8], [8]])
    #expect(conv2D.map(\.initializer) == [.glorotUniform, .zeros])
    let dense = Dense(10).parameters(for: [7])
    #expect(dense.map(\.name) == ["kernel", "bias"])
    #expect(dense.map(\.shape) == [[7, 10], [10]])
    #expect(dense.map(\.initializer) == [.glorotUniform, .zeros])
    #expect(MaxPooling2D().parameters(for: [4, 4, 1]).isEmpty && Dropout(0.1).parameters(for: [4]).isEmpty)
  }

  @Test func kerassNames() {
    let stems = [Conv2D.stem, Dense.stem, Dropout.stem, Flatten.stem, MaxPooling2D.stem]
    #expect(stems == ["conv2d", "dense", "dropout", "flatten", "max_pooling2d"])
  }

  @Test func misfitsNameWhatWasGot() {
    #expect(throws: ShapeError("takes (height, width, channels), got (7,)")) {
      try Conv2D(8, kernel: 3).outputShape(for: [7])
    }
    #expect(throws: ShapeError("a kernel of 3 × 3 does not fit into (2, 9, 1)")) {
      try Conv2D(8, kernel: 3).outputShape(for: [2, 9, 1])
    }
    #expect(throws: ShapeError("takes (height, width, channels), got (4, 4)")) {
      try MaxPooling2D(2).outputShape(for: [4, 4])
    }
    #expect(throws: ShapeError("a window of 3 × 3 does not fit into (9, 2, 1)")) {
      try MaxPooling2D(3).outputShape(for: [9, 2, 1])
    }
    #expect(throws: ShapeError("takes a flat input, got (4, 3, 2): put Flatten() before it")) {
      try Dense(10).outputShape(for: [4, 3, 2])
    }
  }
}
