import Tensors

/// What is known of some numbers: how many there are, their range, their mean and spread, and what is no number.
struct NumberTally: Sendable {
  /// How many are finite.
  private(set) var count = 0
  private(set) var lowest = Float.infinity
  private(set) var highest = -Float.infinity
  private(set) var nan = 0
  private(set) var infinite = 0
  /// How many are 1, and how many 0.
  private(set) var ones = 0
  private(set) var zeros = 0
  private var mean = 0.0
  /// The sum of the squares of what the finite ones are away from their mean.
  private var squares = 0.0

  /// Takes in every `step`th number of `numbers`, from number `start` on.
  ///
  /// Sums are taken around the first of them: around 0, those of large numbers close together would be lost.
  mutating func add(_ numbers: FloatBuffer, from start: Int, step: Int) {
    var other = NumberTally()
    var pivot: Double?
    var (sum, squares) = (0.0, 0.0)
    var place = start
    while place < numbers.count {
      let number = numbers[place]
      place += step
      guard number.isFinite else {
        if number.isNaN { other.nan += 1 } else { other.infinite += 1 }
        continue
      }
      other.count += 1
      other.lowest = Swift.min(other.lowest, number)
      other.highest = Swift.max(other.highest, number)
      if number == 0 { other.zeros += 1 } else if number == 1 { other.ones += 1 }
      let from = pivot ?? Double(number)
      pivot = from
      let distance = Double(number) - from
      sum += distance
      squares += distance * distance
    }
    if let pivot {
      let rest = sum / Double(other.count)
      other.mean = pivot + rest
      other.squares = Swift.max(0, squares - sum * rest)
    }
    merge(other)
  }

  /// Takes in what another knows (Chan, Golub and LeVeque 1979). The last digits depend on the order, which is that of the samples.
  mutating func merge(_ other: NumberTally) {
    lowest = Swift.min(lowest, other.lowest)
    highest = Swift.max(highest, other.highest)
    (nan, infinite) = (nan + other.nan, infinite + other.infinite)
    (ones, zeros) = (ones + other.ones, zeros + other.zeros)
    guard other.count > 0 else { return }
    let all = Double(count + other.count)
    let difference = other.mean - mean
    squares += other.squares + difference * difference * Double(count) * Double(other.count) / all
    mean = count == 0 ? other.mean : mean + difference * Double(other.count) / all
    count += other.count
  }

  /// What there is to say of them.
  var summary: NumberSummary {
    let isEmpty = count == 0
    return NumberSummary(
      count: count, lowest: isEmpty ? nil : lowest, highest: isEmpty ? nil : highest, mean: isEmpty ? nil : mean,
      deviation: isEmpty ? nil : (squares / Double(count)).squareRoot(), nan: nan, infinite: infinite,
      ones: count > 0 && ones + zeros == count && nan + infinite == 0 ? ones : nil)
  }
}

/// What there is to say of some numbers.
public struct NumberSummary: Codable, Equatable, Sendable {
  /// How many are finite; the range, the mean and the deviation are theirs.
  public let count: Int
  /// The lowest; nil where none is finite.
  public let lowest: Float?
  /// The highest; nil where none is finite.
  public let highest: Float?
  /// Their mean.
  public let mean: Double?
  /// Their standard deviation, sqrt(E[(x - E[x])²]).
  public let deviation: Double?
  /// How many are not a number.
  public let nan: Int
  /// How many are infinite.
  public let infinite: Int
  /// How many are 1, where all are 0 or 1; else nil.
  public let ones: Int?
}
