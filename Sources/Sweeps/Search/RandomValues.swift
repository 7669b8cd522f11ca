import Files
import Glibc
import KerasFiles
import Runs
import Tensors

/// What a random value is drawn from.
package enum RandomValues: Equatable, Sendable {
  /// One of these, each as likely as the others.
  case among([JSONValue])
  /// A number of at least `from` and at most `to`: each as likely, or each power of ten where that is `logarithmic`; `from` and
  /// so many steps where there is a `step`, else with four digits that count.
  case between(from: Double, to: Double, isLogarithmic: Bool, step: Double?)

  /// Reads what stands at `place` of a sweep's file: a list, or `{"from": 1e-4, "to": 0.1, "scale": "log"}`.
  ///
  /// - Throws: `UsageError` naming the field.
  init(_ value: JSONValue, at place: String, _ file: SearchFields) throws(UsageError) {
    switch value {
    case .array(let values) where !values.isEmpty: self = .among(values)
    case .object(let fields):
      let known = ["from", "to", "scale", "step"]
      if let name = fields.keys.sorted().first(where: { !known.contains($0) }) {
        throw UsageError("\(file.path): there is no field \(place).\(name)\(Suggestion.words(for: name, among: known))")
      }
      func number(_ name: String) throws(UsageError) -> Double? {
        guard let value = fields[name], value != .null else { return nil }
        guard case .number(let number) = value, number.isFinite else {
          throw file.refusal("\(place).\(name)", "takes a number", value)
        }
        return number
      }
      guard let from = try number("from"), let to = try number("to"), from < to else {
        throw file.refusal(place, "needs numbers from and to, the second the larger", value)
      }
      let scale = fields["scale"] ?? "linear"
      guard scale == "log" || scale == "linear" else {
        throw file.refusal("\(place).scale", "takes log or linear", scale)
      }
      guard scale == "linear" || from > 0 else {
        throw file.refusal("\(place).from", "must be above 0 on a scale of logarithms", .number(from))
      }
      let step = try number("step")
      if let step, !(step > 0 && step <= to - from) {
        throw file.refusal("\(place).step", "must be above 0, and no more than lies between from and to", .number(step))
      }
      self = .between(from: from, to: to, isLogarithmic: scale == "log", step: step)
    default:
      throw file.refusal(place, "takes a list of values, or an object with from and to", value)
    }
  }

  /// The value of the option `name` in draw `index`, from 0: it depends on nothing else.
  package func draw(_ index: Int, of name: String, seed: UInt64) -> JSONValue {
    var words = RandomSequence(
      RandomKey(seed: seed, purpose: .search, epoch: Self.number(of: name), sample: index))
    switch self {
    case .among(let values):
      return values[Int(words.below(UInt32(values.count)))]
    case .between(let from, let to, let isLogarithmic, nil):
      return .number(min(max(Self.place(words.next(), from, to, isLogarithmic).rounded(toDigits: 4), from), to))
    case .between(let from, let to, let isLogarithmic, let step?):
      // The last may be missed by a rounding error.
      let last = ((to - from) / step + 1e-9).rounded(.down)
      // A half more on both sides, so that the ends are as likely as what lies between.
      let count =
        isLogarithmic
        ? ((Self.place(words.next(), from, to, true) - from) / step).rounded()
        : (Self.unit(words.next()) * (last + 1)).rounded(.down)
      return .number((from + min(count, last) * step).rounded(toDigits: 12))
    }
  }

  /// Where a random word lies between two numbers.
  private static func place(_ word: UInt64, _ from: Double, _ to: Double, _ isLogarithmic: Bool) -> Double {
    let share = unit(word)
    return isLogarithmic ? from * pow(to / from, share) : from + (to - from) * share
  }

  /// In [0, 1), a multiple of 2^-53.
  private static func unit(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }

  /// A number for a name: options that are added draw nothing from those that are there.
  private static func number(of name: String) -> Int {
    var digest = Digest(.sha256)
    Array(name.utf8).withUnsafeBytes { digest.update($0) }
    return Int(digest.finish().prefix(8), radix: 16) ?? 0
  }
}

extension Double {
  /// Rounded to so many digits that count: what a person would write, and what libraries whose logarithms differ in the last
  /// bit agree on.
  func rounded(toDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    let place = Int(Glibc.floor(Glibc.log10(magnitude))) - digits + 1
    // By a power of ten that is exact.
    let power = Glibc.pow(10, Double(place.magnitude))
    return place < 0 ? (self * power).rounded() / power : (self / power).rounded() * power
  }
}
