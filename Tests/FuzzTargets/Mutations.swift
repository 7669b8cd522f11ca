/// Breaks files, the same ones in the same ways for the same seed.
public struct Mutations: Sendable {
  private let words: [[UInt8]]
  private let mend: @Sendable (inout [UInt8]) -> Void
  private var state: UInt64

  /// Numbers that readers count with, as they stand in texts.
  private static let numbers = [
    "0", "-1", "1", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1e999", "1.5", "-0",
    "16777217",
  ].map { Array($0.utf8) }
  private static let bytes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x22, 0x2C, 0x5B, 0x7B]

  /// Begins with `seed`, for files of a reader; none for files of any kind.
  public init(seed: UInt64, of target: FuzzTarget?) {
    state = seed
    words = (target?.words ?? []).map { Array($0.utf8) }
    if let target { mend = target.mend } else { mend = { _ in } }
  }

  /// A number below `bound`, by SplitMix64 (Steele, Lea and Flood 2014).
  private mutating func draw(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
  }

  /// One of `files`, changed in one to four places, most often in one.
  public mutating func next(of files: [[UInt8]]) -> [UInt8] {
    var file = files[draw(files.count)]
    for _ in 0...draw(1 + draw(4)) { change(&file, files) }
    return file
  }

  /// Changes a file in one place; half of the time, its lengths and check sums go with it.
  public mutating func change(_ file: inout [UInt8], _ files: [[UInt8]] = []) {
    alter(&file, files)
    if draw(2) == 0 { mend(&file) }
  }

  private mutating func alter(_ file: inout [UInt8], _ files: [[UInt8]]) {
    let place = draw(file.count + 1)
    let end = min(file.count, place + 1 + draw(draw(4) == 0 ? 256 : 8))
    switch draw(9) {
    case 0 where place < file.count: file[place] ^= 1 << draw(8)
    case 1 where place < file.count: file[place] = Self.bytes[draw(Self.bytes.count)]
    case 2: file.removeSubrange(place..<end)
    case 3: file.insert(contentsOf: file[place..<end], at: draw(file.count + 1))
    case 4 where !words.isEmpty: file.insert(contentsOf: words[draw(words.count)], at: place)
    case 5 where draw(4) == 0: file.removeSubrange(place...)
    case 6: replaceNumber(&file, from: place)
    case 7 where file.count >= 4:
      // A count as files have them, of 1, 2 or 4 bytes.
      let width = 1 << draw(3)
      let (value, start) = (draw(3) == 0 ? -1 : 1 << draw(32), draw(file.count - width + 1))
      for byte in 0..<width { file[start + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    case 8 where !files.isEmpty:
      let other = files[draw(files.count)]
      file.replaceSubrange(place..<end, with: other[draw(other.count)...].prefix(1 + draw(64)))
    default:
      if place < file.count { file[place] &+= UInt8(draw(2) * 2) &- 1 }
    }
  }

  /// Puts another number in the place of the next one that is written in digits.
  private mutating func replaceNumber(_ file: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = file[place...].firstIndex(where: digits.contains) else { return }
    let end = file[start...].firstIndex { !digits.contains($0) } ?? file.count
    file.replaceSubrange(start..<end, with: Self.numbers[draw(Self.numbers.count)])
  }
}
