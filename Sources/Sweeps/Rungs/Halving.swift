import KerasFiles
import Runs

/// Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", 2016):
/// all trials are trained for a few epochs, the best of them for more, the best of those for more again.
package struct Halving: Equatable, Sendable {
  /// The epochs of the first rung.
  package let first: Int
  /// One of so many goes on from a rung, to so many times its epochs.
  package let factor: Int

  /// Gives up all but one of `factor` trials, first after `first` epochs.
  package init(first: Int, factor: Int) {
    (self.first, self.factor) = (first, factor)
  }

  /// Reads the field `halving` of a sweep of `epochs`; nil where there is none.
  ///
  /// - Throws: `UsageError` naming the field.
  init?(_ fields: inout SearchFields, epochs: Int) throws(UsageError) {
    guard let value = fields.take("halving") else { return nil }
    guard case .object(let parts) = value else {
      throw fields.refusal("halving", #"takes an object such as {"first": 1, "factor": 3}"#, value)
    }
    let known = ["first", "factor"]
    if let name = parts.keys.sorted().first(where: { !known.contains($0) }) {
      throw UsageError("\(fields.path): there is no field halving.\(name)\(Suggestion.words(for: name, among: known))")
    }
    func number(_ name: String, standard: Int, in range: ClosedRange<Int>) throws(UsageError) -> Int {
      guard let value = parts[name], value != .null else { return standard }
      guard let number = SearchFields.whole(value), range.contains(number) else {
        throw fields.refusal(
          "halving.\(name)", "takes a whole number from \(range.lowerBound) to \(range.upperBound)", value)
      }
      return number
    }
    first = try number("first", standard: 1, in: 1...epochs)
    factor = try number("factor", standard: 3, in: 2...1000)
  }

  /// After how many epochs each rung ends: `first`, and `factor` times as many each time, the last one at `epochs`. A first
  /// rung is kept in any case.
  package func rungs(epochs: Int) -> [Int] {
    var rungs = [first]
    while let last = rungs.last, last <= epochs / factor { rungs.append(last * factor) }
    return (rungs.count == 1 && first < epochs ? rungs : rungs.dropLast()) + [epochs]
  }

  /// How many of `count` trials go on from a rung.
  package func survivors(of count: Int) -> Int { max(1, count / factor) }
}
