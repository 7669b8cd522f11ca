import Datasets
import Files
import FoundationEssentials

/// What Keras computed; `Tests/Goldens/keras_losses.py` wrote it.
struct Golden: Decodable {
  let dataset: String
  let trainingSha256: String
  let validationSha256: String
  let seed: UInt64
  let initialWeightsSha256: String
  let learningRates: [Double]
  let losses: [Double]
  let accuracies: [Double]
  let validationLoss: Double
  let validationAccuracy: Double

  /// The samples of each of its steps.
  static let batchSize = 512
  /// The top of the checkout.
  static let checkout = URL(filePath: #filePath).appending(path: "../../..").standardized.path

  /// Reads the golden of a data set.
  init(_ dataset: String) throws { self = try Self.read(dataset) }

  /// Reads the file `name`.json among the goldens.
  static func read<Value: Decodable>(_ name: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let file = URL(filePath: "\(Self.checkout)/Tests/Goldens/\(name).json")
    return try decoder.decode(Value.self, from: Data(contentsOf: file))
  }

  /// The cases in the file `name`.json. One that cannot be read leaves none, which each suite's `thereAreGoldens` sees.
  static func cases<Case: Decodable>(_ name: String) -> [Case] { (try? read(name)) ?? [] }

  /// Whether `folder` holds the very bytes that Keras trained and validated on.
  func isOf(_ folder: String) throws -> Bool {
    var training = Digest(.sha256)
    var left = losses.count * Self.batchSize * CIFARFormat.cifar10.recordBytes
    for name in CIFARFormat.cifar10.trainingFiles where left > 0 {
      left -= try MappedFile("\(folder)/\(name)").withBytes { bytes in
        let part = bytes.prefix(left)
        training.update(UnsafeRawBufferPointer(rebasing: part))
        return part.count
      }
    }
    let validation = try MappedFile("\(folder)/\(CIFARFormat.cifar10.validationFile)").withBytes { Digest.of($0) }
    return training.finish() == trainingSha256 && validation == validationSha256
  }
}
