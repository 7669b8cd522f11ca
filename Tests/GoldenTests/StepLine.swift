import FoundationEssentials

/// A step's line in a run's metrics.
struct StepLine: Decodable {
  let step: Int
  let loss: Double
  /// nil where targets are numbers.
  let accuracy: Double?
  let learningRate: Double

  /// The steps in a run's metrics; other lines speak of epochs.
  static func read(_ run: String) throws -> [StepLine] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try Data(contentsOf: URL(filePath: "\(run)/metrics.jsonl")).split(separator: UInt8(ascii: "\n"))
    return try lines.filter { String(decoding: $0, as: UTF8.self).contains(#""kind":"step""#) }
      .map { try decoder.decode(Self.self, from: $0) }
  }
}
