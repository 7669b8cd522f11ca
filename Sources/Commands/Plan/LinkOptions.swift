import Runs
import Training

/// The options that say what network joins hosts.
struct LinkOptions {
  /// The bytes a second of a host's link; nil where it is not told.
  let bytesPerSecond: Double?
  /// The seconds that a byte is under way; nil likewise.
  let delay: Double?

  static let options = [
    Option(
      "--link", "RATE",
      "what the network between hosts carries each way, as 1Gb/s, 25Gb/s or 3GB/s (default: as measured)"),
    Option("--latency", "TIME", "how long a message is under way there, as 1ms or 20us (default: as measured)"),
  ]

  /// Reads them.
  ///
  /// - Throws: `UsageError` for what is no rate or no time.
  init(_ arguments: Arguments) throws(UsageError) {
    bytesPerSecond = try arguments.string("--link").map { text throws(UsageError) in
      let units = ["kb/s": 1e3 / 8, "mb/s": 1e6 / 8, "gb/s": 1e9 / 8, "tb/s": 1e12 / 8]
      // A large B is a byte: 1GB/s are 8Gb/s. `bit` may be written out.
      let isBytes = text.contains("B")
      let unit = text.lowercased().replacing("bit", with: "b").replacing("bps", with: "b/s")
      guard let (number, factor) = Self.value(unit, units), 1e3...1e15 ~= number * factor else {
        throw UsageError("--link takes a rate, such as 100Mb/s, 25Gb/s or 3GB/s, got \(text)")
      }
      return number * factor * (isBytes ? 8 : 1)
    }
    delay = try arguments.string("--latency").map { text throws(UsageError) in
      let units = ["s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
      guard let (number, factor) = Self.value(text.lowercased(), units), 0...10 ~= number * factor else {
        throw UsageError("--latency takes a time, such as 1ms or 20us, got \(text)")
      }
      return number * factor
    }
  }

  /// A number with one of `units` behind it.
  private static func value(_ text: String, _ units: [String: Double]) -> (Double, Double)? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite,
      let factor = units[String(text.dropFirst(digits.count).trimmingPrefix(" "))]
    else { return nil }
    return (number, factor)
  }
}
