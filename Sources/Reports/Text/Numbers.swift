import Glibc

extension BinaryFloatingPoint {
  /// With `digits` digits behind the point; without a point where there are none.
  package func fixed(_ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (Double(self).magnitude * scale).rounded()
    if isNaN { return "nan" }  // whose sign means nothing
    guard scaled < 9e15 else { return "\(self)" }  // infinite, or beyond the digits of a double
    let sign = self < 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(Int(scaled))" }
    let fraction = String(Int(scaled) % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(Int(scaled) / Int(scale)).\(zeros)\(fraction)"
  }
}

extension Int {
  /// With a comma between thousands.
  package var grouped: String {
    let digits = Array(String(magnitude))
    let ends = stride(from: digits.count, to: 0, by: -3).reversed()
    let groups = ends.map { String(digits[Swift.max(0, $0 - 3)..<$0]) }
    return (self < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}

extension BinaryFloatingPoint {
  /// With four digits that count, in the shortest way to write them: `0`, `0.4914`, `1,234`, `-3.142e-09`.
  package var brief: String {
    let value = Double(self)
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    guard value != 0 else { return "0" }
    if value == value.rounded() && value.magnitude < 1e7 { return Int(value).grouped }
    // The place of the first digit, which rounding to four may move.
    var place = Int(Glibc.floor(Glibc.log10(value.magnitude)))
    if (value.magnitude / Glibc.pow(10, Double(place - 3))).rounded() >= 10_000 { place += 1 }
    switch place {
    case 4..<7: return Int(value.rounded()).grouped
    case -4..<4: return value.fixed(3 - place)
    default:
      let exponent = place.magnitude < 10 ? "0\(place.magnitude)" : "\(place.magnitude)"
      return "\((value / Glibc.pow(10, Double(place))).fixed(3))e\(place < 0 ? "-" : "+")\(exponent)"
    }
  }

  /// As a figure that has little room: four digits behind the point or, where it is large, four digits in all; a dash for what is no
  /// number.
  package var figure: String { isNaN ? "–" : magnitude < 1000 ? fixed(4) : brief }
}
