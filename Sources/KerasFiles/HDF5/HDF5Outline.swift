import Files

/// What the child process writes before each piece of what it tells: the kind of piece, and its length.
struct HDF5Message {
  enum Kind: Int64 {
    /// All has been told.
    case end = 1
    /// The file cannot be read: why, as text.
    case failure
    /// The name of a group; what follows, up to `leave`, is in it.
    case group
    case leave
    /// The name of an array; what follows, up to `leave`, is about it.
    case array
    /// The extents of the array, a 64-bit integer each.
    case extents
    /// The name of an attribute of strings of the object that is told of.
    case attribute
    /// One of the attribute's strings.
    case string
    /// The values of an array.
    case numbers
  }

  let kind: Kind
  let count: Int

  /// The bytes of the two.
  static let size = 2 * MemoryLayout<Int64>.size

  /// Reads what the child writes next.
  init(from child: ForkedChild) throws(FileError) {
    let bytes = try child.bytes(Self.size)
    let words = bytes.withUnsafeBytes { bytes in
      (bytes.loadUnaligned(as: Int64.self), bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    }
    guard let kind = Kind(rawValue: words.0), words.1 >= 0 else { throw child.isConfused }
    (self.kind, count) = (kind, Int(words.1))
  }
}

/// What is in an HDF5 file, but for the numbers. Places are as `group/sub/name`, `""` being the outermost group.
struct HDF5Outline {
  /// The names in each group.
  private(set) var groups: [String: [String]] = ["": []]
  /// The attributes of strings at each place, by name.
  private(set) var strings: [String: [String: [String]]] = [:]
  /// The extents of each array; nil for one whose values are no numbers, or lie elsewhere.
  private(set) var shapes: [String: [Int]?] = [:]

  /// Reads what `HDF5Library.tell` writes.
  ///
  /// - Parameter limit: how many bytes that may be.
  /// - Throws: `FileError`, malformed where the file at `path` is damaged.
  init(from child: ForkedChild, of path: String, atMost limit: Int) throws(FileError) {
    var (place, attribute): ([String], String) = ([], "")
    var total = 0
    while true {
      let message = try HDF5Message(from: child)
      total += HDF5Message.size
      guard message.count <= limit - total else {
        throw FileError(.malformed, path, "tells of more than its own size: it is damaged")
      }
      total += message.count
      let bytes = try child.bytes(message.count)
      let text = String(decoding: bytes, as: UTF8.self)
      let current = place.joined(separator: "/")
      switch message.kind {
      case .end: return
      case .failure: throw FileError(.malformed, path, text)
      case .group, .array:
        groups[current]?.append(text)
        place.append(text)
        let next = place.joined(separator: "/")
        if message.kind == .group { groups[next] = [] } else { shapes[next] = .some(nil) }
      case .leave: _ = place.popLast()
      case .extents:
        shapes[current] = bytes.withUnsafeBytes { bytes in
          (0..<bytes.count / 8).map { Int(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
        }
      case .attribute:
        attribute = text
        strings[current, default: [:]][attribute] = []
      case .string: strings[current, default: [:]][attribute, default: []].append(text)
      case .numbers: throw child.isConfused
      }
    }
  }
}
