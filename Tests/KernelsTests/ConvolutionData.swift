import Kernels
import Tensors

/// The operands of one case.
struct ConvolutionData {
  let reference: ConvolutionReference
  let geometry: ConvolutionGeometry
  let x: FloatStorage
  let kernel: FloatStorage
  let bias: FloatStorage
  let dy: FloatStorage

  /// The same with some of the samples only.
  func samples(_ range: Range<Int>) -> ConvolutionData {
    func part(_ storage: FloatStorage, _ count: Int) -> FloatStorage {
      FloatStorage(Array(storage.floats[range.lowerBound * count..<range.upperBound * count]))
    }
    return ConvolutionData(
      reference: ConvolutionReference(geometry: geometry, samples: range.count), geometry: geometry,
      x: part(x, geometry.inputCount), kernel: kernel, bias: bias, dy: part(dy, geometry.outputCount))
  }
}

extension ConvolutionData {
  init(_ test: ConvolutionCase, _ values: Values) {
    let (geometry, samples) = (test.geometry, test.samples)
    self.init(
      reference: ConvolutionReference(geometry: geometry, samples: samples), geometry: geometry,
      x: FloatStorage(values.random(samples * geometry.inputCount, seed: 1)),
      kernel: FloatStorage(values.random(geometry.patch * geometry.filters, seed: 2)),
      bias: FloatStorage(values.random(geometry.filters, seed: 3)),
      dy: FloatStorage(values.random(samples * geometry.outputCount, seed: 4)))
  }

  private var input: Shape { [geometry.inputCount] }
  private var output: Shape { [geometry.outputCount] }

  func forward(_ activation: Activation, before: FloatStorage? = nil, held: Float = .nan) -> FloatStorage {
    let y = FloatStorage([Float](repeating: held, count: dy.buffer.count))
    withScratch(held) {
      Convolution.forward(
        geometry, x: x.view(input), kernel: kernel.buffer.reading, bias: bias.buffer.reading, activation: activation,
        y: y.view(output), before: before?.buffer, scratch: $0)
    }
    return y
  }

  /// Forward with a prepared kernel; nil where there is no such form.
  func preparedForward(_ activation: Activation, before: FloatStorage? = nil, held: Float = .nan) -> FloatStorage? {
    guard let count = Convolution.preparedCount(geometry) else { return nil }
    let scratch = FloatStorage([Float](repeating: held, count: Convolution.preparedScratchCount(geometry)))
    let (prepared, y) = (FloatStorage(nan: count), FloatStorage(nan: dy.buffer.count))
    Convolution.prepare(
      geometry, kernel: kernel.buffer.reading, into: prepared.buffer, scratch: scratch.buffer)
    Convolution.forward(
      geometry, x: x.view(input), prepared: prepared.buffer.reading, bias: bias.buffer.reading,
      activation: activation, y: y.view(output), before: before?.buffer, scratch: scratch.buffer)
    return y
  }

  func kernelGradient(held: Float = .nan) -> FloatStorage {
    let dkernel = FloatStorage([Float](repeating: held, count: kernel.buffer.count))
    addKernelGradient(to: dkernel, .replace, held: held)
    return dkernel
  }

  func addKernelGradient(to dkernel: FloatStorage, _ mode: ProductMode, held: Float = .nan) {
    withScratch(held) {
      Convolution.kernelGradient(
        geometry, x: x.view(input), dy: dy.view(output), dkernel: dkernel.buffer, mode, scratch: $0)
    }
  }

  func inputGradient(held: Float = .nan) -> FloatStorage {
    let dx = FloatStorage([Float](repeating: held, count: x.buffer.count))
    withScratch(held) {
      Convolution.inputGradient(
        geometry, dy: dy.view(output), kernel: kernel.buffer.reading, dx: dx.view(input), scratch: $0)
    }
    return dx
  }

  private func withScratch(_ held: Float, _ body: (MutableFloatBuffer) -> Void) {
    let scratch = FloatStorage([Float](repeating: held, count: Convolution.scratchCount(geometry)))
    withExtendedLifetime(scratch) { body(scratch.buffer) }
  }
}
