import Files
import FoundationEssentials
import Tensors

/// Collects named tensors and writes them as one safetensors file, in the order in which they were added.
public struct SafetensorsWriter {
  private var tensors: [(name: String, shape: Shape, floats: FloatBuffer)] = []
  private let element: SafetensorsElement

  /// A file without tensors, which are to be written as numbers of that kind.
  public init(_ element: SafetensorsElement = .float32) { self.element = element }

  /// Adds a tensor; `floats` must stay valid until `write`.
  public mutating func add(name: String, shape: Shape, floats: FloatBuffer) {
    precondition(
      shape.count == floats.count, "\(name) has \(floats.count) floats, its shape \(shape) takes \(shape.count)")
    tensors.append((name, shape, floats))
  }

  /// The digest of each tensor's floats as they lie in memory, by its name.
  func digests(_ algorithm: Digest.Algorithm) -> [String: String] {
    let digests = tensors.map { ($0.name, Digest.of(UnsafeRawBufferPointer($0.floats), algorithm)) }
    return Dictionary(digests) { first, _ in first }
  }

  /// Replaces the file at `path` in one step.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - metadata: what stands under `__metadata__`.
  ///   - didRead: called when the tensors are not needed any more.
  ///   - willReplace: called when all is on the disk and the file at `path` is still what it was.
  /// - Throws: `FileError` with the system's reason, or naming the number that is too large for 16 bits; or what `willReplace`
  ///   throws. What was at `path` stays then.
  public func write(
    to path: String, metadata: [String: String], didRead: () -> Void = {}, willReplace: () throws -> Void = {}
  ) throws {
    let header = try header(metadata)
    try AtomicFile.write(path, willReplace: willReplace) { part in
      try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try part($0) }
      try header.withUnsafeBytes { try part($0) }
      for tensor in tensors {
        if element == .float32 {
          try part(UnsafeRawBufferPointer(tensor.floats))
        } else {
          try halves(of: tensor.floats, tensor.name, path).withUnsafeBytes { try part($0) }
        }
      }
      didRead()
    }
  }

  private func halves(of floats: FloatBuffer, _ name: String, _ path: String) throws(FileError) -> [UInt16] {
    var halves: [UInt16] = []
    halves.reserveCapacity(floats.count)
    for (index, value) in floats.enumerated() {
      guard let half = element.half(value) else {
        throw FileError(
          .malformed, path,
          "\(name) holds \(value.asSpecialWord) at \(index), which is beyond \(element.rawValue): write it as "
            + "\(element == .float16 ? SafetensorsElement.bfloat16.rawValue : SafetensorsElement.float32.rawValue)")
      }
      halves.append(half.littleEndian)
    }
    return halves
  }

  /// The JSON object, padded with spaces so that the floats behind it start at a multiple of 8 bytes.
  private func header(_ metadata: [String: String]) throws -> [UInt8] {
    var entries: [String: Entry] = ["__metadata__": .metadata(metadata)]
    var start = 0
    for tensor in tensors {
      let end = start + tensor.floats.count * element.size
      entries[tensor.name] = .tensor(element.name, shape: tensor.shape.dimensions, offsets: [start, end])
      start = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = try encoder.encode(entries)
    return Array(json) + Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
  }

  private enum Entry: Encodable {
    case metadata([String: String])
    case tensor(String, shape: [Int], offsets: [Int])

    enum Key: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .metadata(let strings):
        try strings.encode(to: encoder)
      case .tensor(let element, let shape, let offsets):
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(element, forKey: .dtype)
        try container.encode(shape, forKey: .shape)
        try container.encode(offsets, forKey: .offsets)
      }
    }
  }
}
