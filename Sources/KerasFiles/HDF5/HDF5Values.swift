/// What kind of value stands in an array or an attribute ("HDF5 File Format Specification", IV.A.2.d).
enum HDF5Datatype {
  case signed(bytes: Int)
  case unsigned(bytes: Int)
  /// IEEE 754.
  case float(bytes: Int)
  /// Characters of a fixed number.
  case text(bytes: Int)
  /// A string that stands in the file's heap.
  case heapText

  /// The bytes of one value.
  var size: Int {
    switch self {
    case .signed(let bytes), .unsigned(let bytes), .float(let bytes), .text(let bytes): bytes
    case .heapText: 16
    }
  }

  /// Whether it is a number.
  var isNumber: Bool {
    switch self {
    case .signed, .unsigned, .float: true
    case .text, .heapText: false
    }
  }

  /// Reads the message at `offset`; nil for a kind that Keras does not write.
  init?(_ bytes: HDF5Bytes, at offset: Int) throws(HDF5Error) {
    let (kind, bits) = (try bytes.number(offset, bytes: 1) & 0x0F, try bytes.number(offset + 1, bytes: 1))
    let size = try bytes.number(offset + 4, bytes: 4)
    switch kind {
    case 0 where bits & 1 == 0 && [1, 2, 4, 8].contains(size):
      self = bits & 8 != 0 ? .signed(bytes: size) : .unsigned(bytes: size)
    case 1 where bits & 0x41 == 0:
      // Where the exponent lies and how long it is: of half, single and double precision.
      let exponent = (try bytes.number(offset + 12, bytes: 1), try bytes.number(offset + 13, bytes: 1))
      guard [2: (10, 5), 4: (23, 8), 8: (52, 11)][size].map({ $0 == exponent }) == true else { return nil }
      self = .float(bytes: size)
    case 3 where size > 0: self = .text(bytes: size)
    case 9 where bits & 0x0F == 1 && size == 16: self = .heapText
    default: return nil
    }
  }

  /// The value at `offset` as a 32-bit float; nil where it is no number.
  func float(_ source: UnsafeRawBufferPointer, at offset: Int) -> Float? {
    switch self {
    case .float(4):
      Float(bitPattern: UInt32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case .float(8):
      Float(Double(bitPattern: UInt64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self))))
    case .float(2): Self.half(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case .signed(1): Float(source.loadUnaligned(fromByteOffset: offset, as: Int8.self))
    case .signed(2): Float(Int16(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
    case .signed(4): Float(Int32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    case .signed(8): Float(Int64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
    case .unsigned(1): Float(source[offset])
    case .unsigned(2): Float(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case .unsigned(4): Float(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case .unsigned(8): Float(UInt64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    default: nil
    }
  }

  /// A number of half precision; not every processor has them.
  private static func half(_ bits: UInt16) -> Float {
    let (exponent, fraction) = (UInt32(bits >> 10) & 0x1F, UInt32(bits) & 0x3FF)
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    if exponent == 0 { return sign * Float(fraction) * 0x1p-24 }
    if exponent == 0x1F { return fraction == 0 ? sign * .infinity : .nan }
    return sign * Float(bitPattern: (exponent + 112) << 23 | fraction << 13)
  }
}

/// The extents of an array or an attribute; none for one value, nil for no value at all.
struct HDF5Dataspace {
  let extents: [Int]
  let count: Int

  /// Reads the message at `offset`.
  init(_ bytes: HDF5Bytes, at offset: Int) throws(HDF5Error) {
    let (version, rank) = (try bytes.number(offset, bytes: 1), try bytes.number(offset + 1, bytes: 1))
    guard 1...2 ~= version, rank <= 32 else {
      throw HDF5Error(offset: offset, message: "has no extents of an array here: it is damaged")
    }
    let kind = try bytes.number(offset + 3, bytes: 1)
    let isNothing = version == 2 && kind == 2
    var (extents, count): ([Int], Int) = ([], isNothing ? 0 : 1)
    for axis in 0..<rank {
      let extent = try bytes.address(offset + (version == 1 ? 8 : 4) + 8 * axis)
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows else { throw HDF5Error(offset: offset, message: "has an array of more numbers than can be") }
      extents.append(extent)
      count = product
    }
    (self.extents, self.count) = (extents, count)
  }
}

/// An array of numbers: what they are, how many, and where they lie.
struct HDF5Array {
  let datatype: HDF5Datatype
  let dataspace: HDF5Dataspace
  /// The place of the numbers; nil where none were written, which are zeros.
  private let start: Int?

  /// Reads the description of `object`; nil where it is no array.
  ///
  /// - Throws: `HDF5Error` where its numbers are none, or not in one piece.
  init?(_ bytes: HDF5Bytes, _ object: HDF5Object) throws(HDF5Error) {
    guard let space = object.first(.dataspace), let type = object.first(.datatype), let layout = object.first(.layout)
    else { return nil }
    dataspace = try HDF5Dataspace(bytes, at: space.offset)
    guard let datatype = try HDF5Datatype(bytes, at: type.offset), datatype.isNumber else {
      throw HDF5Error(offset: type.offset, message: "has an array of other values than numbers")
    }
    self.datatype = datatype
    let version = try bytes.number(layout.offset, bytes: 1)
    let (kind, next): (Int, Int) =
      version < 3
      ? (try bytes.number(layout.offset + 2, bytes: 1), layout.offset + 8)
      : (try bytes.number(layout.offset + 1, bytes: 1), layout.offset + 2)
    switch (version, kind) {
    case (3...4, 0): start = next + 2
    case (1...2, 0): start = next + 4 * (try bytes.number(layout.offset + 1, bytes: 1)) + 4
    case (1...4, 1) where object.first(.externalFiles) == nil:
      let address = try bytes.address(next)
      start = address == HDF5Bytes.undefined ? nil : address
    default:
      throw HDF5Error(
        offset: layout.offset,
        message: "has an array in pieces, packed, or in another file, which is not supported: save it with Keras")
    }
  }

  /// Copies the numbers into `target`, which has as many.
  func read(_ bytes: HDF5Bytes, into target: UnsafeMutableBufferPointer<Float>) throws(HDF5Error) {
    precondition(target.count == dataspace.count, "an array does not fit its target")
    guard let start else { return target.update(repeating: 0) }
    let (count, overflows) = target.count.multipliedReportingOverflow(by: datatype.size)
    guard !overflows else { throw HDF5Error(offset: start, message: "has an array of more numbers than can be") }
    let source = try bytes.slice(start, count)
    if case .float(4) = datatype, 1.littleEndian == 1 {
      return UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
    }
    for index in target.indices { target[index] = datatype.float(source, at: index * datatype.size) ?? .nan }
  }
}

/// An attribute of a group: strings, in our case.
enum HDF5Attribute {
  /// The strings of the attribute `name` of `object`; nil where there is none, or it holds something else.
  static func strings(_ bytes: HDF5Bytes, _ object: HDF5Object, _ name: String) throws(HDF5Error) -> [String]? {
    for message in object.messages where message.kind == .attribute {
      let version = try bytes.number(message.offset, bytes: 1)
      guard 1...3 ~= version else { continue }
      let sizes = try (0..<3).map { index throws(HDF5Error) in
        try bytes.number(message.offset + 2 + 2 * index, bytes: 2)
      }
      var offset = message.offset + (version == 3 ? 9 : 8)
      guard try bytes.text(offset, atMost: sizes[0]) == name else { continue }
      let flags = try bytes.number(message.offset + 1, bytes: 1)
      if version > 1 && flags & 3 != 0 { return nil }  // described elsewhere
      // The first version fills up to eight bytes.
      let steps = version == 1 ? sizes.map { ($0 + 7) / 8 * 8 } : sizes
      offset += steps[0]
      guard let type = try HDF5Datatype(bytes, at: offset) else { return nil }
      let space = try HDF5Dataspace(bytes, at: offset + steps[1])
      return try strings(bytes, type, count: space.count, at: offset + steps[1] + steps[2])
    }
    return nil
  }

  private static let mostStrings = 1 << 16

  private static func strings(
    _ bytes: HDF5Bytes, _ type: HDF5Datatype, count: Int, at offset: Int
  ) throws(HDF5Error) -> [String]? {
    if count == 0 { return [] }  // of any kind: Keras writes an empty list as one of numbers
    guard count <= mostStrings else { return nil }
    switch type {
    case .text(let size):
      _ = try bytes.slice(offset, size.multipliedReportingOverflow(by: count).partialValue)
      return try (0..<count).map { index throws(HDF5Error) in try bytes.text(offset + index * size, atMost: size) }
    case .heapText:
      return try (0..<count).map { index throws(HDF5Error) in
        let entry = offset + 16 * index
        return try heapText(
          bytes, count: try bytes.number(entry, bytes: 4), heap: try bytes.address(entry + 4),
          index: try bytes.number(entry + 12, bytes: 4))
      }
    default: return nil
    }
  }

  /// A string in a collection of the file's heap.
  private static func heapText(
    _ bytes: HDF5Bytes, count: Int, heap: Int, index: Int
  ) throws(HDF5Error) -> String {
    if count == 0 { return "" }
    try bytes.expect("GCOL", at: heap)
    let size = try bytes.slice(heap, try bytes.address(heap + 8)).count
    var offset = 16
    while size - offset >= 16 {
      let (found, length) = (try bytes.number(heap + offset, bytes: 2), try bytes.address(heap + offset + 8))
      guard found != 0, length <= size - offset - 16 else { break }
      if found == index { return try bytes.text(heap + offset + 16, atMost: min(count, length)) }
      offset += 16 + (length + 7) / 8 * 8
    }
    throw HDF5Error(offset: heap, message: "lacks a string in its heap: it is damaged")
  }
}
