import Files
import Tensors

/// What stands before the elements of an array in NumPy's `.npy` format
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): six magic bytes, the version in two, the length
/// of the header in two bytes or, from version 2 on, four, and the header, a Python dictionary.
struct NumPyHeader: Equatable, Sendable {
  /// What an element is, by NumPy's name without the order of its bytes.
  enum Element: String, Sendable {
    case bool = "b1"
    case uint8 = "u1"
    case int8 = "i1"
    case uint16 = "u2"
    case int16 = "i2"
    case uint32 = "u4"
    case int32 = "i4"
    case uint64 = "u8"
    case int64 = "i8"
    case float16 = "f2"
    case float32 = "f4"
    case float64 = "f8"

    /// How many bytes it takes: the name's last character.
    var bytes: Int { rawValue.last?.wholeNumberValue ?? 1 }
    /// Whether it is a whole number.
    var isInteger: Bool { !rawValue.hasPrefix("f") }
  }

  /// What the elements are.
  let element: Element
  /// Whether the highest byte of an element comes first.
  let isBigEndian: Bool
  /// Whether the first axis runs fastest, as in Fortran, and not the last.
  let isColumnMajor: Bool
  /// The extent of each axis, all at least 1; there is one at least.
  let extents: [Int]
  /// Where the elements begin.
  let end: Int

  /// NumPy itself takes no more than 10,000 bytes from strangers.
  private static let longest = 1 << 16

  // Compiled once, as that takes longer than a match; an expression keeps what it was compiled to atomically, for any thread.
  private nonisolated(unsafe) static let order = /'fortran_order' *: *(True|False) *[,}]/
  private nonisolated(unsafe) static let shape = /'shape' *: *\(([0-9, ]*)\) *[,}]/
  private nonisolated(unsafe) static let type = /'descr' *: *('[^']*'|\[)/

  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Reads the header of an array that is all of `bytes`.
  ///
  /// - Parameter path: what the array is called in errors.
  /// - Throws: `FileError`, malformed, for another format, elements that are no numbers, an array without axes or samples,
  ///   or another length than the header says.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    guard bytes.count >= 12, bytes[..<6].elementsEqual(Self.magic) else {
      throw FileError(.malformed, path, offset: 0, "is no NumPy array: it does not start with 93 NUMPY")
    }
    let version = bytes[6]
    guard 1...3 ~= version else {
      throw FileError(.malformed, path, offset: 6, "has version \(version) of NumPy's format, expected 1, 2 or 3")
    }
    let start = version == 1 ? 10 : 12
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= Self.longest else {
      throw FileError(
        .malformed, path, offset: 8, "has a header of \(length) bytes, expected at most \(Self.longest)")
    }
    guard length <= bytes.count - start else {
      throw FileError(
        .malformed, path, offset: bytes.count,
        "ends within its header: found \(bytes.count) bytes, expected \(start + length)")
    }
    end = start + length
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    // A list of fields is what the elements of a structured array are.
    guard let order = text.firstMatch(of: Self.order)?.1, let list = text.firstMatch(of: Self.shape)?.1,
      let type = text.firstMatch(of: Self.type)?.1.filter({ $0 != "'" })
    else {
      throw FileError(.malformed, path, offset: start, "has a header that is none of an array: \(text.prefix(60))")
    }
    guard let mark = type.first, "<>|=".contains(mark), let element = Element(rawValue: String(type.dropFirst())) else {
      let what =
        type == "|O" ? "Python objects" : type == "[" ? "records of several fields" : "elements of type \(type)"
      throw FileError(
        .malformed, path, offset: start,
        "holds \(what), expected whole numbers, booleans, or floats of 16, 32 or 64 bits")
    }
    self.element = element
    isBigEndian = mark == ">"
    isColumnMajor = order == "True"
    extents = try Self.extents(String(list), path, offset: start)
    let size = extents.reduce(Int?(element.bytes)) { product, extent in
      let result = product?.multipliedReportingOverflow(by: extent)
      return result.flatMap { $0.overflow ? nil : $0.partialValue }
    }
    guard size == bytes.count - end else {
      throw FileError(
        .malformed, path, offset: end,
        "found \(bytes.count - end) bytes, expected \(extents.map(String.init).joined(separator: " × ")) elements of "
          + "\(element.bytes)")
    }
  }

  private init(_ other: NumPyHeader, extents: [Int]) {
    (element, isBigEndian, isColumnMajor) = (other.element, other.isBigEndian, other.isColumnMajor)
    (self.extents, end) = (extents, other.end)
  }

  /// The same array with a first axis that counts one sample, which is all of it.
  var asOneSample: NumPyHeader { NumPyHeader(self, extents: [1] + extents) }

  private static func extents(_ list: String, _ path: String, offset: Int) throws(FileError) -> [Int] {
    var words = list.filter { $0 != " " }.split(separator: ",", omittingEmptySubsequences: false)
    if words.last == "" { words.removeLast() }  // as in (10,), or ()
    let extents = words.compactMap { Int($0) }
    guard extents.count == words.count else {
      throw FileError(.malformed, path, offset: offset, "has a shape of (\(list)), expected whole numbers")
    }
    guard !extents.isEmpty else {
      throw FileError(.malformed, path, offset: offset, "is a single number, expected a first axis that counts samples")
    }
    if let axis = extents.firstIndex(of: 0) {
      throw FileError(.malformed, path, offset: offset, "axis \(axis) has 0 elements, expected at least 1")
    }
    return extents
  }
}
