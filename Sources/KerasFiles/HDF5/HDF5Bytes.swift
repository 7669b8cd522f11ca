/// What is wrong with an HDF5 file, and where.
struct HDF5Error: Error {
  let offset: Int
  let message: String
}

/// The bytes of an HDF5 file, read with a look at their end each time.
struct HDF5Bytes {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The address of what is nowhere, and the largest number that is read: no sum of a few of them overflows.
  static let undefined = 1 << 60

  /// The bytes in `range`.
  func slice(_ offset: Int, _ count: Int) throws(HDF5Error) -> UnsafeRawBufferPointer {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw HDF5Error(offset: min(max(offset, 0), bytes.count), message: "ends where \(count) more bytes should be")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// A number of `count` bytes, 1 to 8, the lowest first; beyond `undefined`, that: nothing is there.
  func number(_ offset: Int, bytes count: Int) throws(HDF5Error) -> Int {
    var value: UInt64 = 0
    for byte in try slice(offset, count).reversed() { value = value << 8 | UInt64(byte) }
    return min(Int(clamping: value), Self.undefined)
  }

  /// An address or a length, of 8 bytes.
  func address(_ offset: Int) throws(HDF5Error) -> Int { try number(offset, bytes: 8) }

  /// Makes sure that a structure begins as it must.
  func expect(_ signature: String, at offset: Int) throws(HDF5Error) {
    guard try slice(offset, signature.utf8.count).elementsEqual(signature.utf8) else {
      throw HDF5Error(offset: offset, message: "has no \(signature) here: it is damaged")
    }
  }

  /// The characters from `offset` up to a zero, at most `limit` of them.
  func text(_ offset: Int, atMost limit: Int) throws(HDF5Error) -> String {
    let characters = try slice(offset, max(0, min(limit, bytes.count - offset)))
    return String(decoding: characters.prefix { $0 != 0 }, as: UTF8.self)
  }
}
