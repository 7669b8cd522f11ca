/// Names that are the same letters in other bytes: Unicode writes `ä` as one character, or as `a` with two dots, as macOS did in
/// names of files. To Swift they are equal, and to people, too.
enum NameTwins {
  /// The places of the first two of `names` that are equal as letters and differ in their bytes; nil where there are none.
  static func find(in names: [String]) -> (first: Int, second: Int)? {
    guard names.contains(where: { name in !name.utf8.allSatisfy { $0 < 0x80 } }) else { return nil }
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() {
      let first = places[name, default: place]
      if first == place { places[name] = place }
      if !names[first].utf8.elementsEqual(name.utf8) { return (first, place) }
    }
    return nil
  }

  /// A name with the bytes that tell it from its twin: `ä` (c3 a4).
  static func inBytes(_ name: String) -> String {
    let bytes = name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "`\(name)` (\(bytes.joined(separator: " ")))"
  }
}
