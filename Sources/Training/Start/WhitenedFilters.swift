import Datasets
import Kernels
import Layers
import Models
import Tensors

extension Model {
  /// Whether there are filters that begin as training samples have it.
  public var beginsWithSamples: Bool { !whitened.isEmpty }

  /// A kernel that begins with whitening.
  private struct WhitenedKernel {
    let stage: Stage
    let shape: Shape
    let range: Range<Int>
    let whitening: Whitening
  }

  private var whitened: [WhitenedKernel] {
    stages.filter { $0.first == nil }.flatMap { stage in
      zip(stage.parameters, stage.ranges).compactMap { parameter, range in
        guard case .whitening(let whitening) = parameter.initializer else { return nil }
        return WhitenedKernel(stage: stage, shape: parameter.shape, range: range, whitening: whitening)
      }
    }
  }

  /// Gives the filters that are to whiten patches of samples their starting values; see `Whitening`. Sums are taken in double
  /// precision and in the samples' order: every rank that does it gets the same.
  ///
  /// - Parameters:
  ///   - values: the arena's.
  ///   - samples: those that the network is trained on.
  ///   - preparation: what becomes of them before the network sees them, of which nothing random counts here.
  /// - Throws: `ShapeError` where it is no convolution of samples; what `Dataset.check` throws.
  public func whiten(
    _ values: MutableFloatBuffer, with samples: any Dataset, _ preparation: SamplePreparation
  ) throws {
    for kernel in whitened {
      if let flaw = flaw(of: kernel, for: samples.sampleShape) {
        throw ShapeError("layer \(kernel.stage.name) cannot begin with whitening: \(flaw)")
      }
      let patches = PatchCovariance(kernel: kernel.shape)
      let covariance = try patches.of(samples, count: kernel.whitening.samples, preparation)
      guard let found = Eigenvectors(of: covariance, order: patches.size) else {
        throw ShapeError("layer \(kernel.stage.name) cannot begin with whitening: the samples hold what is no number")
      }
      let (kernelValues, filters) = (values.part(kernel.range), kernel.shape[3])
      for index in 0..<filters / 2 {
        let length = (max(0, found.values[index]) + Double(kernel.whitening.epsilon)).squareRoot()
        for place in 0..<patches.size {
          let value = Float(found.vectors[index][place] / length)
          kernelValues[place * filters + index] = value
          kernelValues[place * filters + filters / 2 + index] = -value
        }
      }
    }
  }
}

extension Model {
  /// Why a kernel cannot be made of patches of samples, and what would help; nil where it can.
  private func flaw(of kernel: WhitenedKernel, for sample: Shape) -> String? {
    guard let convolution = kernel.stage.written.layer as? Conv2D else {
      return "it is no Conv2D: give it another initializer"
    }
    if let input = kernel.stage.inputs.first(where: { stage(giving: $0) != nil }), let index = stage(giving: input) {
      return
        "it reads what \(stages[index].name) gives and has to read the samples: leave preprocessing to --normalize and "
        + "--scale, or give it another initializer"
    }
    guard convolution.window.dilation.allSatisfy({ $0 == 1 }), kernel.shape[2] == sample[2] else {
      return "it has a dilation or groups, whose patches are not those of the samples: give it another initializer"
    }
    guard kernel.shape[0] <= sample[0], kernel.shape[1] <= sample[1] else {
      return
        "its kernel of \(kernel.shape[0])x\(kernel.shape[1]) is larger than the samples of \(sample[0])x\(sample[1]): "
        + "make it smaller, or give it another initializer"
    }
    return nil
  }
}

/// The second moments of all patches of some images.
private struct PatchCovariance {
  private let height, width, channels: Int
  /// About how many numbers of patches are held: 4 MB, whatever an image has.
  private static let floatsAtOnce = 1 << 20
  /// The numbers of a patch.
  var size: Int { height * width * channels }

  /// Of patches that a kernel (height, width, channels, filters) sees.
  init(kernel: Shape) {
    (height, width, channels) = (kernel[0], kernel[1], kernel[2])
  }

  /// The mean of x·xᵀ over all patches x of `count` samples, or of all where there are fewer.
  func of(_ samples: any Dataset, count: Int, _ preparation: SamplePreparation) throws -> [Double] {
    let shape = samples.sampleShape
    let (rows, columns) = (shape[0] - height + 1, shape[1] - width + 1)
    let count = min(count, samples.count)
    let pixels = FloatStorage(count: shape.count)
    let band = min(rows, max(1, Self.floatsAtOnce / (columns * size)))
    let patches = FloatStorage(count: band * columns * size)
    let products = FloatStorage(count: size * size)
    var sums = [Double](repeating: 0, count: size * size)
    for index in 0..<count {
      preparation.load(index * samples.count / count, of: samples, into: pixels.buffer, draw: nil)
      for first in stride(from: 0, to: rows, by: band) {
        let last = min(first + band, rows)
        copyPatches(
          of: pixels.buffer.reading, rowCount: shape[1] * channels, first..<last, columns, to: patches.buffer)
        let matrix = Matrix(patches.buffer.reading, rows: (last - first) * columns, columns: size)
        multiply(matrix.transposed, matrix, into: Matrix(products.buffer, rows: size, columns: size))
        for place in sums.indices { sums[place] += Double(products.buffer[place]) }
      }
    }
    try samples.check()
    return sums.map { $0 / Double(count * rows * columns) }
  }

  private func copyPatches(
    of pixels: FloatBuffer, rowCount: Int, _ rows: Range<Int>, _ columns: Int, to patches: MutableFloatBuffer
  ) {
    let part = width * channels  // what lies side by side in both
    for row in rows {
      for column in 0..<columns {
        for line in 0..<height {
          let (from, to) = (
            (row + line) * rowCount + column * channels,
            ((row - rows.lowerBound) * columns + column) * size + line * part
          )
          copy(pixels.part(from..<from + part), to: patches.part(to..<to + part))
        }
      }
    }
  }
}
