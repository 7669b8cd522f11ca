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
    #expect(try Dense(10).outputShape(for: [4, 3, 7]) == [4, 3, 10])
    #expect(try Conv1D(8, kernel: 3, stride: 2, padding: .same).outputShape(for: [15, 3]) == [8, 8])
    #expect(try Conv2D(8, kernel: [3, 2], dilation: [2, 1]).outputShape(for: [9, 9, 3]) == [5, 8, 8])
    #expect(try Conv3D(8, kernel: 3, stride: [1, 2, 3]).outputShape(for: [5, 6, 9, 2]) == [3, 2, 3, 8])
    #expect(try AveragePooling1D(2, stride: 1).outputShape(for: [5, 4]) == [4, 4])
    #expect(try MaxPooling3D(2, padding: .same).outputShape(for: [3, 4, 5, 6]) == [2, 2, 3, 6])
    #expect(try GlobalAveragePooling2D().outputShape(for: [3, 4, 5]) == [5])
    #expect(try GlobalMaxPooling1D(keepDimensions: true).outputShape(for: [3, 4]) == [1, 4])
    #expect(try Reshape([4, -1]).outputShape(for: [3, 4, 5]) == [4, 15])
    #expect(try ZeroPadding2D(top: 1, bottom: 2, left: 3, right: 4).outputShape(for: [5, 6, 7]) == [8, 13, 7])
    #expect(try BatchNormalization().outputShape(for: [5, 6, 7]) == [5, 6, 7])
    #expect(Flatten().outputShape(for: [4, 3, 2]) == [24])
    #expect(try Dropout(0.2).outputShape(for: [4, 3, 2]) == [4, 3, 2])
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

  @Test func batchNormalizationHasWeightsAndAverages() {
    let all = BatchNormalization(momentum: 0.9).parameters(for: [4, 7])
    #expect(all.map(\.name) == ["gamma", "beta", "moving_mean", "moving_variance"])
    #expect(all.map(\.initializer) == [.ones, .zeros, .zeros, .ones])
    #expect(all.map(\.role) == [.weight, .weight, .average(momentum: 0.9), .average(momentum: 0.9)])
    #expect(all.allSatisfy { $0.shape == [7] })
    let bare = BatchNormalization(center: false, scale: false).parameters(for: [7])
    #expect(bare.map(\.name) == ["moving_mean", "moving_variance"])
  }

  @Test func onlyKernelsAreRegularized() {
    let layers: [any Layer] = [
      Conv1D(2, kernel: 2, kernelRegularizer: .l2(0.5)), Dense(2, kernelRegularizer: .l2(0.5)),
    ]
    for layer in layers { #expect(layer.parameters(for: [4, 3]).map(\.regularizer) == [.l2(0.5), nil]) }
  }

  /// 2 for each product of a kernel element with what lies under it, padding included.
  @Test func operations() {
    #expect(Conv2D(8, kernel: 3, padding: .same).forwardFLOPs(for: [32, 30, 5]) == 2 * 32 * 30 * 8 * 9 * 5)
    #expect(Dense(10).forwardFLOPs(for: [6, 7]) == 2 * 6 * 7 * 10)
    #expect(MaxPooling2D().forwardFLOPs(for: [4, 4, 1]) == 0)
  }

  @Test func kerassNames() {
    let stems: [any Layer.Type] = [
      Conv1D.self, Conv2D.self, Dense.self, Dropout.self, Flatten.self, MaxPooling2D.self, AveragePooling3D.self,
      GlobalAveragePooling2D.self, GlobalMaxPooling1D.self, BatchNormalization.self, ActivationLayer.self, ReLU.self,
      LeakyReLU.self, Softmax.self, Reshape.self, ZeroPadding2D.self,
    ]
    #expect(
      stems.map { $0.stem } == [
        "conv1d", "conv2d", "dense", "dropout", "flatten", "max_pooling2d", "average_pooling3d",
        "global_average_pooling2d", "global_max_pooling1d", "batch_normalization", "activation", "re_lu",
        "leaky_re_lu", "softmax", "reshape", "zero_padding2d",
      ])
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
    #expect(throws: ShapeError("takes (length, channels), got (4, 4, 3)")) {
      try Conv1D(8, kernel: 3).outputShape(for: [4, 4, 3])
    }
    #expect(throws: ShapeError("takes (depth, height, width, channels), got (4, 4)")) {
      try GlobalMaxPooling3D().outputShape(for: [4, 4])
    }
    #expect(throws: ShapeError("a kernel of 2 × 3 with dilation 4 × 1 does not fit into (4, 9, 1)")) {
      try Conv2D(8, kernel: [2, 3], dilation: [4, 1]).outputShape(for: [4, 9, 1])
    }
    #expect(throws: ShapeError("cannot make [5, -1] of the 12 elements of (3, 4)")) {
      try Reshape([5, -1]).outputShape(for: [3, 4])
    }
  }
}
