import CZlib

/// Check sums that stand in files.
enum CheckSums {
  /// Makes the check sums of a PNG file's chunks right, as far as their lengths lead; other files stay as they are.
  static func mendPNG(_ file: inout [UInt8]) {
    guard file.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return }
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard end + 4 <= file.count else { return }
      let sum = Array(file[place + 4..<end]).withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
      for byte in 0..<4 { file[end + byte] = UInt8(truncatingIfNeeded: sum >> (8 * UInt(3 - byte))) }
      place = end + 4
    }
  }

  /// Makes the check sum of a tar file's first header right.
  static func mendTar(_ file: inout [UInt8]) {
    guard file.count >= 512 else { return }
    file.replaceSubrange(148..<156, with: repeatElement(UInt8(ascii: " "), count: 8))
    let digits = String(file[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    file.replaceSubrange(148..<155, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0])
  }

  /// Bytes in a gzip file that packs nothing.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    for start in stride(from: 0, to: max(1, bytes.count), by: 65_535) {
      let part = bytes[start..<min(start + 65_535, bytes.count)]
      file += [part.endIndex == bytes.count ? 1 : 0] + little(part.count, 2) + little(~part.count, 2) + part
    }
    return file + little(Int(crc32(0, bytes, UInt32(bytes.count))), 4) + little(bytes.count, 4)
  }
}
