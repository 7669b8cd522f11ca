/// A whole number of any size, 0 or above: enough of it for sums that are to be exact.
struct WholeNumber: Equatable {
  /// 32 bits each, the lowest first; the last is not 0.
  private let digits: [UInt32]

  private init(digits: [UInt32]) {
    let last = digits.lastIndex { $0 != 0 }
    self.digits = Array(digits[...(last ?? -1)])
  }

  /// Takes a number.
  init(_ number: UInt64) {
    self.init(digits: [UInt32(truncatingIfNeeded: number), UInt32(number >> 32)])
  }

  /// Takes chunks of 32 bits, the lowest first, of which only the last may have more.
  init(chunks: ArraySlice<Int64>) {
    let last = chunks.last ?? 0
    self.init(
      digits: chunks.dropLast().map { UInt32($0) } + [UInt32(truncatingIfNeeded: last), UInt32(last >> 32)])
  }

  /// The product.
  func times(_ other: WholeNumber) -> WholeNumber {
    var product = [UInt32](repeating: 0, count: digits.count + other.digits.count)
    for (place, digit) in digits.enumerated() {
      var carry: UInt64 = 0
      for (otherPlace, otherDigit) in other.digits.enumerated() {
        // (2^32 - 1)² + 2 (2^32 - 1) is 2^64 - 1.
        carry += UInt64(digit) * UInt64(otherDigit) + UInt64(product[place + otherPlace])
        product[place + otherPlace] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[place + other.digits.count] = UInt32(carry)
    }
    return WholeNumber(digits: product)
  }

  /// The difference from a number that is not larger.
  func minus(_ other: WholeNumber) -> WholeNumber {
    var difference = digits
    var borrow: Int64 = 0
    for place in difference.indices {
      borrow += Int64(difference[place]) - (place < other.digits.count ? Int64(other.digits[place]) : 0)
      difference[place] = UInt32(truncatingIfNeeded: borrow)
      borrow >>= 32
    }
    precondition(borrow == 0 && other.digits.count <= digits.count, "the difference is below 0")
    return WholeNumber(digits: difference)
  }

  /// The nearest double; what lies beyond doubles is infinite.
  var double: Double {
    guard digits.count > 2 else { return Double(digits.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) }) }
    // 64 bits from the highest 1 on. Of all that lies below it matters only whether it is 0.
    let top = digits.suffix(3)
    let three = top.reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
    let shift = 128 - three.leadingZeroBitCount - 64
    let rest = three & (UInt128(1) << UInt128(shift) - 1)
    let isExact = rest == 0 && digits.dropLast(3).allSatisfy { $0 == 0 }
    let high = UInt64(three >> UInt128(shift)) | (isExact ? 0 : 1)
    return Double(sign: .plus, exponent: shift + 32 * (digits.count - 3), significand: Double(high))
  }
}
