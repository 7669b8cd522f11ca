import Kernels
import Layers
import Tensors
import Testing

/// Convolutions that do not mix all channels, and the transposed ones. Whole numbers leave nothing to rounding.
@Suite struct ChannelwiseGradientTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  private func check(_ layer: any Layer, _ input: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let parameters = layer.parameters(for: input).enumerated().map { index, specification in
      specification.name == "bias"
        ? (0..<specification.shape.count).map { Float($0 % 5) - 1.5 }
        : wholeNumbers(specification.shape.count, upTo: 2, seed: UInt64(10 + index))
    }
    try GradientCheck(
      layer: layer, input: input, samples: 2, x: wholeNumbers(2 * input.count, upTo: 2, seed: 1),
      parameters: parameters
    ).run(sourceLocation: sourceLocation)
  }

  @Test(arguments: [Padding.valid, .same], [1, 2])
  func depthwise(_ padding: Padding, _ multiplier: Int) throws {
    try check(DepthwiseConv2D(kernel: [2, 3], stride: 2, padding: padding, depthMultiplier: multiplier), [5, 6, 3])
    try check(DepthwiseConv2D(kernel: 2, padding: padding, dilation: 2, depthMultiplier: multiplier), [5, 4, 17])
    try check(DepthwiseConv1D(kernel: 3, padding: padding, depthMultiplier: multiplier, useBias: false), [6, 2])
  }

  @Test(arguments: [Padding.valid, .same], [1, 2])
  func separable(_ padding: Padding, _ multiplier: Int) throws {
    try check(SeparableConv2D(3, kernel: 2, stride: [1, 2], padding: padding, depthMultiplier: multiplier), [4, 5, 2])
    try check(SeparableConv1D(4, kernel: 3, padding: padding, depthMultiplier: multiplier, useBias: false), [6, 2])
  }

  @Test(arguments: [Padding.valid, .same])
  func transposed(_ padding: Padding) throws {
    try check(Conv1DTranspose(2, kernel: 3, stride: 2, padding: padding), [4, 3])
    try check(Conv2DTranspose(3, kernel: [2, 3], stride: 2, padding: padding), [3, 2, 2])
    try check(Conv2DTranspose(3, kernel: 3, stride: 2, padding: padding, outputPadding: 1, useBias: false), [3, 2, 2])
    try check(Conv3DTranspose(2, kernel: 2, stride: [1, 2, 1], padding: padding), [2, 2, 2, 2])
  }

  @Test func inGroups() throws {
    try check(Conv2D(4, kernel: 2, padding: .same, groups: 2), [4, 3, 6])
    try check(Conv2D(6, kernel: 2, stride: 2, groups: 3, useBias: false), [5, 4, 3])
    try check(Conv1D(4, kernel: 3, padding: .causal, groups: 2), [5, 4])
    try check(Conv3D(2, kernel: 2, groups: 2), [2, 3, 2, 2])
    #expect(throws: ShapeError("takes channels in 2 groups of one size, got (4, 4, 3)")) {
      try Conv2D(4, kernel: 2, groups: 2).outputShape(for: [4, 4, 3])
    }
  }

  @Test func causalConvolutionsSeeNoLaterInput() throws {
    try check(Conv1D(2, kernel: 3, padding: .causal, dilation: 2), [7, 2])
    try check(Conv1D(2, kernel: 2, stride: 2, padding: .causal), [7, 2])
  }

  @Test func whatCannotBeTransposedIsRefused() {
    #expect(throws: ShapeError.self) {
      try Conv2DTranspose(2, kernel: 4, stride: 2, padding: .same, outputPadding: 4).outputShape(for: [3, 3, 1])
    }
  }
}
