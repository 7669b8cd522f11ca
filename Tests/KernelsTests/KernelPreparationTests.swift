import Kernels
import Tensors
import Testing

/// Convolutions by kernels that were prepared before have the bits of those that prepare them.
@Suite struct KernelPreparationTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test(arguments: WinogradTests.cases + WinogradTests.drawn)
  func bitsAreTheSame(_ test: ConvolutionCase) throws {
    let (geometry, data) = (test.geometry, ConvolutionData(test, .fractional))
    for map in [Convolution.Map.forward, .inputGradient] {
      let preparation = try #require(Convolution.preparation(geometry, for: map))
      #expect(preparation.count >= geometry.patch * geometry.filters && preparation.count.isMultiple(of: 16))
      // Neither needs what the other makes of the kernel, nor a float more of scratch memory than is said.
      #expect(preparation.scratchCount + preparation.count <= Convolution.scratchCount(geometry))
      let prepared = FloatStorage(nan: preparation.count)
      Convolution.prepare(
        geometry, kernel: data.kernel.buffer.reading, for: map, into: prepared.buffer,
        scratch: FloatStorage(nan: preparation.scratchCount).buffer)
      let scratch = FloatStorage(nan: preparation.scratchCount)
      let empty = FloatStorage(nan: data.kernel.buffer.count)
      switch map {
      case .forward:
        let y = FloatStorage(nan: data.dy.buffer.count)
        Convolution.forward(
          geometry, x: data.x.view([geometry.inputCount]), kernel: empty.buffer.reading,
          prepared: prepared.buffer.reading, bias: data.bias.buffer.reading, activation: .relu,
          y: y.view([geometry.outputCount]), scratch: scratch.buffer)
        expectSameBits(y.floats, data.forward(.relu).floats)
      case .inputGradient:
        let dx = FloatStorage(nan: data.x.buffer.count)
        Convolution.inputGradient(
          geometry, dy: data.dy.view([geometry.outputCount]), kernel: empty.buffer.reading,
          prepared: prepared.buffer.reading, dx: dx.view([geometry.inputCount]), scratch: scratch.buffer)
        expectSameBits(dx.floats, data.inputGradient().floats)
      }
    }
  }

  /// Groups of few channels, of which several are a part, and of many.
  @Test(arguments: [(32, 48, 8), (64, 64, 2), (40, 60, 2), (48, 48, 12)], [Padding.valid, .same])
  func groupsHaveTheSameBits(_ sizes: (channels: Int, filters: Int, groups: Int), _ padding: Padding) throws {
    let test = ConvolutionCase(
      "groups", 9, 8, sizes.channels, filters: sizes.filters, kernel: (3, 3), padding, samples: 3)
    let (geometry, data) = (test.geometry, ConvolutionData(test, .fractional))
    let convolution = GroupedConvolution(geometry, groups: sizes.groups)
    let kernel = FloatStorage(Array(data.kernel.floats.prefix(data.kernel.buffer.count / sizes.groups)))
    func forward(_ kernel: FloatStorage, _ prepared: FloatStorage?) -> [Float] {
      let y = FloatStorage(nan: data.dy.buffer.count)
      convolution.forward(
        x: data.x.view([geometry.inputCount]), kernel: kernel.buffer.reading, prepared: prepared?.buffer.reading,
        y: y.view([geometry.outputCount]), scratch: FloatStorage(nan: convolution.scratchCount).buffer)
      return y.floats
    }
    func inputGradient(_ kernel: FloatStorage, _ prepared: FloatStorage?) -> [Float] {
      let dx = FloatStorage(nan: data.x.buffer.count)
      convolution.inputGradient(
        dy: data.dy.view([geometry.outputCount]), kernel: kernel.buffer.reading, prepared: prepared?.buffer.reading,
        dx: dx.view([geometry.inputCount]), scratch: FloatStorage(nan: convolution.scratchCount).buffer)
      return dx.floats
    }
    for (map, run) in [(Convolution.Map.forward, forward), (.inputGradient, inputGradient)] {
      let preparation = try #require(convolution.preparation(for: map))
      let prepared = FloatStorage(nan: preparation.count)
      convolution.prepare(
        kernel.buffer.reading, for: map, into: prepared.buffer,
        scratch: FloatStorage(nan: preparation.scratchCount).buffer)
      expectSameBits(run(FloatStorage(nan: kernel.buffer.count), prepared), run(kernel, nil))
    }
  }

  /// The part of a pass that it takes shrinks with the samples, and grows with the channels.
  @Test func theShareIsAMatterOfShapes() throws {
    func share(_ size: Int, _ channels: Int, samples: Int) throws -> Double {
      let test = ConvolutionCase("", size, size, channels, filters: channels, kernel: (3, 3), .same)
      return try #require(Convolution.preparation(test.geometry, for: .forward)).share(samples: samples)
    }
    #expect(try share(14, 512, samples: 1) > 0.3)
    #expect(try share(14, 512, samples: 64) < 0.02)
    #expect(try share(224, 64, samples: 1) < 0.01)
    #expect(try share(14, 512, samples: 2) > share(14, 64, samples: 2))
  }

  @Test func othersPrepareNothing() {
    for test in ConvolutionAlgorithmTests.cases {
      let isWinograd = Convolution.algorithm(test.geometry) == .winograd
      #expect((Convolution.preparation(test.geometry, for: .forward) != nil) == isWinograd)
    }
  }
}
