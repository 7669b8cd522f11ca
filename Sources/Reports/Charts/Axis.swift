import Glibc

/// The numbers along one side of a chart, from its lowest to its highest, with a few round ones to be written at it.
package struct Axis {
  /// What lies at the ends.
  package let range: ClosedRange<Double>
  /// Whether equal factors, not equal differences, are equally far apart.
  package let isLogarithmic: Bool
  /// The round numbers.
  package let ticks: [Double]

  /// Chooses ends for `values`, and about `count` round numbers; nil where no value is finite.
  ///
  /// - Parameters:
  ///   - isTight: whether the ends are the lowest and the highest value, and not the next round numbers.
  ///   - mayBeLogarithmic: whether values that differ by more than a factor of 50, none of them below 0, are shown by their
  ///     logarithms.
  package init?(
    of values: some Sequence<Double>, count: Int = 5, isTight: Bool = false, mayBeLogarithmic: Bool = false
  ) {
    let finite = values.filter(\.isFinite)
    guard let lowest = finite.min(), let highest = finite.max() else { return nil }
    if mayBeLogarithmic, lowest > 0, highest / lowest > 50 {
      let (first, last) = (floor(log10(lowest)), ceil(log10(highest)))
      let step = max(1, ((last - first) / Double(count)).rounded(.up))
      (isLogarithmic, range) = (true, pow(10, first)...pow(10, last))
      ticks = Array(stride(from: first, through: last, by: step)).map { pow(10, $0) }
      return
    }
    isLogarithmic = false
    // A single value lies in the middle of something as large as it is; of nothing but zeros nobody knows how large.
    let (low, high) =
      highest > lowest
      ? (lowest, highest) : highest == 0 ? (0, 1) : (highest - abs(highest) / 2, highest + abs(highest) / 2)
    let width = high - low
    let rough = width / Double(count)
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? rough
    let (first, last) = (ceil(low / step - 1e-9), floor(high / step + 1e-9))
    if isTight {
      range = low...high
      ticks = last >= first ? Array(stride(from: first, through: last, by: 1)).map { $0 * step } : []
    } else {
      let (down, up) = (floor(low / step + 1e-9), ceil(high / step - 1e-9))
      range = down * step...max(up, down + 1) * step
      ticks = Array(stride(from: down, through: max(up, down + 1), by: 1)).map { $0 * step }
    }
  }

  /// From `range`'s lower end to its upper one, with these numbers written at it.
  init(_ range: ClosedRange<Double>, ticks: [Double]) {
    (self.range, self.ticks, isLogarithmic) = (range, ticks, false)
  }

  /// Where a value lies between the ends, from 0 to 1.
  package func place(of value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard isLogarithmic else { return (value - low) / (high - low) }
    return value > 0 ? log(value / low) / log(high / low) : 0
  }
}
