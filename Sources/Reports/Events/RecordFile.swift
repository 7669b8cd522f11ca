internal import CISAL
import Files

/// TensorFlow's files of records, one behind another: its length in 8 bytes, their checksum in 4, then its bytes and
/// their checksum in 4, all of it little-endian (tensorflow/core/lib/io/record_writer.h).
package enum RecordFile {
  /// What stands before a record's bytes and behind them.
  private static let (before, behind) = (12, 4)

  /// A record as it lies in a file.
  package static func record(_ bytes: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(checksum(length)) + bytes + littleEndian(checksum(bytes))
  }

  /// What stands behind the records that were read.
  package enum Rest {
    /// Nothing, or a record that was not wanted.
    case whole
    /// A part of a record: it is being written, or was torn by a crash.
    case torn
    /// What is no record.
    case damaged
  }

  /// Reads records from the beginning of a file as far as they are whole, and while `isWanted` says so; returns how many bytes
  /// they take, and what follows.
  package static func read(
    _ file: UnsafeRawBufferPointer, while isWanted: (_ record: UnsafeRawBufferPointer) -> Bool
  ) -> (end: Int, rest: Rest) {
    var start = 0
    while start < file.count {
      let rest = UnsafeRawBufferPointer(rebasing: file[start...])
      guard rest.count >= before else { return (start, .torn) }
      guard checksum(UnsafeRawBufferPointer(rebasing: rest[..<8])) == number(rest, at: 8, as: UInt32.self),
        let length = Int(exactly: number(rest, at: 0, as: UInt64.self))
      else { return (start, .damaged) }
      guard length <= rest.count - before - behind else { return (start, .torn) }
      let bytes = UnsafeRawBufferPointer(rebasing: rest[before..<before + length])
      guard checksum(bytes) == number(rest, at: before + length, as: UInt32.self) else { return (start, .damaged) }
      guard isWanted(bytes) else { return (start, .whole) }
      start += before + length + behind
    }
    return (start, .whole)
  }

  /// CRC-32C, turned by 15 bits and moved on, so that no record is its own checksum's where one record holds another.
  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = ~UInt32(0)
    // The library counts in 32 bits, and takes a writable pointer to what it only reads.
    let largest = 1 << 30
    for start in stride(from: 0, to: bytes.count, by: largest) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + largest, bytes.count)])
      let address = UnsafeMutableRawPointer(mutating: part.baseAddress)?.assumingMemoryBound(to: UInt8.self)
      crc = crc32_iscsi(address, Int32(part.count), crc)
    }
    crc = ~crc
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes(checksum) }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, as type: Number.Type
  ) -> Number {
    Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }
}
