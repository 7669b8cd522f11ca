import Tensors

/// The sums of floats and of their squares at each of some places, without an error: whatever the order, and however they are
/// shared out, they are the same.
///
/// Every finite float is a whole number of 2^-149, its square one of 2^-298. So a sum is a whole number of some hundred bits, which
/// is held in chunks of 32 bits in words of 64: the bits above collect what is carried, and are passed on only once in a while
/// (Neal, "Fast exact summation using small and large superaccumulators", 2015; Kulisch, "Computer arithmetic and validity",
/// 2013).
struct ExactMoments: Sendable {
  /// How many places there are: channels, or numbers of a sample.
  let places: Int
  /// How many numbers were added at each place.
  private(set) var count = 0
  /// For each place the chunks of its sum, then those of its sum of squares, the lowest first.
  private var chunks: [Int64]
  /// How often a chunk may have been added to since the last carrying.
  private var additions = 0

  /// The lowest bit is 2^-149, the highest of a float 2^127; 2^63 of them are below 2^191.
  private static let sumChunks = 11
  /// Likewise from 2^-298 to 2^319.
  private static let squareChunks = 20
  private static let stride = sumChunks + squareChunks
  /// So often less than 2^32 may be added to a chunk of less than 2^32.
  private static let mostAdditions = 1 << 30

  /// How many bytes each place takes.
  static let bytesPerPlace = stride * MemoryLayout<Int64>.size

  /// Sums of nothing.
  init(places: Int) {
    self.places = places
    chunks = [Int64](repeating: 0, count: places * Self.stride)
  }

  /// Adds a sample, whose numbers belong to the places in turn.
  ///
  /// - Returns: where a number is not finite, which adds nothing; nil where all are.
  mutating func add(_ sample: FloatBuffer) -> Int? {
    precondition(sample.count % places == 0, "\(sample.count) floats are none of \(places) places")
    if let place = sample.firstIndex(where: { !$0.isFinite }) { return place }
    let turns = sample.count / places
    precondition(turns <= Self.mostAdditions, "\(turns) floats a place are too many for one sample")
    if additions + turns > Self.mostAdditions { carry() }
    additions += turns
    count += turns
    chunks.withUnsafeMutableBufferPointer { chunks in
      guard let base = chunks.baseAddress else { return }
      let (end, stride) = (base + chunks.count, Self.stride)
      var chunk = base
      for number in sample {
        Self.add(number, to: chunk)
        chunk += stride
        if chunk == end { chunk = base }
      }
    }
    return nil
  }

  @inline(__always)
  private static func add(_ number: Float, to sum: UnsafeMutablePointer<Int64>) {
    let (bits, low) = (number.bitPattern, UInt64(UInt32.max))
    let exponent = Int((bits >> 23) & 0xFF)
    // Below the smallest exponent there is no leading 1, and the same scale.
    let mantissa = UInt64(bits & 0x7F_FFFF) | (exponent > 0 ? 1 << 23 : 0)
    let scale = max(exponent, 1) - 1
    // 24 bits, moved by up to 31, lie in two chunks.
    let moved = mantissa << UInt64(scale & 31)
    let (lower, upper) = (Int64(moved & low), Int64(moved >> 32))
    let chunk = sum + (scale >> 5)
    let sign: Int64 = bits >> 31 == 0 ? 1 : -1
    chunk[0] &+= sign &* lower
    chunk[1] &+= sign &* upper
    // 48 bits, moved likewise, lie in three.
    let square = mantissa * mantissa
    let shift = UInt64((2 * scale) & 31)
    let first = (square & low) << shift
    let rest = (first >> 32) + ((square >> 32) << shift)
    let target = sum + sumChunks + ((2 * scale) >> 5)
    target[0] &+= Int64(first & low)
    target[1] &+= Int64(rest & low)
    target[2] &+= Int64(rest >> 32)
  }

  /// Adds what another has summed up.
  mutating func add(_ other: ExactMoments) {
    precondition(places == other.places, "sums of \(other.places) places are none of \(places)")
    var other = other
    other.carry()
    carry()
    for index in chunks.indices { chunks[index] += other.chunks[index] }
    count += other.count
    additions = 1
  }

  /// Brings every chunk but the highest into 0..<2^32.
  private mutating func carry() {
    additions = 0
    for start in Swift.stride(from: 0, to: chunks.count, by: Self.stride) {
      Self.carry(&chunks, start..<start + Self.sumChunks)
      Self.carry(&chunks, start + Self.sumChunks..<start + Self.stride)
    }
  }

  private static func carry(_ chunks: inout [Int64], _ range: Range<Int>) {
    for index in range.dropLast() {
      chunks[index + 1] += chunks[index] >> 32
      chunks[index] &= Int64(UInt32.max)
    }
  }

  // MARK: - What comes of it

  /// The mean of each place, and the standard deviation around it, which is 0 only where all numbers are the same. They are
  /// taken from whole numbers without an error: n·Σx² - (Σx)² loses nothing. Then each is rounded to 53 bits and to a float.
  func statistics() -> [(mean: Float, deviation: Float)] {
    precondition(count > 0, "nothing was added")
    var carried = self
    carried.carry()
    return (0..<places).map { carried.statistics($0) }
  }

  private func statistics(_ place: Int) -> (mean: Float, deviation: Float) {
    let all = chunks[place * Self.stride..<(place + 1) * Self.stride]
    var sum = Array(all.prefix(Self.sumChunks))
    let isNegative = sum[Self.sumChunks - 1] < 0
    if isNegative {
      sum = sum.map { -$0 }
      Self.carry(&sum, sum.indices)
    }
    let (total, squares) = (WholeNumber(chunks: sum[...]), WholeNumber(chunks: all.suffix(Self.squareChunks)))
    let spread = WholeNumber(UInt64(count)).times(squares).minus(total.times(total))
    let unit = Double(sign: .plus, exponent: -149, significand: 1)
    let mean = total.double / Double(count) * unit
    let deviation = spread.double.squareRoot() / Double(count) * unit
    return (Float(isNegative ? -mean : mean), Float(deviation))
  }
}
