import Files
import Kernels
import Tensors

/// A safetensors file, opened for reading and checked as a whole.
///
/// The format, as its reference implementation documents it: 8 bytes header length (little endian), a JSON object of that
/// length, then the tensors' bytes, without gaps. An entry gives a tensor's `dtype`, `shape` and `data_offsets` behind the
/// header; the entry `__metadata__` maps strings to strings. We take `F32`, `F16` and `BF16`,
/// and give them as floats.
public final class SafetensorsFile {
  /// One tensor's entry.
  public struct Entry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// What its numbers are.
    public let element: SafetensorsElement
    /// Its extents; empty for a scalar.
    public let shape: [Int]
    /// Its bytes, counted from the end of the header.
    public let bytes: Range<Int>
  }

  /// The file as the user named it.
  public var path: String { file.path }
  /// The tensors in the order of their bytes.
  public let entries: [Entry]
  /// The strings under `__metadata__`.
  public let metadata: [String: String]

  private let file: MappedFile
  private let dataStart: Int

  /// The reference implementation's limit on the header.
  private static let longestHeader = 100_000_000

  /// Opens the file at `path`, or the one that it points at: see `FileLink`.
  ///
  /// - Throws: `FileError` naming the offset where the file is not what it must be.
  public init(_ path: String) throws(FileError) {
    file = try MappedFile(FileLink.resolve(path))
    let path = file.path
    let size = file.count
    guard size >= 8 else {
      throw FileError(.malformed, path, offset: size, "ends within the 8 bytes that give a safetensors header's length")
    }
    let length = file.withBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= Self.longestHeader, Int(length) <= size - 8 else {
      throw FileError(
        .malformed, path, offset: 0,
        "is no safetensors file, or a part of one: a header of \(length) bytes in a file of \(size)")
    }
    dataStart = 8 + Int(length)
    let header = try file.withBytes { bytes throws(FileError) in
      try SafetensorsHeader.read(UnsafeRawBufferPointer(rebasing: bytes[8..<8 + Int(length)]), path: path)
    }
    metadata = header.metadata
    entries = try header.tensors.map { name, tensor throws(FileError) in try Self.entry(name, tensor, path: path) }
      .sorted { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        throw FileError(
          .malformed, path, offset: dataStart + end,
          "\(entry.name) starts at byte \(entry.bytes.lowerBound) of the data, expected \(end)")
      }
      guard entry.bytes.upperBound <= size - dataStart else {
        throw FileError(
          .malformed, path, offset: size,
          "has \(size - dataStart) bytes of data, \(entry.name) ends at byte \(entry.bytes.upperBound): the file is cut off"
        )
      }
      end = entry.bytes.upperBound
    }
    guard dataStart + end == size else {
      throw FileError(
        .malformed, path, offset: dataStart + end,
        "has \(size) bytes where its header describes \(dataStart + end): something was appended")
    }
  }

  /// The tensor called `name`; nil where there is none.
  public func entry(named name: String) -> Entry? {
    entries.first { $0.name == name }
  }

  /// Where a tensor's bytes begin, counted from the file's start.
  func offset(of entry: Entry) -> Int { dataStart + entry.bytes.lowerBound }

  /// Makes sure that one can compute with a tensor.
  ///
  /// - Throws: `FileError` where it holds NaN or infinity.
  func requireFiniteNumbers(in entry: Entry) throws(FileError) {
    let found: (place: Int, value: Float)? = withBytes(of: entry) { bytes in
      guard entry.element == .float32 else {
        return (0..<bytes.count / entry.element.size).lazy.map { ($0, Self.half($0, in: bytes, entry.element)) }
          .first { !$0.1.isFinite }
      }
      return firstNotFinite(bytes).map { ($0, bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
    }
    guard let found else { return }
    throw FileError(
      .malformed, path,
      "tensor \(entry.name) holds \(found.value.asSpecialWord) at \(found.place), expected finite numbers")
  }

  /// Copies a tensor's floats into `target`, which has as many.
  ///
  /// - Throws: `FileError` when they cannot be read any more.
  public func read(_ entry: Entry, into target: MutableFloatBuffer) throws(FileError) {
    precondition(target.count * entry.element.size == entry.bytes.count, "\(entry.name) does not fit its target")
    withBytes(of: entry) { bytes in
      if entry.element == .float32 {
        UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      } else {
        for index in target.indices { target[index] = Self.half(index, in: bytes, entry.element) }
      }
    }
    try file.check()
  }

  private static func half(_ index: Int, in bytes: UnsafeRawBufferPointer, _ element: SafetensorsElement) -> Float {
    element.float(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
  }

  /// Calls `body` with a tensor's bytes, which must not leave it.
  private func withBytes<Result>(of entry: Entry, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    file.withBytes {
      body(
        UnsafeRawBufferPointer(rebasing: $0[dataStart + entry.bytes.lowerBound..<dataStart + entry.bytes.upperBound]))
    }
  }

  /// SHA-256 over the bytes of the tensors that `isIncluded` accepts, in file order.
  ///
  /// - Throws: `FileError` when they cannot be read any more.
  public func digest(where isIncluded: (Entry) -> Bool = { _ in true }) throws(FileError) -> String {
    var digest = Digest(.sha256)
    for entry in entries where isIncluded(entry) { withBytes(of: entry) { digest.update($0) } }
    try file.check()
    return digest.finish()
  }

  /// The digest of one tensor's bytes.
  ///
  /// - Throws: `FileError` when they cannot be read any more.
  func digest(of entry: Entry, _ algorithm: Digest.Algorithm) throws(FileError) -> String {
    let digest = withBytes(of: entry) { Digest.of($0, algorithm) }
    try file.check()
    return digest
  }

  private static func entry(_ name: String, _ tensor: SafetensorsHeader.Tensor, path: String) throws(FileError) -> Entry
  {
    guard let element = SafetensorsElement(named: tensor.dtype) else {
      throw FileError(
        .malformed, path, "tensor \(name) has dtype \(tensor.dtype), only F32, F16 and BF16 can be read")
    }
    let offsets = tensor.data_offsets
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
      throw FileError(.malformed, path, "tensor \(name) has data_offsets \(offsets), expected a start and an end")
    }
    var count = element.size
    for extent in tensor.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else {
        throw FileError(.malformed, path, "tensor \(name) has shape \(tensor.shape)")
      }
      count = product
    }
    guard offsets[1] - offsets[0] == count else {
      throw FileError(
        .malformed, path,
        "tensor \(name) has \(offsets[1] - offsets[0]) bytes, its shape \(tensor.shape) takes \(count)")
    }
    return Entry(name: name, element: element, shape: tensor.shape, bytes: offsets[0]..<offsets[1])
  }
}
