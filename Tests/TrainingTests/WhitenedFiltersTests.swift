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
}
