/// What a field of a table says, read as pandas and NumPy read it: digits with a point and an exponent, and spaces around
/// them.
enum DecimalNumber: Equatable {
  /// A number, rounded to the nearest of 64 bits; infinite where it is larger than those.
  case number(Double)
  /// Nothing, or one of the words for it.
  case missing
  /// The word for an infinite number.
  case infinite
  /// Anything else.
  case none

  /// The words for what is missing, in lower case, as `pandas.read_csv` knows them, and the question mark of `.ts` files.
  private static let missingWords: Set<String> = [
    "?", "nan", "-nan", "+nan", "na", "n/a", "#n/a", "#na", "<na>", "null", "none", "1.#ind", "-1.#ind", "1.#qnan",
    "-1.#qnan",
  ]
  private static let infiniteWords: Set<String> = ["inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"]
  /// The powers of ten that 64 bits hold exactly.
  private static let powers = (0..<22).reduce(into: [1.0]) { powers, _ in powers.append(powers[powers.count - 1] * 10) }

  /// Reads the bytes at `range`.
  ///
  /// A product or quotient of two exact numbers is rounded once, and so right (Clinger 1990, How to read floating point numbers
  /// accurately); numbers of more digits are left to the standard library, which rounds right as well.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    let field = Self.trimmed(bytes, range)
    let end = field.upperBound
    var place = field.lowerBound
    guard place < end else {
      self = .missing
      return
    }
    let isNegative = bytes[place] == UInt8(ascii: "-")
    if isNegative || bytes[place] == UInt8(ascii: "+") { place += 1 }
    var (mantissa, exponent, isExact, hasDigits) = (UInt64(0), 0, true, false)
    func takeDigits(isFraction: Bool) {
      while place < end, case let digit = bytes[place] &- UInt8(ascii: "0"), digit <= 9 {
        hasDigits = true
        if mantissa < 1_000_000_000_000_000_000 {
          mantissa = mantissa * 10 + UInt64(digit)
          if isFraction { exponent -= 1 }
        } else {
          isExact = false
          if !isFraction { exponent += 1 }
        }
        place += 1
      }
    }
    takeDigits(isFraction: false)
    if place < end, bytes[place] == UInt8(ascii: ".") {
      place += 1
      takeDigits(isFraction: true)
    }
    if hasDigits, place < end, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      let isSmall = place < end && bytes[place] == UInt8(ascii: "-")
      if isSmall || (place < end && bytes[place] == UInt8(ascii: "+")) { place += 1 }
      var power = 0
      hasDigits = false
      while place < end, case let digit = bytes[place] &- UInt8(ascii: "0"), digit <= 9 {
        hasDigits = true
        power = min(power * 10 + Int(digit), 1 << 20)
        place += 1
      }
      exponent += isSmall ? -power : power
    }
    guard hasDigits, place == end else {
      self = Self.word(bytes, field)
      return
    }
    if isExact, mantissa <= 1 << 53, exponent.magnitude <= 22 {
      let power = Self.powers[Int(exponent.magnitude)]
      let size = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      self = .number(isNegative ? -size : size)
    } else {
      self = Double(String(decoding: bytes[field], as: UTF8.self)).map { .number($0) } ?? .none
    }
  }

  /// Reads a text.
  init(_ text: String) {
    self = Array(text.utf8).withUnsafeBytes { DecimalNumber($0, 0..<$0.count) }
  }

  /// The number, where it is one.
  var value: Double? { if case .number(let value) = self { value } else { nil } }

  /// The range without spaces and tabs at its ends.
  static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> DecimalNumber {
    guard range.count <= 9 else { return .none }
    let word = String(decoding: bytes[range], as: UTF8.self).lowercased()
    return missingWords.contains(word) ? .missing : infiniteWords.contains(word) ? .infinite : .none
  }
}
