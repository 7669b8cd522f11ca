import Files
import FoundationEssentials
import Optimizers
import Runs

/// Learning rates that a user names step by step: in the command line, or in a file.
enum RateOptions {
  /// Reads `--rates` or `--rates-file`; nil where neither is given. What is read is kept in the run, which needs the file no
  /// more.
  ///
  /// - Throws: `UsageError` naming what is no step or no rate.
  static func points(_ arguments: Arguments) throws(UsageError) -> [LearningRateSchedule.Point]? {
    if let list = arguments.string("--rates") {
      let parts = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return try points(parts, separator: "=") {
        "\(arguments.name("--rates")) takes STEP=RATE with commas between, steps ascending, got \($0)"
      }
    }
    guard let path = arguments.string("--rates-file") else { return nil }
    let text: String
    do {
      let file = try MappedFile(path)
      guard file.count <= 1 << 25 else { throw UsageError("\(path) is larger than 32 MB, expected lines STEP,RATE") }
      text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("\(arguments.name("--rates-file")): \(error)")
    }
    var lines = text.split(whereSeparator: \.isNewline).map(String.init)
    // A heading, as spreadsheets write it.
    if let first = lines.first, Double(field(first, 0, ",")) == nil, first.contains(where: \.isLetter) {
      lines.removeFirst()
    }
    return try points(lines, separator: ",") { "\(path) has a line \"\($0)\", expected STEP,RATE, steps ascending" }
  }

  private static func points(
    _ parts: [String], separator: Character, refusal: (String) -> String
  ) throws(UsageError) -> [LearningRateSchedule.Point] {
    var points: [LearningRateSchedule.Point] = []
    for part in parts {
      guard part.count(where: { $0 == separator }) == 1, let step = Int(field(part, 0, separator)), step >= 0,
        let rate = Float(field(part, 1, separator)), Experiment.rates.contains(rate), points.last?.step ?? -1 < step
      else { throw UsageError(refusal(part)) }
      points.append(LearningRateSchedule.Point(step: step, rate: rate))
    }
    guard Experiment.areRates(points) else { throw UsageError(refusal(parts.first ?? "")) }
    return points
  }

  private static func field(_ line: String, _ index: Int, _ separator: Character) -> String {
    let fields = line.split(separator: separator, omittingEmptySubsequences: false)
    return index < fields.count ? fields[index].filter { $0 != " " } : ""
  }
}
