import Files
import FoundationEssentials
import Runs
import Tensors
import Testing

/// What Keras computed in the first steps of many networks; `Tests/Goldens/keras_networks.py` wrote it.
struct NetworkGoldens: Decodable {
  let steps: Int
  let tested: Int
  let networks: [NetworkGolden]

  static let all: NetworkGoldens? = try? Golden.read("networks")
}

/// One network: its samples and weights are made here by the formulas of the script.
struct NetworkGolden: Decodable, CustomTestStringConvertible {
  let name: String
  /// Keras's JSON of it.
  let architecture: String
  /// The shape of one sample.
  let shape: [Int]
  /// What kind of targets there are, and how many classes, labels or numbers.
  let targets: Targets
  let units: Int
  /// What samples of 0..<1 are multiplied by.
  let scale: Float
  let batchSize: Int
  /// Of x_train, y_train, x_test and y_test.
  let dataSha256: [String]
  /// The loss and the optimizer, as options of `train`.
  let options: String
  let weights: [Weight]
  let weightsSha256: String
  /// Keras's losses in double precision.
  let exact: [Double]
  /// The test set's loss and, where there are classes, accuracy after the last step.
  let judgement: [Double]
  /// How far Keras's losses in single precision, and its judgement, are from those in double precision, relative to them.
  let rounding: [Double]
  let judgementRounding: [Double]

  enum Targets: String, Decodable {
    case classes, binary, pixels, numbers, itself
  }

  struct Weight: Decodable {
    let name: String
    let shape: [Int]
    /// The lowest value and the range, in 1024ths.
    let low: Int
    let width: Int

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      name = try container.decode(String.self)
      shape = try container.decode([Int].self)
      low = try container.decode(Int.self)
      width = try container.decode(Int.self)
    }
  }

  var testDescription: String { name }

  /// Writes the model, its weights, and the arrays into `folder`, and makes sure that they are those of the golden.
  func write(to folder: String, steps: Int, tested: Int) throws {
    try Data(architecture.utf8).write(to: URL(filePath: "\(folder)/model.json"))
    try writeWeights("\(folder)/weights.safetensors")
    var digests: [String] = []
    for (part, count, salt) in [("train", steps * batchSize, 1), ("test", tested, 3)] {
      let (samples, answers) = data(count, salt)
      let x = samples.map { $0 * scale }
      digests.append(try writeArray("\(folder)/x_\(part).npy", x, "<f4", [count] + shape))
      let own: [Int]
      switch targets {
      case .classes: own = []
      case .pixels: own = Array(shape.dropLast())
      case .binary, .numbers: own = [units]
      case .itself: own = shape
      }
      let path = "\(folder)/y_\(part).npy"
      switch targets {
      case .classes, .binary, .pixels:
        digests.append(try writeArray(path, answers.map { UInt8($0) }, "|u1", [count] + own))
      case .numbers, .itself: digests.append(try writeArray(path, answers, "<f4", [count] + own))
      }
    }
    try #require(digests == dataSha256, "the arrays are not those of the golden")
  }

  /// Samples of 0..<1, and their targets.
  private func data(_ count: Int, _ salt: Int) -> (samples: [Float], targets: [Float]) {
    let size = shape.reduce(1, *)
    func samples(_ brightness: (Int) -> Int) -> [Float] {
      let noise = Self.values(count * size, salt + 1)
      return noise.indices.map { Float(noise[$0] >> 5 + brightness($0 / size)) / 256 }
    }
    switch targets {
    case .classes:
      let classes = Self.values(count, salt).map { $0 % units }
      return (samples { classes[$0] * 127 / max(1, units - 1) }, classes.map { Float($0) })
    case .binary:
      let labels = Self.values(count * units, salt).map { $0 >> 11 }
      return (
        samples { labels[$0 * units..<($0 + 1) * units].reduce(0, +) * 127 / units }, labels.map { Float($0) }
      )
    case .numbers:
      let numbers = Self.values(count * units, salt)
      return (samples { numbers[$0 * units] >> 5 }, numbers.map { Float($0 - 2048) / 1024 })
    case .pixels, .itself:
      let bright = Self.values(count, salt)
      let x = samples { bright[$0] >> 5 }
      guard targets == .pixels, let channels = shape.last else { return (x, x) }
      return (x, stride(from: 0, to: x.count, by: channels).map { Float(Int(x[$0] * 256) * units / 256) })
    }
  }

  private func writeWeights(_ path: String) throws {
    var writer = SafetensorsWriter()
    var storages: [FloatStorage] = []
    for (index, weight) in weights.enumerated() {
      let storage = FloatStorage(count: weight.shape.reduce(1, *))
      for (place, value) in Self.values(storage.buffer.count, 16 + index).enumerated() {
        storage.buffer[place] = Float((Double(weight.low) + Double(weight.width * value) / 4096) / 1024)
      }
      storages.append(storage)
      writer.add(name: weight.name, shape: Shape(weight.shape), floats: storage.buffer.reading)
    }
    try withExtendedLifetime(storages) { try writer.write(to: path, metadata: [:]) }
    try #require(
      try SafetensorsFile(path).digest() == weightsSha256, "the starting weights are not those of the golden")
  }

  /// Numbers of 0...4095 that look random: the last mixing of xxHash32 (Collet 2012) of salt * 2^24 + 0, 1, 2, …
  private static func values(_ count: Int, _ salt: Int) -> [Int] {
    (0..<count).map { index in
      var hash = UInt32(truncatingIfNeeded: salt << 24 + index)
      hash ^= hash >> 15
      hash = hash &* 0x85EB_CA77
      hash ^= hash >> 13
      hash = hash &* 0xC2B2_AE3D
      hash ^= hash >> 16
      return Int(hash >> 20)
    }
  }

  /// Writes an array in version 1 of NumPy's format, and returns the digest of its elements.
  private func writeArray<Element>(
    _ path: String, _ elements: [Element], _ type: String, _ shape: [Int]
  ) throws -> String {
    let extents = shape.map { "\($0), " }.joined()
    var head = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    head += String(repeating: " ", count: (64 - (10 + head.utf8.count + 1) % 64) % 64) + "\n"
    let count = head.utf8.count
    var file = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(head.utf8))
    let digest = elements.withUnsafeBytes { bytes in
      file.append(contentsOf: bytes)
      return Digest.of(bytes)
    }
    try file.write(to: URL(filePath: path))
    return digest
  }
}
