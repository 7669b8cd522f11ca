import Datasets
import FoundationEssentials
import Kernels
import Layers
import Models
import Tensors
import Testing
import Training

/// Filters that whiten patches, against NumPy's: `Tests/Goldens/recipes.py` wrote them.
@Suite struct WhitenedFiltersTests {
  private struct Document: Decodable { let whitening: Golden }

  private struct Golden: Decodable {
    let shape: [Int]
    let images: [Float]
    let epsilon: Float
    let lengths: [Double]
    let gram: [Double]
  }

  private func load() throws -> Golden {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/recipes.json").standardized
    return try JSONDecoder().decode(Document.self, from: Data(contentsOf: file)).whitening
  }

  private func samples(_ golden: Golden) -> BufferSamples {
    BufferSamples(
      name: "images", shape: Shape(Array(golden.shape.dropFirst())), samples: golden.images,
      labels: (0..<Int32(golden.shape[0])).map { $0 % 2 }, classNames: ["a", "b"])
  }

  private func model(_ golden: Golden, filters: Int = 16, behind first: any Layer = Identity()) throws -> Model {
    try Sequential(name: "white", input: Shape(Array(golden.shape.dropFirst()))) {
      if !(first is Identity) { first }
      Conv2D(filters, kernel: 2, kernelInitializer: .whitening(Whitening(samples: 99, epsilon: golden.epsilon)))
      Flatten()
      Dense(2, activation: .softmax)
    }
  }

  @Test func filtersAreNumPys() throws {
    OpenBLAS.useCallingThreadOnly()
    let golden = try load()
    let model = try model(golden)
    #expect(model.beginsWithSamples)
    let values = FloatStorage(count: model.parameterCount)
    model.initialize(values.buffer, seed: 1)
    try model.whiten(values.buffer, with: samples(golden), SamplePreparation())
    let kernel = values.floats[model.layout.entries[0].range]
    let columns = (0..<16).map { filter in (0..<8).map { Double(kernel[$0 * 16 + filter]) } }
    for filter in 0..<8 {
      #expect(columns[filter + 8] == columns[filter].map { -$0 })
      let length = columns[filter].reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(length - golden.lengths[filter]) <= 1e-5 * golden.lengths[filter])
    }
    for i in 0..<8 {
      for j in 0..<8 {
        let product = columns.reduce(0) { $0 + $1[i] * $1[j] }
        #expect(abs(product - golden.gram[8 * i + j]) <= 1e-4 * golden.lengths[7] * golden.lengths[7])
      }
    }
    // Fewer filters are the largest directions.
    let few = try self.model(golden, filters: 4)
    try few.whiten(values.buffer.part(0..<few.parameterCount), with: samples(golden), SamplePreparation())
    let first = values.floats[few.layout.entries[0].range]
    #expect(
      (0..<8).map { Double(first[$0 * 4]) } == columns[0] && (0..<8).map { Double(first[$0 * 4 + 3]) } == columns[9])
  }

  /// A layer that learns, or changes the samples, must not stand in front.
  @Test func onlyTheFirstConvolutionSeesSamples() throws {
    let golden = try load()
    let model = try model(golden, behind: Rescaling(scale: 2))
    let values = FloatStorage(count: model.parameterCount)
    #expect(throws: ShapeError.self) {
      try model.whiten(values.buffer, with: samples(golden), SamplePreparation())
    }
  }

  /// Of an image whose patches are taken in several parts: filters that decorrelate them, by moments summed one by one.
  @Test func largeImagesArePatchedInParts() throws {
    OpenBLAS.useCallingThreadOnly()
    let (side, size) = (420, 18)  // 418 · 418 patches of 18 numbers are three megafloats
    var random = SystemRandomNumberGenerator()
    let pixels = (0..<side * side * 2).map { _ in Float(UInt8.random(in: 0...255, using: &random)) / 255 }
    let data = BufferSamples(
      name: "large", shape: [side, side, 2], samples: pixels, labels: [0], classNames: ["a", "b"])
    let model = try Sequential(name: "white", input: [side, side, 2]) {
      Conv2D(2 * size, kernel: 3, kernelInitializer: .whitening(Whitening(samples: 1, epsilon: 0)))
      GlobalAveragePooling2D()
      Dense(2, activation: .softmax)
    }
    let values = FloatStorage(count: model.parameterCount)
    model.initialize(values.buffer, seed: 1)
    try model.whiten(values.buffer, with: data, SamplePreparation())
    let kernel = values.floats[model.layout.entries[0].range].map(Double.init)
    var moments = [Double](repeating: 0, count: size)
    for row in 0..<side - 2 {
      for column in 0..<side - 2 {
        let patch = (0..<3).flatMap { line in
          (0..<6).map { Double(pixels[((row + line) * side + column) * 2 + $0]) }
        }
        for filter in 0..<size {
          let answer = (0..<size).reduce(0) { $0 + patch[$1] * kernel[$1 * 2 * size + filter] }
          moments[filter] += answer * answer
        }
      }
    }
    for moment in moments { #expect(abs(moment / Double(418 * 418) - 1) < 1e-3) }
  }
}
