import Files
import Kernels
import Layers
import Models
import Tensors
import Testing

@Suite struct KerasCNNTests {
  private let model: Model

  init() throws {
    model = try #require(try BuiltInModels.model(named: "keras-cnn", input: [32, 32, 3], classes: 10))
  }

  private func initialValues(seed: UInt64) -> FloatStorage {
    let values = FloatStorage(nan: model.parameterCount)
    model.initialize(values.buffer, seed: seed)
    return values
  }

  @Test func withoutDropoutItLearnsTheSame() throws {
    let plain = try BuiltInModels.model(named: "keras-cnn-no-dropout", input: [32, 32, 3], classes: 10)
    #expect(plain?.layout == model.layout)
    #expect(plain?.stages.contains { $0.written.layer is Dropout } == false)
  }

  @Test func stages() {
    #expect(
      model.stages.map { "\($0.name) \($0.input) \($0.output)" } == [
        "conv2d (32, 32, 3) (32, 32, 32)",
        "dropout (32, 32, 32) (32, 32, 32)",
        "conv2d_1 (32, 32, 32) (30, 30, 32)",
        "max_pooling2d (30, 30, 32) (15, 15, 32)",
        "flatten (15, 15, 32) (7200,)",
        "dense (7200,) (512,)",
        "dropout_1 (512,) (512,)",
        "dense_1 (512,) (10,)",
      ])
    #expect(model.classes == 10)
  }

  /// The counts of Keras's `model.summary()`.
  @Test func parameters() {
    #expect(model.parameterCount == 3_702_186)
    let counts = model.stages.map { $0.ranges.map(\.count).reduce(0, +) }
    #expect(counts.filter { $0 > 0 } == [896, 9_248, 3_686_912, 5_130])
    #expect(
      model.layout.entries.map { "\($0.name) \($0.shape)" } == [
        "conv2d/kernel (3, 3, 3, 32)", "conv2d/bias (32,)",
        "conv2d_1/kernel (3, 3, 32, 32)", "conv2d_1/bias (32,)",
        "dense/kernel (7200, 512)", "dense/bias (512,)",
        "dense_1/kernel (512, 10)", "dense_1/bias (10,)",
      ])
    #expect(model.stages.flatMap(\.ranges) == model.layout.entries.map(\.range))
  }

  @Test func theLossTakesTheSoftmax() throws {
    let head = try Head(of: model, targets: .classes(10, positions: []))
    let last = head.model.stages.last
    #expect((last?.written.layer as? Dense)?.activation == .softmax)
    #expect((last?.layer as? Dense)?.activation == .linear)
    #expect((model.stages.last?.layer as? Dense)?.activation == .softmax)
  }

  /// Made by `initial_values.py` beside this file. Another digest means that no earlier run can be repeated.
  @Test(
    arguments: [
      (42, "076b5ca4d99e965d73a3620ad06f41f8e81769934bb8d10d8525f7d1f99b091b"),
      (0x0123_4567_89AB_CDEF, "71cc1133bda6f6e0583ae3dbeea234b4034ac1906fb244e315642902fd43a2ed"),
    ] as [(UInt64, String)])
  func oneSeedGivesOneSetOfBits(_ seed: UInt64, _ digest: String) {
    let values = initialValues(seed: seed)
    #expect(Digest.of(UnsafeRawBufferPointer(values.buffer.reading)) == digest)
  }

  @Test func initialValuesLieWithinTheirLimits() throws {
    let values = initialValues(seed: 1)
    for entry in model.layout.entries {
      let floats = values.buffer[entry.range]
      let fans =
        switch entry.name {
        case "conv2d/kernel": 9 * (3 + 32)
        case "conv2d_1/kernel": 9 * (32 + 32)
        case "dense/kernel": 7_200 + 512
        case "dense_1/kernel": 512 + 10
        default: 0
        }
      let limit = fans == 0 ? 0 : (6 / Float(fans)).squareRoot()
      #expect(floats.allSatisfy { abs($0) <= limit }, "\(entry.name)")
      // Of more than 800 draws the largest lies below 0.98 of its limit once in 3,000 keys, and not with this one.
      #expect(floats.reduce(0, max) >= 0.98 * limit, "\(entry.name)")
    }
  }

  @Test func layersAndSeedsShareNoValues() throws {
    let (values, other) = (initialValues(seed: 1), initialValues(seed: 2))
    let kernels = model.layout.entries.filter { $0.name.hasSuffix("kernel") }
    let starts = kernels.map { entry in
      // In units of the limit, so that equal draws would be equal here.
      let shape = entry.shape.dimensions
      let fans = shape.dropLast(2).reduce(1, *) * (shape[shape.count - 2] + shape[shape.count - 1])
      return values.buffer[entry.range].prefix(64).map { ($0 / (6 / Float(fans)).squareRoot() * 0x1p16).rounded() }
    }
    #expect(Set(starts).count == kernels.count)
    for entry in kernels {
      #expect(!values.buffer[entry.range].elementsEqual(other.buffer[entry.range]), "\(entry.name)")
    }
  }
}
